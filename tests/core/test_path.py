"""A look at a path."""

from netc_tui.core.findings import CLIENT, CONTAINER, PORT, Finding
from netc_tui.core.health import State
from netc_tui.core.path import Check, ok, unchecked, wrong
from netc_tui.core.protocol import Hop

CUT = wrong(Hop.LAN, "interface eth1", Finding("N101", "it is set down"))
MANY = wrong(Hop.ADDRESS, "DHCP servers", Finding("N203", "two answer"))
SILENT = wrong(PORT, "tcp/80", Finding("N504", "web does not answer there"))
SOUND = tuple(ok(hop, hop, "sound") for hop in (*Hop, PORT))


def test_the_first_broken_hop_is_the_cause() -> None:
    check = Check((CUT, MANY, SILENT))
    assert check.broken is CUT
    assert [one.code for one in check.findings] == ["N101", "N203"]
    lan, address, rules, _, port, _ = check.hops
    assert (lan.state, lan.finding) == (State.BROKEN, CUT.finding)
    assert (address.state, address.finding) == (State.DOUBTFUL, MANY.finding)
    assert (rules.state, rules.evidence) == (State.UNKNOWN, ())
    assert (port.state, port.finding, port.follows) == (State.BROKEN, None, Hop.LAN)


def test_what_clients_meet_behind_a_break_follows_from_it() -> None:
    stuck = wrong(CLIENT, "connections", Finding("N603", "two wait"))
    check = Check((CUT, stuck))
    assert [one.code for one in check.findings] == ["N101"]
    assert (check.hops[5].finding, check.hops[5].follows) == (None, Hop.LAN)
    assert [one.code for one in Check((*SOUND, stuck)).findings] == ["N603"]


def test_what_it_comes_to() -> None:
    assert Check(SOUND).state is State.HEALTHY
    assert Check(SOUND[1:]).state is State.UNKNOWN, "a hop was not looked at"
    assert Check((*SOUND, MANY)).state is State.DOUBTFUL
    assert Check((*SOUND, MANY, SILENT)).state is State.BROKEN
    assert Check((*SOUND, unchecked(CLIENT, "the way back", "nobody can"))).state is State.HEALTHY


def test_a_network_container_that_is_broken_itself_counts_to_the_first_hop() -> None:
    check = Check((wrong(CONTAINER, CONTAINER, Finding("N701", "it is exited")), SILENT))
    assert check.hops[0].state is State.BROKEN
    assert check.hops[4].follows == Hop.LAN


def test_in_words() -> None:
    assert str(CUT) == "interface eth1: it is set down"
    assert str(unchecked(PORT, "udp/53", "nobody can")) == "udp/53: not checked (nobody can)"
    assert Check((unchecked(PORT, "udp/53", "nobody can"),)).unchecked == ("udp/53",)
