"""Restarting a network container."""

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event, Phase
from netc_tui.core.model import NetworkContainer
from netc_tui.operations.restart import restart
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def world() -> FakeEngine:
    """One service that is linked to, one with a name server, one on the host; all are on."""
    engine = FakeEngine()
    engine.network("back")
    engine.run("web")
    engine.run("api", "back")
    engine.run("printer", mode="host")

    async def on() -> None:
        for name in ("web", "api", "printer"):
            await up(engine, Request(name, "eth0"))

    run(on())
    engine.calls.clear()
    return engine


def refused(engine: FakeEngine, service: str, code: Exit, words: str) -> None:
    with pytest.raises(NetcError) as caught:
        run(restart(engine, service, 5))
    assert caught.value.code is code
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("delay", [0.0, 3.0])
@pytest.mark.parametrize("service", ["web", "api", "printer"])
def test_it_has_its_address_again(service: str, delay: float) -> None:
    engine = world()
    engine.dhcp_delay = delay
    lives, address = engine.own(service).lives, engine.own(service).lease["ip"]
    said: list[Event] = []
    found: NetworkContainer = run(restart(engine, service, heard=said.append))
    assert (found.ip, found.phase) == (address, Phase.BOUND)
    assert engine.own(service).lives == lives + 1
    assert said[-1].event == "bound"
    assert ("restart", f"netc-{service}") in engine.calls


def test_one_that_was_stopped_is_started() -> None:
    engine = world()
    engine.stop("netc-web")
    assert run(restart(engine, "web")).phase is Phase.BOUND


def test_no_lease() -> None:
    engine = world()
    engine.dhcp = lambda hostname: False
    refused(engine, "web", Exit.NO_LEASE, "within 5 s: no DHCP server answers")
    assert engine.own("web").running


def test_one_that_does_not_run_any_more_is_not_said_to_go_on() -> None:
    engine = world()
    engine.dhcp = lambda hostname: False

    def end(event: Event) -> None:
        if event.event == "discover":
            engine.stop("netc-web")

    with pytest.raises(NetcError) as caught:
        run(restart(engine, "web", 5, end))
    assert caught.value.code is Exit.NO_LEASE
    assert caught.value.message.endswith("start it again with: netc up web eth0")


def test_a_link_needs_its_service() -> None:
    """It is not stopped either: its lease is worth keeping."""
    engine = world()
    engine.stop("web")
    refused(engine, "web", Exit.FAILED, "docker start web")
    assert engine.own("web").running
    engine.boxes.pop("web")
    refused(engine, "web", Exit.FAILED, "default bridge")


def test_a_link_whose_service_stops_meanwhile() -> None:
    engine = world()
    engine.before = lambda call: engine.stop("web") if call[0] == "restart" else None
    refused(engine, "web", Exit.FAILED, "docker start web")


def test_one_on_the_host_s_network_needs_no_service() -> None:
    engine = world()
    engine.stop("printer")
    assert run(restart(engine, "printer")).phase is Phase.BOUND


def test_it_does_not_find_its_service() -> None:
    engine = world()
    engine.stop("api")
    engine.boxes["api"].addresses.clear()
    refused(engine, "api", Exit.FAILED, "does not find api on the network back")
    assert engine.own("api").lives == 2


def test_what_is_not_there() -> None:
    engine = world()
    engine.run("bare")
    refused(engine, "bare", Exit.NO_SERVICE, "netc up bare INTERFACE")
    refused(engine, "wbe", Exit.NO_SERVICE, "did you mean web?")
    engine.away = "the engine is away"
    refused(engine, "web", Exit.ENGINE, "the engine is away")
