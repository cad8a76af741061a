"""Waiting until a network container of a Swarm has its address, on whichever node it comes to."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event, parse, why
from netc_tui.core.protocol import Said
from netc_tui.core.swarm import SwarmTask, counts
from netc_tui.core.words import command
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory, swarm
from netc_tui.operations.waiting import Failed

if TYPE_CHECKING:
    from netc_tui.operations.up import Request

PAUSE = 0.3
"""Seconds between two looks at a task that is to come."""
PLACED = 3.0
"""Seconds in which the Swarm finds a node for a task."""
PENDING = "pending"
"""Docker's word for a task that no node was found for."""


async def bound(
    engine: EngineApi,
    name: str,
    request: "Request",
    before: set[str],
    heard: Callable[[Event], None],
    again: Callable[[], Awaitable[None]],
) -> None:
    """Wait until a task that was not there ``before`` has a lease. ``again`` does what is to be
    done that it can run, if another netc has undone it meanwhile.

    Raises NetcError: no lease in time; it was removed, or says that it cannot work.
    """
    loop = asyncio.get_running_loop()
    deadline, look = loop.time() + request.timeout, loop.time() + PLACED
    said: list[Event] = []
    task: SwarmTask | None = None
    reason = swarm.NOWHERE
    while loop.time() < deadline:
        tasks = [each for each in await engine.swarm.tasks(name) if each.id not in before]
        if task is not None and not tasks and not await _is_there(engine, name):
            raise inventory.removed(request.service)
        task = counts(tasks, tasks[0].service) if tasks else None
        if task is not None and task.running:
            await _listen(engine, name, task, said, heard)
            if said and said[-1].ip is not None:
                return
        elif task is not None:
            told = swarm.why_not(tasks, task, await engine.swarm.nodes())
            reason = f"its task is {task.state}{told and ': '}{told}"
            if task.state == PENDING and loop.time() >= look:
                look = loop.time() + PLACED
                await again()
        await asyncio.sleep(PAUSE)
    raise NetcError(
        f"no lease for {request.service} on {request.interface} within {request.timeout:g} s:"
        f" {why(said) or reason}; what became of its tasks is shown by:"
        f" {command('docker', 'service', 'ps', '--no-trunc', name)}; stop it with:"
        f" {command('netc', 'down', request.service)}",
        Exit.NO_LEASE,
    )


async def _is_there(engine: EngineApi, name: str) -> bool:
    return any(service.name == name for service in await engine.swarm.services())


async def _listen(
    engine: EngineApi,
    name: str,
    task: SwarmTask,
    said: list[Event],
    heard: Callable[[Event], None],
) -> None:
    """Take what it has said since. Raises NetcError when it says that it cannot work."""
    told: list[Event | None] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(swarm.PATIENCE):
            told = [parse(line) for line in await swarm.lines(engine, task)]
    for event in told:
        if event is None or event in said:
            continue
        said.append(event)
        heard(event)
        if event.event == Said.FAILED:
            raise Failed(f"{name} failed: {event.message or 'it says not why'}")
