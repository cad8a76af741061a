"""What is decided to be done, before anything is; also for a service that is made anew, or is
reached another way than before."""

from typing import Any

import pytest

from netc_tui import sidecar
from netc_tui.core import plan
from tests.machine import run
from tests.operations.turning import steps_up, turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def test_on_the_default_bridge_a_new_service_needs_a_new_link() -> None:
    async def scenario() -> None:
        engine = world()
        before = await turn_on(engine, "web")
        old = engine.own("web").id
        assert await steps_up(engine, "web") == ()
        engine.anew("web")
        after = await turn_on(engine, "web")
        assert engine.own("web").id != old
        assert after.ip == before.ip

    run(scenario())


def test_on_a_network_with_names_a_new_service_is_found_by_itself() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine, "shop-api-1")
        old = engine.own("shop-api-1").id
        labels = engine.boxes["shop-api-1"].labels
        engine.anew(
            "shop-api-1", "shop_default", ports=("8080/tcp", "53/udp"), labels=labels, image="2"
        )
        assert await steps_up(engine, "shop-api-1") == ()
        await turn_on(engine, "shop-api-1")
        assert engine.own("shop-api-1").id == old

    run(scenario())


@pytest.mark.parametrize(
    ("service", "network"), [("web", "bridge"), ("shop-api-1", "shop_default")]
)
def test_without_its_link_to_the_service_it_is_made_anew(service: str, network: str) -> None:
    """Docker links it anew at no start, and without that link it ends at once."""

    async def scenario() -> None:
        engine = world()
        before = await turn_on(engine, service)
        old = engine.own(service).id
        await engine.disconnect(before.name, network)
        assert "disconnected from" in str((await steps_up(engine, service))[0])
        after = await turn_on(engine, service)
        assert engine.own(service).id != old
        assert (after.ip, after.network) == (before.ip, network)

    run(scenario())


@pytest.mark.parametrize(
    "facts", [{"mode": "host"}, {"mode": "container:owner"}, {"ports": ("81/tcp",)}]
)
def test_a_service_that_is_reached_another_way_now(facts: dict[str, Any]) -> None:
    """A former link or name would lead nowhere for ever."""

    async def scenario() -> None:
        engine = FakeEngine()
        engine.run("owner")
        engine.run("web")
        await turn_on(engine, "web", ports=("80",) if "mode" in facts else ())
        engine.anew("web", **facts)
        await turn_on(engine, "web", ports=("80",) if "mode" in facts else ())
        fresh = FakeEngine()
        fresh.run("owner")
        fresh.run("web", **facts)
        await turn_on(fresh, "web", ports=("80",) if "mode" in facts else ())
        assert engine.shape() == fresh.shape()

    run(scenario())


def test_rules_of_another_netc_are_replaced() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    own = engine.own("web")
    for hashed in ({"netc.rules": "0" * 64}, {}):
        own.labels = {k: v for k, v in own.labels.items() if k != "netc.rules"} | hashed
        steps = run(steps_up(engine, "web"))
        assert any("rules" in str(step) for step in steps)
        run(turn_on(engine, "web"))
        assert engine.own("web").id != own.id
        own = engine.own("web")


def test_a_plan_can_be_shown_without_being_done() -> None:
    engine = world()
    steps = run(steps_up(engine, "web"))
    assert [type(step) for step in steps] == [
        plan.BuildImage,
        plan.CreateNetwork,
        plan.CreateContainer,
        plan.Connect,
        plan.Start,
    ]
    assert all(str(step) and "\n" not in str(step) for step in steps)
    assert engine.shape() == {"containers": {}, "networks": {}}
    assert sidecar.image() not in engine.images
