"""Rates of rules, from two readings."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.rules import Rule
from netc_tui.operations.live.rules import Counts, rates


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


def counted(found: tuple[Rule, ...]) -> list[int]:
    assert all(one.bytes == one.packets * 60 for one in found)
    return [one.packets for one in found]


def test_counters_go_on_when_their_rules_are_loaded_anew() -> None:
    counts = Counts()
    web, dns = partial(rule, match="--dport 80"), partial(rule, match="--dport 53")
    other = partial(rule, chain="NETC-FORWARD")
    assert counted(counts.going_on((web(30), dns(2), other(7)), 10)) == [30, 2, 7]
    # All of a chain is loaded at once: that of 2 has counted 5 since, not 3.
    before = counts.totals
    assert counted(counts.going_on((web(4), dns(5), other(9)), 12)) == [34, 7, 9]
    assert rates(before, counts.totals, 2) == (2, 2.5, 1)
    assert counted(counts.going_on((web(6), dns(5), other(9)), 14)) == [36, 7, 9]


def test_a_rule_that_was_away_goes_on_too() -> None:
    counts = Counts()
    web, dns = partial(rule, match="--dport 80"), partial(rule, match="--dport 53")
    counts.going_on((web(30), dns(2)), 10)
    assert counted(counts.going_on((dns(3),), 12)) == [3], "taken out by hand, the others stay"
    assert counted(counts.going_on((web(31), dns(4)), 14)) == [61, 4]


def test_rules_that_read_alike_count_each_for_itself() -> None:
    counts = Counts()
    assert counted(counts.going_on((rule(5), rule(1)), 10)) == [5, 1]
    assert counted(counts.going_on((rule(0), rule(2)), 12)) == [5, 3]


LOADED = st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 5)), max_size=20)


@given(LOADED)
def test_no_counter_ever_goes_back(happened: list[tuple[bool, int, int]]) -> None:
    counts, raw, was = Counts(), [0, 0], [0, 0]
    for anew, one, other in happened:
        raw = [one, other] if anew else [raw[0] + one, raw[1] + other]
        now = counted(counts.going_on((rule(raw[0], "a"), rule(raw[1], "b")), 0))
        assert all(after >= before for before, after in zip(was, now, strict=True))
        was = now
