"""Waiting until a network container says what one waits for."""

import asyncio
from collections.abc import Callable

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import Event, parse
from netc_tui.engine import EngineApi

Heard = Callable[[Event], None]


async def wait_for(
    engine: EngineApi,
    name: str,
    since: float,
    wanted: Callable[[Event], bool],
    seconds: float,
    heard: Heard,
) -> tuple[Event | None, Event | None]:
    """The first event after ``since`` (epoch) that is ``wanted``, or None when ``seconds`` are
    over; and the last event of all.

    Raises NetcError when the network container fails, with what it said.
    """
    last: Event | None = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                stream = engine.follow_log(name, since)
                try:
                    async for line in stream:
                        event = parse(line)
                        if event is None or event == last:
                            continue
                        last = event
                        heard(event)
                        if wanted(event):
                            return event, event
                        if event.event == "failed":
                            raise NetcError(f"the network container {name} failed: {event.message}")
                finally:
                    stream.close()
                # It ended: the container did, or the engine went away, which the next call says.
                if await engine.container(name) is None:
                    raise NetcError(f"{name} was removed while waiting for its lease")
                await asyncio.sleep(0.2)
    except TimeoutError:
        return None, last
