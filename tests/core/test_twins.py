"""Which hosts have one engine id, and why."""

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.twins import Identified, twins


def test_one_engine_that_is_reached_in_two_ways() -> None:
    known = [
        Identified("here", "A", "b1"),
        Identified("nas", "B", "b2"),
        Identified("default", "A", "b1"),
    ]
    assert twins(known) == ("here and default are one and the same engine",)


def test_machines_that_were_cloned_and_what_to_do() -> None:
    (line,) = twins(
        [Identified("a", "A", "1"), Identified("b", "A", "2"), Identified("c", "A", "3")]
    )
    assert line.startswith("a, b and c have one engine id, as cloned machines do: ")
    assert "the same MAC address" in line
    assert "rm /etc/docker/key.json /var/lib/docker/engine-id, systemctl restart docker" in line


def test_what_is_not_known_to_be_one_engine_is_not_called_so() -> None:
    (line,) = twins([Identified("a", "A"), Identified("b", "A")])
    assert "as cloned machines do" in line
    (line,) = twins([Identified("a", "A", "1"), Identified("b", "A")])
    assert "as cloned machines do" in line


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("12")), max_size=8))
def test_each_id_that_several_have_is_one_line(engines: list[tuple[str, str]]) -> None:
    known = [Identified(f"h{at}", id, bridge) for at, (id, bridge) in enumerate(engines)]
    lines = twins(known)
    ids = [id for id, _ in engines]
    assert len(lines) == sum(ids.count(id) > 1 for id in set(ids))
    for each in known:
        named = any(each.host in line.partition(" have")[0].replace(",", "").split()
                    or each.host in line.partition(" are")[0].replace(",", "").split()
                    for line in lines)  # fmt: skip
        assert named == (ids.count(each.engine) > 1)
