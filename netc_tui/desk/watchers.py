"""What runs beside all else and delivers; begun again when it ends as it should not."""

import asyncio
from collections.abc import Awaitable, Callable

from netc_tui.core.errors import NetcError
from netc_tui.desk.hearer import Hearer, Tone
from netc_tui.desk.spawn import Running, Spawn

AGAIN = 2.0
"""Seconds until a watcher that failed in a way it should not is started again."""

Work = Callable[[], Awaitable[None]]


class Watchers:
    """The watchers of one host, by their names."""

    def __init__(self, spawn: Spawn, hearer: Hearer) -> None:
        self._spawn, self._hearer = spawn, hearer
        self._running: dict[str, Running] = {}
        self._watched: dict[str, tuple[object, ...]] = {}
        """What those watchers watch that ``follow`` something."""

    def __contains__(self, name: str) -> bool:
        """Does it run?"""
        return name in self._running

    def follow(self, name: str, wanted: tuple[object, ...], watch: Work | None = None) -> None:
        """Have a watcher watch what is ``wanted``; one that does goes on."""
        if wanted == self._watched.get(name, ()):
            return
        self._watched[name] = wanted
        if watch is None:
            self.end(name)
        else:
            self.keep(name, watch)

    def keep(self, name: str, watch: Work) -> None:
        """Run a watcher, again if it ends as it should not."""

        async def run() -> None:
            while True:
                try:
                    await watch()
                except NetcError as error:
                    self._failed(f"{name}: {error.message}")
                except Exception as error:
                    # A defect in one watcher must not take the others down.
                    self._hearer.say(f"a defect of netc in watching {name}: {error!r}", Tone.BAD)
                await asyncio.sleep(AGAIN)

        self.end(name)
        self._running[name] = self._spawn(run(), name)

    def later(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        """Do something once, unless it is ended before."""

        async def run() -> None:
            await asyncio.sleep(seconds)
            do()

        self.end(name)
        self._running[name] = self._spawn(run(), name)

    def end(self, name: str) -> None:
        """End the watcher of that name, if it runs."""
        if (running := self._running.pop(name, None)) is not None:
            running.cancel()

    def _failed(self, words: str) -> None:
        time = asyncio.get_running_loop().time
        until = time() + 2 * AGAIN  # by then it is said again, if it is still so
        self._hearer.say(words, Tone.WARNING, lambda: time() < until)
