"""How the watcher stands, written down where each screen of this engine can see it, also after it
has died: see ``core.memos.WatcherMemo``."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from netc_tui import __version__
from netc_tui.core import memos
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Memo
from netc_tui.engine import EngineApi
from netc_tui.watch.progress import Progress

OFTEN = 5.0
"""Seconds between two writings at least."""
WIPING = 2.0
"""Seconds for the engine to forget the memo at the end."""


class Board:
    """Writes the memo when something changed, and every ``memos.BEAT``."""

    def __init__(
        self, now: Callable[[], datetime], say: Callable[[str], None] = lambda _: None
    ) -> None:
        self._now, self._say = now, say
        self._told = ""
        """What was last said to be in the way of it."""
        self.progress: Progress | None = None
        self._changed = asyncio.Event()

    def take(self, progress: Progress) -> None:
        """How it stands now."""
        before, self.progress = self.progress, progress
        if before is None or before.troubles != progress.troubles:
            self._changed.set()

    async def keep(self, engine: EngineApi) -> None:
        """Write while one connection lasts. Raises NetcError (engine); what else is in the way of
        that is said once, and keeps nobody from work."""
        while True:
            self._changed.clear()
            if (progress := self.progress) is not None:
                memo = memos.watcher(
                    *(progress.since, self._now(), __version__, progress.troubles),
                    *(progress.last, progress.last_at),
                )
                await self._write(engine, memo)
            await asyncio.sleep(OFTEN)
            with suppress(TimeoutError):
                async with asyncio.timeout(memos.BEAT.total_seconds()):
                    await self._changed.wait()

    async def _write(self, engine: EngineApi, memo: Memo) -> None:
        try:
            await engine.write_memo(memo)
        except NetcError as error:
            if error.code is Exit.ENGINE:
                raise
            if self._told != error.message:
                self._say(f"how this watcher stands cannot be written down: {error}")
            self._told = error.message
        else:
            self._told = ""

    async def wipe(self, engine: EngineApi) -> None:
        """It ends in order, or works no more here: nobody need wonder where it is."""
        # An engine that hangs keeps nobody from that.
        with suppress(NetcError, TimeoutError):
            async with asyncio.timeout(WIPING):
                await engine.remove_memo(memos.WATCHER)
