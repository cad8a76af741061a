"""The ways on which a service is reached."""

from typing import Any

import pytest

from netc_tui.core.errors import Exit
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def reached(engine: FakeEngine, service: str, **facts: Any) -> tuple[str, str | None, str, bool]:
    """Network, link, name to look up, by the host's gateway."""
    run(turn_on(engine, service, **facts))
    spec = engine.own(service).spec
    assert spec is not None
    return spec.network, spec.link, spec.environment["NETC_NAME"], spec.host_gateway


def test_ways_to_a_service() -> None:
    engine = world()
    engine.network("a-internal", internal=True)
    engine.network("z-front")
    engine.network("mac", "macvlan", parent="eth2")
    engine.run("many", "bridge", "a-internal", "z-front", "mac")
    engine.run("inner", "a-internal")
    engine.run("vpn", "z-front")
    engine.run("behind", mode="container:vpn")
    engine.run("further", mode=f"container:{engine.boxes['behind'].id}")
    assert reached(engine, "web") == ("bridge", "web", "netc-target", False)
    assert reached(engine, "printer") == ("bridge", None, "netc-target", True)
    assert reached(engine, "many") == ("z-front", None, "many", False)
    assert reached(engine, "inner") == ("a-internal", None, "inner", False)
    assert reached(engine, "behind") == ("z-front", None, "vpn", False)
    assert reached(engine, "further") == ("z-front", None, "vpn", False)


def test_a_network_can_be_chosen() -> None:
    engine = world()
    engine.network("front")
    engine.run("many", "bridge", "front")
    assert reached(engine, "many", network="bridge") == ("bridge", "many", "netc-target", False)
    chosen = engine.nets["front"].id
    assert reached(engine, "many", network=chosen) == ("front", None, "many", False)
    error = refused(turn_on(engine, "many", network="back"), Exit.FAILED, "'back'")
    assert "bridge, front" in error.message
    refused(turn_on(engine, "printer", network="front"), Exit.FAILED, "host's network")


def test_services_that_cannot_be_reached() -> None:
    engine = world()
    engine.network("mac", "macvlan", parent="eth2")
    engine.network("swarm", "overlay", attachable=False)
    engine.run("hermit", "none", mode="none")
    engine.run("direct", "mac")
    engine.run("task", "swarm")
    engine.run("orphan", mode="container:0123456789abcdef")
    engine.run("one", mode="container:two")
    engine.run("two", mode="container:one")
    for service, words in (
        ("hermit", "--network none"),
        ("direct", "mac (macvlan)"),
        ("task", "swarm (overlay)"),
        ("orphan", "0123456789ab, which is gone"),
        ("one", "gone"),
    ):
        refused(turn_on(engine, service), Exit.NO_SERVICE, words)
    del engine.nets["bridge"]
    refused(turn_on(engine, "printer"), Exit.FAILED, "no default bridge")
    assert engine.shape() == {"containers": {}, "networks": {}}
