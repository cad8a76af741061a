"""Routes of this host: which way they lead, and when there is none."""

import msgspec
import pytest

from netc_tui.core.errors import Exit
from netc_tui.host import routes
from netc_tui.operations import route
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import LOCAL, FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The bridge of each address that is routed."""
    found: dict[str, str] = {}

    def add(address: str, bridge: str) -> bool:
        return found.setdefault(address, bridge) == bridge and len(found) == 1

    monkeypatch.setattr(routes, "add", add)
    monkeypatch.setattr(routes, "delete", lambda address: found.pop(address, None) is not None)
    return found


def test_it_leads_over_the_bridge_that_it_shares_with_its_service(made: dict[str, str]) -> None:
    engine = world()
    own = run(turn_on(engine, "shop-api-1"))
    bridge = engine.nets["shop_default"].bridge
    assert bridge is not None
    found = run(route.add(engine, "shop-api-1"))
    assert found == route.Route(own.ip, bridge, changed=True)
    assert made == {own.ip: bridge}
    assert run(route.delete(engine, "shop-api-1")).changed
    assert not run(route.delete(engine, "shop-api-1")).changed
    assert made == {}


def test_without_an_address_there_is_nothing_to_route(made: dict[str, str]) -> None:
    engine = world()
    run(turn_on(engine, "shop-api-1"))
    engine.stop("netc-shop-api-1")
    refused(route.add(engine, "shop-api-1"), Exit.NO_LEASE, "has no address now")
    refused(route.add(engine, "web"), Exit.NO_SERVICE, "web")
    assert made == {}


def test_a_remote_engine_s_bridges_are_not_here(made: dict[str, str]) -> None:
    engine = FakeEngine(msgspec.structs.replace(LOCAL, host="tcp://far:2375", local=False))
    refused(route.add(engine, "web"), Exit.INTERFACE, "remote")
    assert made == {}


def test_a_network_without_a_bridge_of_this_host_is_no_way(made: dict[str, str]) -> None:
    engine = world()
    engine.network("far", "overlay")
    engine.nets["far"] = msgspec.structs.replace(engine.nets["far"], bridge=None, attachable=True)
    engine.run("task", "far")
    run(turn_on(engine, "task"))
    refused(route.add(engine, "task"), Exit.FAILED, "no bridge of this host")
    assert made == {}
