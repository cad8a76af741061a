"""Rates of rules, from two readings."""

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.rules import Rule
from netc_tui.operations.live.rules import rates


def rule(packets: int, match: str = "-p tcp", chain: str = "NETC-PREROUTING") -> Rule:
    return Rule("nat", chain, packets, packets * 60, match, "DNAT --to-destination 172.17.0.2")


def test_packets_a_second_since_the_reading_before() -> None:
    before, after = (rule(10), rule(5, "-p udp")), (rule(30), rule(5, "-p udp"))
    assert rates(before, after, 4.0) == (5.0, 0.0)


def test_what_cannot_be_told_is_not() -> None:
    assert rates((), (rule(3),), 1.0) == (None,), "it was not there before"
    assert rates((rule(30),), (rule(3),), 1.0) == (None,), "it was loaded anew"
    assert rates((rule(3),), (rule(4),), 0.0) == (None,), "no time has passed"
    assert rates((rule(3),), (rule(3, chain="NETC-FORWARD"),), 1.0) == (None,)


@given(st.lists(st.integers(0, 100), max_size=5), st.lists(st.integers(0, 100), max_size=5))
def test_never_less_than_nothing(before: list[int], after: list[int]) -> None:
    found = rates(tuple(map(rule, before)), tuple(map(rule, after)), 2.0)
    assert len(found) == len(after)
    assert all(one is None or one >= 0 for one in found)
