"""Docker: the only place that imports its SDK. Asynchronous outside, blocking calls inside.

``EngineApi`` is what the rest of netc knows of an engine; ``connect`` gives the real one.
"""

import asyncio
from collections.abc import Awaitable, Callable

from netc_tui.engine.api import (
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
from netc_tui.engine.endpoint import Endpoint


async def connect(endpoint: Endpoint) -> EngineApi:
    """The engine at an endpoint (``endpoints`` has the one in force).

    Raises NetcError (engine) when it is not reachable or not permitted.
    """
    # The SDK is loaded here and off the loop: it takes longer than what asks for it, a screen for
    # one, to be there.
    return await (await asyncio.to_thread(_sdk_connect))(endpoint)


def _sdk_connect() -> Callable[[Endpoint], Awaitable[EngineApi]]:
    from netc_tui.engine.sdk import connect

    return connect


__all__ = [
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
