"""What is known of a path: never healthy because nothing was heard."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.health import (
    CONTAINER,
    ELSEWHERE,
    HOPS,
    PORT,
    Check,
    Facts,
    Health,
    Probe,
    State,
    Verdict,
    assess,
    judge,
    parse_probe,
    remedy,
    unknown,
)
from netc_tui.core.lease import Event, Phase
from netc_tui.core.protocol import STALE, Hop, Said

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
STATES = ("created", "running", "paused", "restarting", "exited", "dead", "removing", "new word")
GOOD = Event(
    Said.CHECKED,
    NOW,
    ip="10.0.0.7",
    expires_at=NOW + timedelta(hours=1),
    target="172.17.0.2",
    n=9,
    health="healthy",
)


def but(**facts: Any) -> Event:
    return msgspec.structs.replace(GOOD, **facts)


def judged(event: Event | None = GOOD, state: str = "running", **more: Any) -> Health:
    phase = event.phase(NOW) if event is not None else Phase.ACQUIRING
    return judge(state, phase, event, NOW, **more)


@st.composite
def said(draw: st.DrawFn) -> Event:
    """Anything a network container may say, sense or nonsense."""
    at = NOW + timedelta(seconds=draw(st.integers(-2 * STALE, 2 * STALE)))
    return Event(
        draw(st.sampled_from([*Said, "another"])),
        at,
        message=draw(st.none() | st.just("why")),
        ip=draw(st.none() | st.just("10.0.0.7")),
        expires_at=draw(st.none() | st.integers(-99, 99).map(lambda s: NOW + timedelta(seconds=s))),
        target=draw(st.none() | st.just("172.17.0.2")),
        n=draw(st.integers(0, 3)),
        health=draw(st.sampled_from((None, "healthy", "broken", "fine"))),
        hop=draw(st.sampled_from((None, *HOPS, "moon"))),
        reason=draw(st.none() | st.just("it is cut")),
    )


@given(st.sampled_from(STATES), st.sampled_from(Phase), st.none() | said())
def test_healthy_is_what_was_heard_to_be_so(state: str, phase: Phase, event: Event | None) -> None:
    found = judge(state, phase, event, NOW)
    if found.state is State.HEALTHY:
        assert event is not None
        assert state == "running"
        assert phase in (Phase.ACQUIRING, Phase.BOUND, Phase.RENEWING, Phase.REBINDING)
        assert event.health == "healthy"
        assert event.ip is not None
        assert event.target is not None
        assert abs(event.time - NOW) <= timedelta(seconds=STALE)
        assert (found.hop, found.reason, found.checked_at) == (None, None, event.time)
    else:
        assert found.reason, "what is not healthy has a reason"
    if found.state is State.UNKNOWN:
        assert found.hop is None
    assert found.hop in (None, *HOPS)
    assert found.unchecked == ("ports",), "at rest nobody looks at the ports"


@given(said(), st.integers(STALE + 1, 10**6))
def test_whatever_was_said_it_is_not_healthy_when_nothing_more_comes(
    event: Event, age: int
) -> None:
    late = msgspec.structs.replace(event, time=NOW - timedelta(seconds=age))
    assert judged(late).state is not State.HEALTHY


def test_all_is_well() -> None:
    assert judged() == Health(State.HEALTHY, checked_at=NOW)
    assert str(judged()) == "healthy"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (but(health="broken", hop="lan", reason="no carrier"), "broken at lan: no carrier"),
        (but(health="broken", hop="rules", reason="changed"), "broken at rules: changed"),
        (but(health="broken", hop="moon", reason="changed"), "broken: changed"),
        (but(target=None), "broken at service: the service is not found"),
        (
            but(event="target_lost", message="web is gone", target=None),
            "broken at service: web is gone",
        ),
        (but(ip=None), "broken at address: it has no lease yet"),
        (but(event="no_offer", message="no answer", ip=None), "broken at address: no answer"),
        (
            but(event="no_offer", message="no answer", ip=None, reason="10.0.0.7 is taken"),
            "broken at address: 10.0.0.7 is taken",
        ),
        (but(expires_at=NOW), "broken at address: the lease ran out"),
        # One of an older netc.
        (but(health=None, n=0), "unknown: it has not checked the path"),
        (but(health=None, n=0, target=None), "broken at service: the service is not found"),
        (but(time=NOW - timedelta(minutes=12)), "unknown: nothing heard for 12m"),
        (but(time=NOW + timedelta(hours=1)), "unknown: its clock is 1h ahead"),
        (None, "unknown: it has not said anything yet"),
    ],
)
def test_what_is_said_of_it(event: Event | None, words: str) -> None:
    assert str(judged(event)) == words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("exited", "broken: it is exited"),
        ("created", "broken: it is created"),
        ("restarting", "broken: Docker starts it again and again"),
        ("paused", "unknown: it is paused: nothing checks the path or renews the lease"),
    ],
)
def test_a_container_that_does_not_run_is_not_healthy(state: str, words: str) -> None:
    assert str(judged(state=state)) == words
    if state != "paused":
        error = judged(state=state, error="network eth1 not found")
        assert str(error) == f"{words}: network eth1 not found"
        failed = judged(but(event="failed", message="no iptables"), state=state)
        assert str(failed) == f"{words}: no iptables"


def test_a_lease_that_ran_out_while_it_was_paused() -> None:
    assert judged(but(expires_at=NOW), state="paused").hop == Hop.ADDRESS


def test_a_log_that_cannot_be_read() -> None:
    found = judged(None, error="its log could not be read")
    assert str(found) == "unknown: its log could not be read"


# --- a probe


def test_a_probe_is_read() -> None:
    text = "gateway ok\ntcp/80 open\ntcp/443 refused\r\n tcp/25 silent\n"
    assert parse_probe(text) == Probe(
        "ok", {"tcp/80": "open", "tcp/443": "refused", "tcp/25": "silent"}
    )


@given(st.text() | st.lists(st.sampled_from(("gateway", "ok", "tcp/80", " ", "\n"))).map("".join))
def test_a_probe_that_makes_no_sense_says_nothing(text: str) -> None:
    found = parse_probe(text)
    assert found.gateway in (None, "ok", "silent", "none")
    assert set(found.ports.values()) <= {"open", "refused", "silent"}


FACTS = Facts("web", "10.0.0.7", "10.0.0.1", "172.17.0.2", ("tcp/80", "tcp/443"))
OPEN = Probe("ok", {"tcp/80": "open", "tcp/443": "open"})
WELL = Health(State.HEALTHY, checked_at=NOW)


def words(check: Check) -> list[str]:
    return [str(part) for part in check.parts]


def test_a_look_at_a_sound_path() -> None:
    check = assess(WELL, FACTS, OPEN)
    assert check.broken is None
    assert words(check) == [
        "link on the LAN: up",
        "gateway 10.0.0.1: answers",
        "address 10.0.0.7: is its own",
        "rules: as planned",
        "service web: found at 172.17.0.2",
        "tcp/80: open",
        "tcp/443: open",
        f"{ELSEWHERE}: not checked (it needs another machine)",
    ]
    assert check.unchecked == (ELSEWHERE,)


def probes() -> st.SearchStrategy[Probe | str]:
    answer = st.sampled_from(("open", "refused", "silent"))
    ports = st.dictionaries(st.sampled_from(("tcp/80", "tcp/443")), answer)
    gateway = st.sampled_from((None, "ok", "silent", "none"))
    return st.builds(Probe, gateway, ports) | st.just("it is refused")


def healths() -> st.SearchStrategy[Health]:
    broken = st.sampled_from((None, *Hop)).map(lambda hop: Health(State.BROKEN, hop, "cut", NOW))
    return st.just(WELL) | st.just(unknown("nothing heard")) | broken


@given(healths(), probes(), st.booleans())
def test_no_part_of_a_look_is_sound_that_was_not_looked_at(
    health: Health, probe: Probe | str, found: bool
) -> None:
    facts = FACTS if found else msgspec.structs.replace(FACTS, target=None)
    check = assess(health, facts, probe)
    for part in check.parts:
        if part.hop == PORT and part.verdict is not Verdict.UNCHECKED:
            assert isinstance(probe, Probe)
            assert (probe.ports[part.what] == "open") is (part.verdict is Verdict.OK)
        if part.what.startswith("gateway"):
            says = probe.gateway if isinstance(probe, Probe) else None
            assert part.verdict is {"ok": Verdict.OK, "silent": Verdict.BROKEN}.get(
                says or "", Verdict.UNCHECKED
            )
        elif part.hop in tuple(Hop) and health.state is State.UNKNOWN:
            assert part.verdict is Verdict.UNCHECKED
    own = health.state is State.BROKEN
    bad = isinstance(probe, Probe) and (
        probe.gateway == "silent" or (found and {*probe.ports.values()} & {"refused", "silent"})
    )
    assert (check.broken is not None) == bool(own or bad)
    if check.broken is not None:
        assert remedy(check.broken.hop, "web", "eth1", "netc-web")
    hops = [part.hop for part in check.parts if part.hop != CONTAINER]
    assert hops == sorted(hops, key=HOPS.index), "in the order of the path"


def test_what_is_behind_a_break_is_not_sound() -> None:
    check = assess(Health(State.BROKEN, Hop.ADDRESS, "taken by 02:00", NOW), FACTS, OPEN)
    assert words(check)[:5] == [
        "link on the LAN: up",
        "gateway 10.0.0.1: answers",
        "address 10.0.0.7: taken by 02:00",
        "rules: not checked (behind what is broken at address)",
        "service web: not checked (behind what is broken at address)",
    ]
    assert check.broken is not None
    assert check.broken.hop == Hop.ADDRESS


def test_a_lease_without_a_gateway_is_no_fault() -> None:
    facts = msgspec.structs.replace(FACTS, gateway=None)
    check = assess(WELL, facts, Probe("none", OPEN.ports))
    assert check.broken is None
    assert not [one for one in words(check) if one.startswith("gateway")]


def test_what_it_has_just_found_goes_before_what_it_said_seconds_ago() -> None:
    healthy = Health(State.HEALTHY, checked_at=NOW)
    facts = Facts("web", "10.77.0.5", None, "172.17.0.2")
    probe = parse_probe("own broken lan no carrier: the cable\ngateway none\n")
    broken = assess(healthy, facts, probe).broken
    assert broken is not None
    assert (broken.hop, broken.said) == (Hop.LAN, "no carrier: the cable")
    lost = Health(State.BROKEN, Hop.SERVICE, "it was silent", NOW)
    assert assess(lost, facts, parse_probe("own healthy - \n")).broken is None
    # What makes no sense, or no look at all, changes nothing.
    for text in ("own fine - ", "own broken moon x", "own", ""):
        assert assess(lost, facts, parse_probe(text)).broken is not None
