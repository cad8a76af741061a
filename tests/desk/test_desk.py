"""Desks without any screen: two hosts at once, each with what is its own."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, cast

import pytest

from netc_tui.desk.desk import Desk
from netc_tui.desk.hearer import Tone
from netc_tui.engine import EngineApi
from netc_tui.host import interfaces as host
from netc_tui.operations.live.interfaces import Links
from netc_tui.operations.up import Request, up
from tests.tui import simulated
from tests.tui.stage import LINKS, Stage
from tests.twin import Connection, FakeEngine


class Told:
    """Whom a desk tells: nobody looks."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def changed(self) -> None: ...

    def links_changed(self) -> None: ...

    def rules_read(self) -> None: ...

    def say(self, words: str, tone: Tone = Tone.PLAIN) -> None:
        self.said.append(words)


class Open:
    """A desk that is open."""

    def __init__(self, engine: FakeEngine, now: Callable[[], datetime]) -> None:
        self.engine, self.told = engine, Told()
        self.tasks: list[asyncio.Task[None]] = []

        def spawn(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
            self.tasks.append(asyncio.create_task(work, name=name))
            return self.tasks[-1]

        async def connect() -> EngineApi:
            await engine.ping()
            return cast("EngineApi", Connection(engine))

        async def watch_links(deliver: Callable[[Links], None]) -> None:
            deliver(Links(LINKS))
            await asyncio.Event().wait()

        self.desk = Desk(self.told, spawn, connect, watch_links, now, interface="eth1")
        self.desk.watching.start()

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(100):
            if holds():
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"it does not come: {self.desk.services()} {self.told.said}")

    def address(self, service: str) -> str | None:
        found = self.desk.service(service)
        own = found.network_container if found is not None else None
        return own.ip if own is not None else None

    def close(self) -> None:
        for task in self.tasks:
            task.cancel()


def test_two_desks_with_the_same_services_know_nothing_of_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host, "names", lambda: tuple(link.name for link in LINKS))

    async def work() -> None:
        stage = Stage()
        engines = [stage.engine(), stage.engine()]
        for engine in engines:
            engine.run("web", ports=("80/tcp",))
        engines[1].run("db", ports=("80/tcp",))
        await up(engines[1], Request("db", "eth1"))  # it has the first address there
        here, there = (Open(engine, stage.clock) for engine in engines)
        await here.until(lambda: here.desk.service("web") is not None)
        await there.until(lambda: there.desk.service("web") is not None)

        here.desk.jobs.on(Request("web", "eth1"))
        assert here.desk.jobs.busy("web")
        assert not there.desk.jobs.busy("web")
        await here.until(lambda: here.address("web") is not None)
        assert there.address("web") is None
        assert there.desk.notes.of("web") == ()
        there.desk.jobs.on(Request("web", "eth2"))
        await there.until(lambda: there.address("web") is not None)
        assert here.address("web") != there.address("web")
        here.desk.interface = "eth0"
        assert there.desk.interface == "eth1"

        # One engine goes; the other desk goes on.
        engines[0].away = "no answer"
        await here.until(lambda: here.desk.site.connection.error is not None)
        assert there.desk.site.connection.alive
        await there.until(lambda: not there.desk.jobs.under_way)
        there.desk.jobs.off("web")
        await there.until(lambda: there.address("web") is None)
        here.close()
        there.close()

    simulated.run(work())
