"""What an engine remembers, asked for again whenever something was done: it forgets."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from netc_tui.core.errors import NetcError
from netc_tui.core.model import Remembered
from netc_tui.engine import EngineApi

SETTLE = 1.0
"""Seconds in which what belongs together happens; at the start the screen goes first."""


async def watch(
    engine: EngineApi, done: asyncio.Event, deliver: Callable[[Remembered], None]
) -> None:
    """Deliver what the engine remembers, now and a moment after each ``done``. One that does not
    tell of it is asked again the next time."""
    while True:
        await asyncio.sleep(SETTLE)
        done.clear()
        with suppress(NetcError):
            deliver(await engine.remembered())
        await done.wait()
