"""What an engine has, looked at again and again."""

import asyncio
from typing import cast

import msgspec
import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.ports import Port
from netc_tui.engine import EngineApi
from netc_tui.engine.sdk import PING_PATIENCE
from netc_tui.operations.live.inventory import look, watch
from tests.machine import run
from tests.operations.turning import on_the_lan
from tests.tui import simulated
from tests.twin import Connection
from tests.twin.swarm import member


@pytest.mark.usefixtures("machine")
def test_what_is_published_is_told_after_a_restart() -> None:
    engine = on_the_lan("web")
    published = (Port(80, "tcp", ("0.0.0.0:8081",)),)
    asked: dict[str, tuple[Port, ...]] = {}

    def ports() -> tuple[Port, ...]:
        found = run(look(engine, asked, engine.now))
        known = {one.id: one.ports for one in found.containers} | dict(found.ports)
        return known[engine.boxes["web"].id]

    engine.boxes["web"].ports = published
    assert ports() == published
    engine.stop("web")
    engine.boxes["web"].ports = ()
    assert ports() == (Port(80, "tcp"),), "Docker tells of one that does not run what it exposes"
    engine.boxes["web"].ports = published
    engine.start_again("web")
    assert ports() == published


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("quiet", [0.1, 5.9, 6.1, 11.0, 59.0, 61.0, 100.0])
def test_an_engine_that_is_cut_off_without_a_word_is_missed_within_twelve_seconds(
    quiet: float,
) -> None:
    """Its events go on being silent, as they were; whenever that begins."""

    engine = on_the_lan("web")

    async def work() -> float:
        held = asyncio.Event()
        there = Connection(engine)

        async def ping() -> None:
            if held.is_set():
                await asyncio.sleep(PING_PATIENCE)
                raise NetcError("no answer", Exit.ENGINE)

        there.ping = ping  # type: ignore[method-assign]
        task = asyncio.create_task(watch(cast("EngineApi", there), lambda _: None, engine.now))
        await asyncio.sleep(quiet)
        held.set()
        begin = asyncio.get_running_loop().time()
        with pytest.raises(NetcError, match="no answer"):
            await task
        return asyncio.get_running_loop().time() - begin

    assert simulated.run(work()) <= 11.7


def test_what_an_engine_is_in_its_swarm_is_asked_where_there_is_one() -> None:
    engine = on_the_lan("web")
    engine.becomes = msgspec.structs.replace(engine.engine, swarm=member())

    def swarm(*, anew: bool) -> bool:
        run(look(engine, {}, engine.now, anew=anew))
        return engine.engine.swarm is not None

    assert not swarm(anew=True)
    assert "refresh" not in [call[0] for call in engine.calls]
    ingress = msgspec.structs.replace(engine.nets["bridge"], name="ingress", ingress=True)
    engine.nets["ingress"] = ingress
    assert not swarm(anew=False)
    assert swarm(anew=True)
    del engine.nets["ingress"]
    engine.becomes = msgspec.structs.replace(engine.engine, swarm=None)
    assert not swarm(anew=True)


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(("unattended", "looks"), [(False, 10), (True, 4)])
def test_where_nobody_looks_a_lost_event_is_looked_for_less_often(
    unattended: bool, looks: int
) -> None:
    engine = on_the_lan("web")

    async def work() -> int:
        seen = []
        there = cast("EngineApi", Connection(engine))
        task = asyncio.create_task(watch(there, seen.append, engine.now, lambda: unattended))
        await asyncio.sleep(600)
        task.cancel()
        return len(seen)

    assert simulated.run(work()) == looks
