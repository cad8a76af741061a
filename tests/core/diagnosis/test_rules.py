"""The rules in force, and those that were planned."""

from netc_tui.core.health import State
from netc_tui.core.protocol import Said

from .facts import RULES, codes, event, look


def test_rules_that_it_does_not_get_right() -> None:
    told = ("broken", "rules", "iptables rules were changed: 2 missing")
    check = look(probe={"own": told, "code": "N301", "there": RULES[:1]})
    assert codes(check) == ["N301"]
    assert check.state is State.BROKEN


def test_rules_that_were_mended_at_this_look() -> None:
    check = look(probe={"there": RULES[:1]})
    assert codes(check) == ["N303"]
    assert f"1 missing, first: {RULES[1]}" in check.findings[0].cause
    check = look(probe={"there": (*RULES, "filter -A INPUT -j ACCEPT")})
    assert "1 added, first: filter -A INPUT -j ACCEPT" in check.findings[0].cause
    assert codes(look(probe={"there": RULES[::-1]})) == [], "the order of tables is no matter"
    assert codes(look(probe={"planned": None})) == []


def test_rules_that_were_changed_lately() -> None:
    drift = event(Said.DRIFT, 30, "iptables rules were changed: 1 missing; repaired")
    check = look(events=(drift,))
    assert codes(check) == ["N303"]
    assert check.state is State.DOUBTFUL
    link = event(Said.DRIFT, 30, "the link to the LAN was set down; repaired")
    assert codes(look(events=(link,))) == []
    assert codes(look(events=(event(Said.DRIFT, 900, "iptables rules were changed"),))) == []
