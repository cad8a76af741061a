"""One look at a path, whatever the facts."""

from hypothesis import given

from netc_tui.core.diagnosis import diagnose
from netc_tui.core.diagnosis.client import ELSEWHERE
from netc_tui.core.diagnosis.facts import Facts, Probe, Surroundings
from netc_tui.core.findings import CONTAINER, HOPS, KINDS, PORT, Severity
from netc_tui.core.health import Health, State
from netc_tui.core.path import Verdict
from netc_tui.core.protocol import Hop

from .facts import NOW, OWN, PROBE, any_facts, but, codes, lines, look


def test_a_sound_path() -> None:
    check = look()
    assert check.state is State.HEALTHY
    assert check.findings == ()
    assert lines(check) == [
        "interface eth1: up, with carrier",
        "link on the LAN: up",
        "gateway 192.168.77.1: answers",
        "address 192.168.77.10: is its own, leased from 192.168.77.1",
        "address 192.168.77.10: nobody else has it",
        "address 192.168.77.10: in the host's own network 192.168.77.0/24",
        "DHCP servers: 192.168.77.1 (02:00:00:00:00:01) offers 192.168.77.50/24, gateway"
        " 192.168.77.1",
        "rules: as planned",
        "service web: found at 172.17.0.2 over bridge",
        "tcp/80: open",
        "connections: none waits for its client's answer",
        "MTU: 1500 bytes pass to the gateway and back",
        "neighbours: none sends to another MAC address",
        f"{ELSEWHERE}: not checked (it needs another machine)",
    ]
    assert check.unchecked == (ELSEWHERE,)
    assert [hop.state for hop in check.hops] == [State.HEALTHY] * len(HOPS)


@given(any_facts())
def test_what_is_said_has_been_seen(facts: Facts) -> None:
    check = diagnose(facts)
    order = [HOPS.index(HOPS[0] if part.hop == CONTAINER else part.hop) for part in check.parts]
    assert order == sorted(order), "in the order of the path"
    for part in check.parts:
        assert part.said
        assert (part.finding is None) == (part.verdict in (Verdict.OK, Verdict.UNCHECKED))
        if part.finding is not None:
            assert part.finding.kind.severity == part.verdict
            assert part.finding.advice, f"{part.finding.code}: what is to be done"
        if part.hop == PORT and part.what.startswith("tcp/") and part.verdict is Verdict.OK:
            assert isinstance(facts.probe, Probe)
            assert facts.probe.ports[part.what] == "open"
    if check.state is State.HEALTHY:
        assert isinstance(facts.probe, Probe) or facts.own.health.state is State.HEALTHY
        assert facts.fault is None
        assert not (isinstance(facts.host, Surroundings) and not facts.host.carrier)


@given(any_facts())
def test_there_is_one_cause(facts: Facts) -> None:
    check = diagnose(facts)
    broken = [one for one in check.findings if one.kind.severity is Severity.BROKEN]
    assert len(broken) == (check.broken is not None)
    assert check.findings[:1] == tuple(broken[:1]) or not broken
    for hop in check.hops:
        assert hop.evidence or hop.state is State.UNKNOWN
        if hop.follows is not None:
            assert hop.finding is None
            assert HOPS.index(hop.follows) < HOPS.index(hop.hop)
        if hop.state is State.BROKEN:
            assert (hop.finding is None) == (hop.follows is not None)


def test_what_is_behind_a_break_follows_from_it() -> None:
    lost = Health(State.BROKEN, Hop.ADDRESS, "taken by 02:00", NOW)
    check = look(own={"health": lost}, probe={"own": None, "ports": {"tcp/80": "silent"}})
    assert codes(check)[0] == "N219"
    hops = {hop.hop: hop for hop in check.hops}
    assert hops["rules"].state is State.UNKNOWN
    assert "behind what is broken at address" in hops["rules"].evidence[0]
    assert hops["port"].state is State.BROKEN
    assert (hops["port"].finding, hops["port"].follows) == (None, "address")


def test_a_network_container_that_does_not_run_is_the_first_thing_that_is_broken() -> None:
    halted = Health(State.BROKEN, None, "it is exited")
    check = look(own={"health": halted, "ip": None}, probe="it does not run")
    assert codes(check) == ["N701"]
    assert check.broken is not None
    assert "netc up web eth1" in check.broken.finding.advice  # type: ignore[union-attr]
    assert check.hops[0].finding is not None


def test_what_was_not_asked_is_not_sound() -> None:
    mute = OWN.health.__class__(State.UNKNOWN, None, "nothing heard")
    check = look(own={"health": mute}, probe="it was refused", host="", servers="", sockets="")
    assert check.state is State.UNKNOWN
    assert {part.verdict for part in check.parts} == {Verdict.UNCHECKED}


def test_each_code_that_is_used_is_declared_with_its_hop() -> None:
    for kind in KINDS.values():
        assert len(kind.title.split()) <= 5, kind.title
        assert kind.explanation.endswith(".")
    assert but(probe=PROBE).probe is PROBE
