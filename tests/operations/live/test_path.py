"""The path to one service, asked while it is looked at."""

import asyncio
from typing import Any

import pytest

from netc_tui.core.diagnosis.facts import Probe
from netc_tui.operations import inventory
from netc_tui.operations.live import path
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.doctors import LISTENS
from tests.operations.looking import world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def watched(engine: FakeEngine, seconds: float, *then: Any) -> list[path.Answers]:
    """What is delivered in so many seconds; in the middle of them ``then`` is done."""
    found: list[path.Answers] = []

    async def work() -> None:
        own = await up(engine, Request("web", "eth0"))
        held = await inventory.owned(engine, "web")
        service = next(one for one in await engine.containers() if one.name == "web")
        watch = path.watch(engine, own, service, held.container.image, found.append, lambda: None)  # type: ignore[arg-type,return-value]
        task = asyncio.create_task(watch)
        await asyncio.sleep(seconds / 2)
        for do in then:
            do()
        await asyncio.sleep(seconds / 2)
        task.cancel()

    run(work())
    return found


def looks(engine: FakeEngine) -> int:
    return sum(call[0] == "beside" for call in engine.calls)


def test_a_sound_path_is_asked_seldom_and_never_beside() -> None:
    engine = world(ports=("80/tcp",))
    found = watched(engine, path.SELDOM * 2.5)
    assert len(found) == 3
    assert isinstance(found[0].probe, Probe)
    assert found[0].probe.ports == {"tcp/80": "open"}
    assert looks(engine) == 0


def test_an_engine_that_goes_away_meanwhile_is_no_defect() -> None:
    engine = world(ports=("80/tcp",))
    found = watched(engine, path.SELDOM * 2.5, lambda: setattr(engine, "away", "gone"))
    assert isinstance(found[0].probe, Probe)
    assert isinstance(found[-1].probe, str)


def test_a_port_that_does_not_answer_is_asked_often_and_looked_at_once() -> None:
    engine = world(ports=("80/tcp",))
    engine.prints = lambda name, command: LISTENS
    engine.answers["tcp/80"] = "refused"
    found = watched(engine, path.OFTEN * 8.2, lambda: engine.answers.clear())
    refused = [one for one in found if one.sockets]
    assert len(refused) >= 4
    assert not found[-1].sockets, "it is open again"
    assert looks(engine) == 1
