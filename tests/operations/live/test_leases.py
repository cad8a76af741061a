"""What network containers say, as it is heard."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from netc_tui.core.lease import Event
from netc_tui.core.model import Container
from netc_tui.operations.live.leases import SILENCE, watch
from netc_tui.operations.up import Request, up
from tests.tui import simulated
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def heard(scene: Callable[[FakeEngine, "Ear"], Awaitable[None]]) -> None:
    """Two services on the LAN, listened to for as long as the scene takes."""

    async def work() -> None:
        engine = FakeEngine()
        for name in ("web", "db"):
            engine.run(name)
            await up(engine, Request(name, "eth0"))
        ear = Ear(engine)
        task = asyncio.create_task(watch(engine, ear.inventories(), ear.deliver))
        await ear.look()
        await scene(engine, ear)
        task.cancel()

    simulated.run(work())


class Ear:
    """Who listens: what each said last, and when it was told."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self._seen: asyncio.Queue[tuple[Container, ...]] = asyncio.Queue()
        self._said: dict[str, tuple[Event, ...]] = {}
        self.told: list[str] = []

    async def look(self, seconds: float = 0.5) -> None:
        """There is another inventory; and so long for what comes of it."""
        self._seen.put_nowait(await self._engine.containers())
        await asyncio.sleep(seconds)

    async def inventories(self) -> AsyncIterator[tuple[Container, ...]]:
        while True:
            yield await self._seen.get()

    def deliver(self, container: str, events: tuple[Event, ...]) -> None:
        self._said[container] = events
        self.told.append(container)

    def last(self, service: str) -> str | None:
        events = self._said.get(self._engine.own(service).id)
        return events[-1].event if events else None


def test_what_each_says_is_told_as_it_comes() -> None:
    async def scene(engine: FakeEngine, ear: Ear) -> None:
        assert (ear.last("web"), ear.last("db")) == ("bound", "bound")
        before = len(ear.told)
        for _ in range(50):
            engine.say(engine.own("web"), "renewed")
        await asyncio.sleep(0.5)
        assert (ear.last("web"), ear.last("db")) == ("renewed", "bound")
        assert len(ear.told) == before + 1, "what comes in one go is told in one go"

    heard(scene)


def test_a_log_that_ends_while_its_container_runs_is_followed_again() -> None:
    async def scene(engine: FakeEngine, ear: Ear) -> None:
        engine.own("web").end_log()
        engine.say(engine.own("web"), "renewed")
        await asyncio.sleep(1)
        assert ear.last("web") == "renewed"

    heard(scene)


def test_one_that_has_stopped_is_read_and_listened_to_again_when_it_runs() -> None:
    async def scene(engine: FakeEngine, ear: Ear) -> None:
        engine.stop("netc-web")
        await ear.look()
        assert ear.last("web") == "stopped"
        follows = engine.calls.count(("follow_log", engine.own("web").id))
        await asyncio.sleep(60)
        assert engine.calls.count(("follow_log", engine.own("web").id)) == follows
        engine.start_again("netc-web")
        await ear.look()
        assert ear.last("web") == "bound"

    heard(scene)


def test_of_a_log_that_was_cut_the_volume_has_the_last_word() -> None:
    async def scene(engine: FakeEngine, ear: Ear) -> None:
        engine.stop("netc-web")
        engine.own("web").log.clear()
        await ear.look()
        assert ear.last("web") == "stopped"

    heard(scene)


def test_a_log_that_hangs_keeps_no_other_waiting() -> None:
    async def scene(engine: FakeEngine, ear: Ear) -> None:
        log = engine.log

        async def hangs(name: str, tail: int | None = None) -> tuple[bytes, ...]:
            if name == engine.own("web").id:
                await asyncio.Event().wait()
            return await log(name, tail)

        engine.log = hangs  # type: ignore[method-assign]
        for service in ("web", "db"):
            engine.own(service).followers.clear()  # the last word is in the log alone
            engine.stop(f"netc-{service}")
        await ear.look()
        assert (ear.last("web"), ear.last("db")) == ("bound", "stopped")
        await asyncio.sleep(SILENCE)
        assert ear.last("web") == "stopped", "then its volume is asked"

    heard(scene)
