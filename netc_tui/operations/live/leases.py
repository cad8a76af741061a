"""What the network containers say: their logs, followed for as long as each is there."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import Event, parse
from netc_tui.core.model import Container
from netc_tui.engine import EngineApi

TAIL = 100
"""Lines of a log that are read to begin with."""
FIRST, LONGEST = 0.2, 10.0
"""Seconds until a log that ended is followed again while its container seems to run."""
GATHER = 0.02
"""Seconds in which events are gathered to be delivered in one go."""

Deliver = Callable[[str, tuple[Event, ...]], None]
"""Takes a container's id and the last that it said, in the order of its log; what was delivered
before comes again, so that the order is known."""


async def watch(
    engine: EngineApi, inventories: AsyncIterator[tuple[Container, ...]], deliver: Deliver
) -> None:
    """Follow the network containers among those that there are, of which ``inventories`` tells.

    One whose log cannot be read does not disturb the others.
    """
    followed: dict[tuple[str, bool], asyncio.Task[None]] = {}
    try:
        async for containers in inventories:
            wanted = {(one.id, one.running): one for one in containers if one.ours}
            for key in followed.keys() - wanted.keys():
                followed.pop(key).cancel()
            for key in wanted.keys() - followed.keys():
                work = _follow if key[1] else _read
                followed[key] = asyncio.create_task(
                    work(engine, key[0], deliver), name=f"log {wanted[key].name}"
                )
    finally:
        for task in followed.values():
            task.cancel()


async def _read(engine: EngineApi, container: str, deliver: Deliver) -> None:
    """The log of one that does not run."""
    with suppress(NetcError):
        events = map(parse, await engine.log(container, TAIL))
        deliver(container, tuple(event for event in events if event is not None))


async def _follow(engine: EngineApi, container: str, deliver: Deliver) -> None:
    loop = asyncio.get_running_loop()
    said: deque[Event] = deque(maxlen=TAIL)
    due: asyncio.TimerHandle | None = None

    def flush() -> None:
        nonlocal due
        due = None
        deliver(container, tuple(said))

    pause = FIRST
    while True:
        said.clear()
        stream = engine.follow_log(container, tail=TAIL)
        began = loop.time()
        try:
            async for line in stream:
                event = parse(line)
                if event is None:
                    continue
                said.append(event)
                due = due or loop.call_later(GATHER, flush)
        finally:
            stream.close()
        # Stopped, or the engine went: the next inventory says so and ends this task.
        if loop.time() - began > LONGEST:
            pause = FIRST
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST)
