"""Turning on with a private network."""

from typing import Any

from netc_tui.core.plan import Step
from netc_tui.operations.up import Request, preview, up
from tests.twin import FakeEngine

NAME = "netc-private-web"
NOTHING: dict[str, Any] = {"containers": {}, "networks": {}}


async def turn_on(engine: FakeEngine, service: str = "web", **facts: Any) -> Any:
    return await up(engine, Request(service, "eth0", **{"private_network": True, **facts}))


async def steps_up(engine: FakeEngine, service: str = "web", **facts: Any) -> tuple[Step, ...]:
    facts = {"private_network": True, **facts}
    return (await preview(engine, Request(service, "eth0", **facts)))[1]
