"""A watcher at work on the twin of an engine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from netc_tui.core.model import Labels
from netc_tui.core.wishes import ENABLE, Policy
from netc_tui.engine import EngineApi
from netc_tui.operations.naming import Publishing
from netc_tui.watch.watcher import Watcher
from tests.tui import simulated
from tests.tui.simulated import Clock
from tests.twin import Connection, FakeEngine

YES = {ENABLE: "true"}


class Watched:
    """A watcher at work, and the engine that it watches."""

    def __init__(
        self,
        engine: FakeEngine,
        *,
        closely: bool = False,
        alone: bool = True,
        publishing: Publishing | None = None,
    ) -> None:
        self.may_work = alone
        """Is no other one at work on this machine?"""
        clock = engine.now = Clock()
        self.engine = engine
        self.said: list[str] = []
        self.watcher = Watcher(
            *(Policy("eth0"), self._connect, self.said.append, clock),
            turn=self._turn,
            closely=closely,
            publishing=publishing,
        )

    @asynccontextmanager
    async def _turn(self, name: str, seconds: float) -> AsyncIterator[bool]:
        yield self.may_work

    async def _connect(self) -> EngineApi:
        await self.engine.ping()
        return Connection(self.engine)  # type: ignore[return-value]

    @property
    def on(self) -> dict[str, str]:
        found = (Labels.of(self.engine._listed(box)) for box in self.engine.boxes.values())
        return {labels.service: labels.keeper for labels in found if labels is not None}


def watched(
    work: Callable[[Watched], Awaitable[None]],
    engine: FakeEngine | None = None,
    *,
    closely: bool = False,
    alone: bool = True,
    publishing: Publishing | None = None,
) -> Watched:
    """Do ``work`` while a watcher watches."""

    async def run() -> Watched:
        found = Watched(engine or FakeEngine(), closely=closely, alone=alone, publishing=publishing)
        task = asyncio.create_task(found.watcher.run())
        try:
            await work(found)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return found

    return simulated.run(run())


async def settle(seconds: float = 2) -> None:
    await asyncio.sleep(seconds)
