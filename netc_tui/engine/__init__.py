"""Docker: the only place that imports its SDK. Asynchronous outside, blocking calls inside.

``EngineApi`` is what the rest of netc knows of an engine; ``connect`` gives the real one.
"""

import asyncio
from collections.abc import Awaitable, Callable

from netc_tui.engine.api import Conflict, EngineApi, EventStream, Gone, LogStream, Refused


async def connect() -> EngineApi:
    """The engine that DOCKER_HOST or the Docker context names.

    Raises NetcError (engine) when it is not reachable or not permitted.
    """
    # The SDK is loaded here and off the loop: it takes longer than what asks for it, a screen for
    # one, to be there.
    return await (await asyncio.to_thread(_sdk_connect))()


def _sdk_connect() -> Callable[[], Awaitable[EngineApi]]:
    from netc_tui.engine.sdk import connect

    return connect


__all__ = ["Conflict", "EngineApi", "EventStream", "Gone", "LogStream", "Refused", "connect"]
