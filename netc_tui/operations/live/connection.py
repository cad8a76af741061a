"""An engine that is kept: connected, used, and connected again when it went away."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from netc_tui.core.errors import NetcError
from netc_tui.core.model import Engine
from netc_tui.engine import Barred, EngineApi

FIRST, LONGEST = 0.5, 5.0
"""Seconds until the first new try, and at most from one to the next; each is twice the one before.
What a try takes counts: an engine that is starting may be silent for longer than that."""
BARRED, RAREST = 60.0, 300.0
"""The same of a host that refuses the login: only somebody's hand can mend that."""
STEADY = 5.0
"""Seconds after which a connection counts as good, so that the next loss starts with FIRST."""


class Connection(msgspec.Struct, frozen=True):
    """Whether the engine answers."""

    engine: Engine | None = None
    """The engine, or the last that answered."""
    alive: bool = False
    error: str | None = None
    """Why not, with what to do."""
    since: datetime | None = None
    """Since when it has been so; None before the first answer."""
    retry_at: datetime | None = None


ConnectEngine = Callable[[], Awaitable[EngineApi]]
"""How the engine is reached; each time anew, since another endpoint may be in force by then."""


async def keep(
    connect: ConnectEngine,
    use: Callable[[EngineApi], Awaitable[None]],
    deliver: Callable[[Connection], None],
    now: Callable[[], datetime],
    at_once: asyncio.Event | None = None,
) -> None:
    """Connect and ``use`` the engine until that raises NetcError, then again, for ever. While it
    waits, ``at_once`` has it try.

    Delivers each change of the connection.
    """
    asked = at_once or asyncio.Event()
    loop = asyncio.get_running_loop()
    pause, left, longest, was = FIRST, FIRST, LONGEST, Connection()
    while True:
        begun, tried = None, loop.time()
        asked.clear()
        try:
            engine = await connect()
            begun = loop.time()
            try:
                was = Connection(engine.engine, alive=True, since=now())
                deliver(was)
                await use(engine)
            finally:
                await engine.close()
        except NetcError as error:
            if begun is not None and loop.time() - begun > STEADY:
                pause = FIRST
            barred = isinstance(error, Barred)
            longest = RAREST if barred else LONGEST
            pause = min(max(pause, BARRED if barred else FIRST), longest)
            spent = loop.time() - tried if begun is None else 0.0
            left = max(FIRST, pause - spent)
            at = now()
            was = Connection(
                was.engine,
                error=error.message,
                since=at if was.alive or was.since is None else was.since,
                retry_at=at + timedelta(seconds=left),
            )
            deliver(was)
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await asked.wait()
        pause = min(pause * 2, longest)
