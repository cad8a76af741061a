"""Events are counted once each, however they are read."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.forwarded import Forwarded
from netc_tui.core.lease import Event
from netc_tui.core.tally import REACH, Tally

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
LOG = tuple(
    Event("renewed" if n % 3 else "nak", BEGIN + timedelta(seconds=n), n=n)
    for n in range(2 * REACH)
)
TAIL = 100


@given(st.lists(st.integers(1, 90), min_size=1, max_size=25), st.data())
def test_a_log_that_is_followed_with_gaps_in_what_is_told_is_counted_once(
    steps: list[int], data: st.DataObject
) -> None:
    """Each time the last hundred lines come, or, where they are read anew, at first a part."""
    tally, end, before = Tally(), 0, 0
    for step in steps:
        end = min(end + step, len(LOG))
        tail = LOG[max(0, end - TAIL) : end]
        tally.take(tail[: data.draw(st.integers(0, len(tail)))])
        tally.take(tail)
        told = sum(tally.counts.values())
        assert told == end >= before
        before = told
    assert tally.counts["nak"] == sum(event.event == "nak" for event in LOG[:end])


def test_what_was_forwarded_is_added_up_over_starts_and_counts_once() -> None:
    tally = Tally()
    said = tuple(
        Event(
            *("counted", BEGIN), n=n, boot="b", began=began,
            forwarded=(Forwarded("80/tcp", "in", packets, 60 * packets),),
        )
        for n, began, packets in ((1, 5.0, 10), (2, 5.0, 30), (1, 9.5, 4))
    )  # fmt: skip
    for _ in range(2):
        tally.take(said)
        assert tally.totals.flows == {("80/tcp", "in"): (34, 60 * 34)}


def test_what_did_not_happen_is_0() -> None:
    assert Tally().counts["conflict"] == 0


def test_what_it_knows_events_by_does_not_grow() -> None:
    tally = Tally()
    tally.take(LOG)
    assert sum(tally.counts.values()) == len(LOG)
    assert len(tally._known) == REACH
