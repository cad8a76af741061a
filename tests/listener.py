"""An engine's events, as they come."""

import asyncio

from netc_tui.core.model import Change
from netc_tui.engine import EngineApi


class Listener:
    """Hears them from when it is made; ``settle``: seconds in which more may follow one that is
    waited for."""

    def __init__(self, engine: EngineApi, settle: float = 0) -> None:
        self.stream = engine.events()
        self.heard: list[Change] = []
        self._settle = settle
        self._came = asyncio.Event()
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for change in self.stream:
            self.heard.append(change)
            self._came.set()

    async def until(self, action: str, name: str, seconds: float = 10) -> list[str]:
        """What was heard up to one event; it is forgotten."""
        async with asyncio.timeout(seconds):
            while not any((one.action, one.name) == (action, name) for one in self.heard):
                self._came.clear()
                await self._came.wait()
        await asyncio.sleep(self._settle)
        return self.take()

    def take(self) -> list[str]:
        told = [f"{one.kind} {one.action} {one.name}" for one in self.heard]
        self.heard.clear()
        return told

    async def ended(self, seconds: float = 5) -> None:
        """Wait for the end of the stream; raises what ended it."""
        async with asyncio.timeout(seconds):
            await self._task
