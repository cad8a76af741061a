"""What the tests of turning on and off share: a host with three services, a netc that is killed."""

from collections.abc import Callable
from typing import Any

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.plan import Step
from netc_tui.operations.up import Request, preview, up
from tests.machine import run
from tests.twin import FakeEngine


class Killed(Exception):
    """netc was killed right here."""


def kill_at(number: int | None) -> Callable[[Step], None]:
    """Killed before the step of that number; None: never."""
    steps: list[Step] = []

    def report(step: Step) -> None:
        if len(steps) == number:
            raise Killed
        steps.append(step)

    return report


def world(engine: FakeEngine | None = None) -> FakeEngine:
    """One service on the default bridge, one on a network of a Compose project, one on the host."""
    made = engine or FakeEngine()
    made.network("shop_default", labels={"com.docker.compose.project": "shop"})
    made.run("web")
    project = {"com.docker.compose.project": "shop", "com.docker.compose.service": "api"}
    made.run("shop-api-1", "shop_default", ports=("8080/tcp", "53/udp"), labels=project)
    made.run("printer", mode="host", ports=("631/tcp",))
    return made


async def turn_on(engine: FakeEngine, service: str, interface: str = "eth0", **facts: Any) -> Any:
    return await up(engine, Request(service, interface, **facts))


async def steps_up(engine: FakeEngine, service: str, interface: str = "eth0", **facts: Any) -> Any:
    return (await preview(engine, Request(service, interface, **facts)))[1]


def refused(work: Any, code: Exit, words: str) -> NetcError:
    with pytest.raises(NetcError) as caught:
        run(work)
    assert caught.value.code == code
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    return caught.value


def on_the_lan(*services: str) -> FakeEngine:
    engine = FakeEngine()
    for service in services:
        engine.run(service)
        run(up(engine, Request(service, "eth0")))
    return engine
