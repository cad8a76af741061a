"""What network containers count is added up, and never becomes less."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.forwarded import MOST, Direction, Forwarded, Totals, sensible
from netc_tui.core.lease import parse

FLOWS = st.sampled_from([(f"{port}/tcp", way) for port in (80, 443) for way in Direction])
STEPS = st.lists(
    st.tuples(st.booleans(), st.dictionaries(FLOWS, st.integers(0, 9), max_size=4)), max_size=15
)
Said = list[tuple[float, tuple[Forwarded, ...]]]


def lives(steps: list[tuple[bool, dict[tuple[str, str], int]]]) -> tuple[Said, dict[object, int]]:
    """What it says with each step, after some of which it is started anew, and packets in all."""
    said: Said = []
    counts: dict[tuple[str, str], int] = {}
    passed: dict[object, int] = {}
    life = 0.5
    for anew, more in steps:
        if anew:
            life, counts = life + 1, {}
        for flow, packets in more.items():
            counts[flow] = counts.get(flow, 0) + packets
            passed[flow] = passed.get(flow, 0) + packets
        told = (Forwarded(*flow, packets, 60 * packets) for flow, packets in counts.items())
        said.append((life, tuple(told)))
    return said, passed


@given(STEPS, st.data())
def test_all_that_passed_is_counted_in_whatever_order_and_however_often_it_is_told(
    steps: list[tuple[bool, dict[tuple[str, str], int]]], data: st.DataObject
) -> None:
    said, passed = lives(steps)
    totals, before = Totals(), dict[tuple[str, str], tuple[int, int]]()
    again = data.draw(st.lists(st.sampled_from(said), max_size=5)) if said else []
    for life, told in data.draw(st.permutations([*said, *again])):
        totals.take(("boot", life), told)
        now = dict(totals.flows)
        assert before.keys() <= now.keys()
        assert all(now[flow] >= count for flow, count in before.items())
        before = now
    assert before == {flow: (packets, 60 * packets) for flow, packets in passed.items()}


def test_one_that_is_started_again_and_again_in_vain_is_not_remembered_each_time() -> None:
    totals = Totals()
    for life in range(1000):
        totals.take(("boot", life), (Forwarded("80/tcp", "in", 0, 0),))
    assert totals.flows == {("80/tcp", "in"): (0, 0)}
    assert not totals._lives


def test_a_log_that_names_ever_new_forwards_makes_no_more_than_there_can_be() -> None:
    totals = Totals()
    for port in range(1, 999):
        totals.take(("boot", 1.0), (Forwarded(f"{port}/tcp", "in", 1, 60),))
    totals.take(("boot", 1.0), (Forwarded("1/tcp", "in", 5, 300),))
    assert len(totals.flows) == 2 * MOST
    assert totals.flows["1/tcp", "in"] == (5, 300)


def line(*told: object, **more: object) -> bytes:
    return msgspec.json.encode(
        {"event": "counted", "time": "2026-01-01T00:00:00Z", "forwarded": told, **more}
    )


def test_what_is_told_is_read() -> None:
    event = parse(line(["80/tcp", "in", 7, 420], ["5000-5010/udp", "out", 0, 0], began=12.05))
    assert event is not None
    assert event.began == 12.05
    assert event.forwarded == (
        Forwarded("80/tcp", "in", 7, 420),
        Forwarded("5000-5010/udp", "out", 0, 0),
    )


def test_what_can_be_no_count_is_left_out() -> None:
    """A log is no trusted text, and what is in it becomes the name of a series."""
    whole = ["80/tcp", "in", 7, 420]
    wrong = [
        ["80", "in", 7, 420], ["80/tcp", "up", 7, 420], ["80/tcp\n", "in", 7, 420],
        ["0/tcp", "in", 7, 420], ["80/tcp", "in", -1, 420], ["80/tcp", "in", 7, 1 << 63],
        ["\u0668\u0660/tcp", "in", 7, 420],
    ]  # fmt: skip
    event = parse(line(*wrong, whole, clients=-1))
    assert event is not None
    assert event.forwarded == (Forwarded("80/tcp", "in", 7, 420),)
    assert event.clients is None


def test_more_than_there_can_be_are_left_out() -> None:
    told = [Forwarded(f"{port}/tcp", "in", 1, 60) for port in range(1, 999)]
    assert len(sensible(told)) == 2 * MOST


def test_what_an_older_network_container_says_has_none_of_it() -> None:
    event = parse(b'{"event":"checked","time":"2026-01-01T00:00:00Z"}')
    assert event is not None
    assert (event.forwarded, event.clients, event.began) == ((), None, None)
