"""What the network containers say: their logs, followed for as long as each is there."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import Event, parse
from netc_tui.core.model import Container
from netc_tui.core.protocol import STATE
from netc_tui.engine import EngineApi

TAIL = 100
"""Lines of a log that are read to begin with."""
FIRST, LONGEST = 0.2, 10.0
"""Seconds until a log that ended is followed again while its container seems to run."""
GATHER = 0.02
"""Seconds in which events are gathered to be delivered in one go."""

SILENCE = 2.0
"""Seconds without a line until a log is taken for cut or hung; the volume has the last event."""

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
            wanted = {
                (container.id, container.running): container
                for container in containers
                if container.ours
            }
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
    events: tuple[Event, ...] = ()
    with suppress(NetcError, TimeoutError):
        async with asyncio.timeout(SILENCE):
            lines = await engine.log(container, TAIL)
        events = tuple(event for event in map(parse, lines) if event is not None)
    deliver(container, events or await _kept(engine, container))


async def _kept(engine: EngineApi, container: str) -> tuple[Event, ...]:
    """What it said last, as its volume has it."""
    with suppress(NetcError, TimeoutError):
        async with asyncio.timeout(SILENCE):
            kept = parse(await engine.read_file(container, STATE) or b"")
            return (kept,) if kept is not None else ()
    return ()


async def _follow(engine: EngineApi, container: str, deliver: Deliver) -> None:
    loop = asyncio.get_running_loop()
    said: deque[Event] = deque(maxlen=TAIL)
    due: asyncio.TimerHandle | None = None

    def flush() -> None:
        nonlocal due
        due = None
        deliver(container, tuple(said))

    async def unless_told() -> None:
        await asyncio.sleep(SILENCE)
        if not said and (kept := await _kept(engine, container)) and not said:
            deliver(container, kept)

    pause = FIRST
    while True:
        said.clear()
        silence = asyncio.create_task(unless_told(), name=f"volume {container}")
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
            silence.cancel()
            stream.close()
        # Stopped, or the engine went: the next inventory says so and ends this task.
        if loop.time() - began > LONGEST:
            pause = FIRST
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST)
