"""Docker: the only place that imports its SDK. Asynchronous outside, blocking calls inside.

``EngineApi`` is what the rest of netc knows of an engine; ``connect`` gives the real one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine.api import (
    Barred,
    Conflict,
    EngineApi,
    EventStream,
    Gone,
    LinkDown,
    LogStream,
    NoImage,
    NoScript,
    NotRunning,
    Refused,
    Stuck,
)
from netc_tui.engine.endpoint import SSH, Endpoint

if TYPE_CHECKING:
    from netc_tui.engine.tunnel import Tunnel

AGAIN = (0.3, 0.9)
"""Seconds until a server is asked again that had no room, each time: it lets ten log in at once
(MaxStartups), and of twenty hosts behind one jump host some are dropped."""


async def connect(endpoint: Endpoint) -> EngineApi:
    """The engine at an endpoint (``endpoints`` has the one in force). To one far away it opens a
    tunnel, which the engine's ``close`` ends.

    Raises NetcError (engine) when it is not reachable or not permitted.
    """
    if endpoint.fault:
        raise NetcError(endpoint.fault, Exit.ENGINE)
    if not endpoint.url.startswith(SSH):
        return await (await asyncio.to_thread(_sdk_connect))(endpoint, None)
    from netc_tui.engine.tunnel import Dropped, InTheWay

    pauses, strict = [*AGAIN], True
    while True:
        try:
            return await _far(endpoint, strict=strict)
        except InTheWay:
            # Who is logged in there has the ports of the forwards that are configured for it: they
            # are nothing to netc.
            if not strict:
                raise
            strict = False
        except Dropped:
            if not pauses:
                raise
            from random import uniform

            # All that were dropped at once are not to come back at once.
            await asyncio.sleep(pauses.pop(0) * uniform(0.5, 1.5))  # noqa: S311


async def _far(endpoint: Endpoint, *, strict: bool) -> EngineApi:
    from netc_tui.engine import ssh
    from netc_tui.engine.tunnel import Tunnel

    tunnel = Tunnel(ssh.destination(endpoint.url), strict=strict)
    try:
        # The SDK is loaded here and off the loop: it takes longer than what asks for it, a screen
        # for one, to be there. A login goes on meanwhile.
        return await (await asyncio.to_thread(_sdk_connect))(endpoint, tunnel)
    except BaseException:
        tunnel.close()
        raise


def _sdk_connect() -> "Callable[[Endpoint, Tunnel | None], Awaitable[EngineApi]]":
    from netc_tui.engine.sdk import connect

    return connect


__all__ = [
    "Barred",
    "Conflict",
    "Endpoint",
    "EngineApi",
    "EventStream",
    "Gone",
    "LinkDown",
    "LogStream",
    "NoImage",
    "NoScript",
    "NotRunning",
    "Refused",
    "Stuck",
    "connect",
]
