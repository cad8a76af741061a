"""The containers and networks of an engine, anew after each of its events."""

import asyncio
from collections.abc import AsyncIterable, Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

import msgspec

from netc_tui.core.model import Change, Container, Ended, Memo, Network, Service
from netc_tui.core.ownership import paired
from netc_tui.core.ports import Port
from netc_tui.core.tasks import folded
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory, swarm

SETTLE = 0.05
"""Seconds that events may go on coming before a look; what is made by hand comes in bursts."""
SHARE = 0.25
"""The part of the time that is spent looking at most, on an engine that is slow or very busy."""
PING = 6.0
"""Seconds of silence after which the engine is asked whether it is still there. With the 5 s that
it has for an answer, one that is cut off is known to be within 11 s; ssh itself takes 15."""
RESYNC = 10
"""So many silent pings after the last look comes another: an event may have been lost."""
SELDOM = 3 * RESYNC
"""The same of an engine whose host nobody looks at: of twenty, all but one."""
BLIND = 10.0
"""Seconds from one look to the next at most where an engine tells no events."""
OFTEN = 2
"""The same where no event tells of all that is looked at."""


class Inventory(msgspec.Struct, frozen=True):
    """What an engine had at one moment."""

    containers: tuple[Container, ...] = ()
    networks: tuple[Network, ...] = ()
    ports: Mapping[str, tuple[Port, ...]] = msgspec.field(default_factory=dict)
    """Exposed ports by container id, for those whose listing tells none now."""
    at: datetime | None = None
    ended: Mapping[str, Ended] = msgspec.field(default_factory=dict)
    """How network containers that do not run came to their end, by id."""
    started: frozenset[str] = frozenset()
    """The ids of containers that were started since the look before, or while it looked."""
    memos: tuple[Memo, ...] | None = None
    """What is written down there; None: that could not be read."""
    swarm: tuple[Service, ...] | None = None
    """The services of its Swarm with their network containers; None: it manages none."""


async def watch(
    engine: EngineApi,
    deliver: Callable[[Inventory], None],
    now: Callable[[], datetime],
    unattended: Callable[[], bool] = lambda: False,
) -> None:
    """Deliver what there is, and again whenever it changes. ``unattended``: does nobody look?

    Raises NetcError (engine) when the engine goes away; ends in no other way.
    """
    ports: dict[str, tuple[Port, ...]] = {}
    refused = SETTLE
    while True:
        stream = engine.events()
        changed = asyncio.Event()
        started = set[str]()

        async def note(
            stream: AsyncIterable[Change] = stream,
            changed: asyncio.Event = changed,
            started: set[str] = started,
        ) -> None:
            async for change in stream:
                if change.action == "start":
                    started.add(change.id)
                changed.set()

        try:
            # A proxy before the engine may keep its events back: then looks, ever less often.
            refused = SETTLE if await stream.ready() else min(refused * 2, BLIND)
            listener = asyncio.create_task(note(), name="engine events")
            try:
                while not listener.done():
                    began = asyncio.get_running_loop().time()
                    changed.clear()
                    found = await _alive(engine, look(engine, ports, now))
                    deliver(msgspec.structs.replace(found, started=frozenset(started)))
                    started.clear()
                    took = asyncio.get_running_loop().time() - began
                    pings = SELDOM if unattended() else RESYNC
                    await _wait(engine, changed, listener, OFTEN if _is_told_late(found) else pings)
                    await asyncio.sleep(max(SETTLE, took * (1 / SHARE - 1)))
            finally:
                listener.cancel()
        finally:
            stream.close()
        # The stream alone may have ended; if it was the engine, the ping says so.
        await engine.ping()
        await asyncio.sleep(refused)


async def _alive(engine: EngineApi, work: Coroutine[Any, Any, Inventory]) -> Inventory:
    """What ``work`` comes to. An engine that hangs meanwhile is noticed by its pings, long before
    its answer is given up."""
    task = asyncio.create_task(work, name="look")
    try:
        while not (await asyncio.wait((task,), timeout=PING))[0]:
            await engine.ping()
    finally:
        task.cancel()
    return task.result()


async def look(
    engine: EngineApi, ports: dict[str, tuple[Port, ...]], now: Callable[[], datetime]
) -> Inventory:
    """What there is now. ``ports`` remembers what was asked for: what a container exposes never
    changes. Where it is published is told by the listing alone, while the container runs."""
    containers, networks = await asyncio.gather(engine.containers(), engine.networks())
    on = set(paired(containers))
    asked = [
        container
        for container in containers
        if container.id not in ports
        # Nor is anything told of one that does not run; asking for all of those takes too long.
        and (inventory.silent(container) or (not container.running and container.name in on))
    ]
    down = [container for container in containers if container.ours and not container.running]
    # After the containers: who turns one off writes that down before.
    found, ended, written, seen = await asyncio.gather(
        inventory.inspected(engine, asked),
        inventory.ended(engine, down),
        inventory.written(engine),
        swarm.see(engine, containers),
    )
    ports.update(found)
    for gone in ports.keys() - {container.id for container in containers}:
        del ports[gone]
    untold = {
        container.id: ports[container.id]
        for container in containers
        if container.id in ports and not container.ports
    }
    told = seen.services is not None
    services = folded(containers, seen.services, seen.own) if told else None
    return Inventory(containers, networks, untold, now(), ended, memos=written, swarm=services)


def _is_told_late(found: Inventory) -> bool:
    """Is a network container on another node, of which no event tells?"""
    own = (service.network_container for service in found.swarm or ())
    return any(each is not None and each.elsewhere for each in own)


async def _wait(
    engine: EngineApi, changed: asyncio.Event, listener: "asyncio.Task[None]", pings: int
) -> None:
    """Until something changed, the events ended, or it is time to look anyway."""
    waiter = asyncio.create_task(changed.wait(), name="engine changed")
    try:
        for _ in range(pings):
            done, _ = await asyncio.wait(
                (waiter, listener), timeout=PING, return_when=asyncio.FIRST_COMPLETED
            )
            if done:
                return
            await engine.ping()
    finally:
        waiter.cancel()
