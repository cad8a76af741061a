"""The first look, as a child hands it over."""

import msgspec
import pytest

from netc_tui.core.errors import NetcError
from netc_tui.core.ports import Port
from netc_tui.engine import Endpoint
from netc_tui.operations.live import first
from tests.machine import run
from tests.operations.turning import turn_on, world
from tests.twin import LOCAL, FakeEngine
from tests.twin.swarm import member

pytestmark = pytest.mark.usefixtures("machine")
HERE = Endpoint("unix:///run/docker.sock", "a test")


def looked(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> bytes:
    async def connect(_: Endpoint) -> FakeEngine:
        return engine

    monkeypatch.setattr(first, "connect", connect)
    return first.first_look(HERE)


def test_what_was_seen_comes_out_as_it_went_in(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = world()
    own = run(turn_on(engine, "web"))
    seen = first.decoded(looked(engine, monkeypatch))
    assert seen is not None
    assert seen.engine == engine.engine
    assert {one.name for one in seen.inventory.containers} == set(engine.boxes)
    assert seen.inventory.at is not None
    (said,) = seen.said.values()
    assert (said[-1].event, said[-1].ip) == ("bound", own.ip)


def test_services_of_a_swarm_come_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine(msgspec.structs.replace(LOCAL, swarm=member()))
    engine.network("over", "overlay", subnets=("10.0.1.0/24",))
    engine.swarm.run("job", "over", ports=(Port(80, "tcp"),))
    own = run(turn_on(engine, "job"))
    seen = first.decoded(looked(engine, monkeypatch))
    assert seen is not None
    assert seen.engine == engine.engine
    [service] = seen.inventory.swarm or ()
    assert service.network_container == own


def test_an_engine_that_is_away_is_no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = world()
    engine.away = "no answer"
    with pytest.raises(NetcError, match="no answer"):
        looked(engine, monkeypatch)


@pytest.mark.parametrize("text", [b"", b"\xc1", b"\x80", b"{}"])
def test_half_a_look_is_none(text: bytes) -> None:
    assert first.decoded(text) is None
