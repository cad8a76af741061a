"""What is known of a path: never healthy because nothing was heard."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.findings import CONTAINER, HOPS, Finding
from netc_tui.core.health import Health, State, judge, with_service
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
        hop=draw(st.sampled_from((None, *HOPS[:4], "moon"))),
        code=draw(st.sampled_from((None, "N102", "N205", "N301", "N406", "N999", "x"))),
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
    if found.state is State.BROKEN:
        assert found.finding is not None
        assert found.finding.kind.hop == (found.hop or CONTAINER)
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
    assert judged().finding is None
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


def test_the_code_that_it_tells_counts_where_it_is_of_that_hop() -> None:
    def code(**facts: Any) -> str:
        finding = judged(but(health="broken", reason="why", **facts)).finding
        assert finding is not None
        return finding.code

    assert code(hop="lan", code="N102") == "N102"
    assert code(hop="address", code="N102") == "N219", "it makes no sense"
    assert code(hop="rules") == "N301", "an older netc tells none"
    assert code(hop="service", code="N000") == "N407", "a newer netc tells one that is not known"


def test_what_the_engine_says_of_the_service_goes_before_what_was_heard_of_it() -> None:
    stopped = Finding("N401", "web does not run (exited)", "start it with", "docker start web")
    found = with_service(judged(), stopped)
    assert (found.state, found.hop, found.finding) == (State.BROKEN, Hop.SERVICE, stopped)
    assert found.reason == "web does not run (exited); start it with: docker start web"
    cut = judged(but(health="broken", hop="lan", reason="no carrier", code="N102"))
    assert with_service(cut, stopped) is cut, "what comes before it on the path is told first"
    assert with_service(cut, None) is cut
