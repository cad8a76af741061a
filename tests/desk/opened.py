"""A desk that is open, without any screen."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, cast

from netc_tui.desk.desk import Desk
from netc_tui.desk.hearer import Holds, Tone
from netc_tui.desk.watching import FEEDS, Beside, WatchLinks
from netc_tui.engine import EngineApi
from netc_tui.operations.live.interfaces import Links
from netc_tui.operations.live.traffic import Read
from netc_tui.operations.lookup import LookUp
from tests.tui.stage import LINKS
from tests.twin import Connection, FakeEngine


class Told:
    """Whom a desk tells: nobody looks."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def changed(self) -> None: ...

    def links_changed(self) -> None: ...

    def service_read(self) -> None: ...

    def say(self, words: str, tone: Tone = Tone.PLAIN, holds: Holds | None = None) -> None:
        self.said.append(words)


class Open:
    """A desk that is open."""

    def __init__(
        self,
        engine: FakeEngine,
        now: Callable[[], datetime],
        watch_links: WatchLinks | None = None,
        counted: Read = lambda _: {},
        beside: Beside | None = None,
        feeds: frozenset[str] = FEEDS,
        looked: LookUp | None = None,
        host: str = "",
    ) -> None:
        self.engine, self.told = engine, Told()
        self.tasks: list[asyncio.Task[None]] = []

        def spawn(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
            self.tasks.append(asyncio.create_task(work, name=name))
            return self.tasks[-1]

        async def connect() -> EngineApi:
            await engine.ping()
            return cast("EngineApi", Connection(engine))

        self.desk = Desk(
            *(self.told, spawn, connect, watch_links or still, now),
            host=host,
            flag=host,
            interface="eth1",
            counted=counted,
            beside=beside,
            feeds=feeds,
            looked=looked,
        )
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


async def still(deliver: Callable[[Links], None]) -> None:
    """Interfaces that stay as they are."""
    deliver(Links(LINKS))
    await asyncio.Event().wait()
