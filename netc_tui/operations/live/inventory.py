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
ANEW = 10.0
"""Seconds after which a look asks, too, what the engine is in its Swarm."""
SHARE = 0.25
"""The part of the time that is spent looking at most, on an engine that is slow or very busy."""
PING = 6.0
"""Seconds of silence after which the engine is asked whether it is still there. With the 5 s that
it has for an answer, one that is cut off is known to be within 11 s; ssh itself takes 15."""
SOON = 2.0
"""The same while a Swarm finds a node for a network container."""
RESYNC = 10
"""So many silent pings after the last look comes another: an event may have been lost."""
SELDOM = 3 * RESYNC
"""The same of an engine whose host nobody looks at: of twenty, all but one."""
BLIND = 10.0
"""Seconds from one look to the next at most where an engine tells no events."""


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
    """The services of its Swarm with their network containers; None: it is not told."""
    untold: str = ""
    """Why it is not told of the services of its Swarm; empty: it is, or is in none."""


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
    loop = asyncio.get_running_loop()
    known = loop.time()

    async def see() -> Inventory:
        nonlocal known
        anew = loop.time() - known >= ANEW
        known = loop.time() if anew else known
        return await look(engine, ports, now, anew=anew)

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
                    began = loop.time()
                    changed.clear()
                    found = await _alive(engine, see())
                    deliver(msgspec.structs.replace(found, started=frozenset(started)))
                    started.clear()
                    took = loop.time() - began
                    rests = SELDOM if unattended() else RESYNC
                    await _wait(engine, changed, listener, *_patience(found, rests))
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
    engine: EngineApi,
    ports: dict[str, tuple[Port, ...]],
    now: Callable[[], datetime],
    *,
    anew: bool = False,
) -> Inventory:
    """What there is now. ``ports`` remembers what was asked for: what a container exposes never
    changes. Where it is published is told by the listing alone, while the container runs. ``anew``:
    of an engine in a Swarm, also what it is there."""
    containers, networks = await asyncio.gather(engine.containers(), engine.networks())
    if anew and (engine.engine.swarm is not None or any(each.ingress for each in networks)):
        await engine.refresh()
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
    unlisted = {
        container.id: ports[container.id]
        for container in containers
        if container.id in ports and not container.ports
    }
    told = seen.services is not None
    services = folded(containers, seen.services, seen.own) if told else None
    return Inventory(
        *(containers, networks, unlisted, now(), ended),
        memos=written,
        swarm=services,
        untold="" if told else seen.remark,
    )


def _patience(found: Inventory, rests: int) -> tuple[int, float]:
    """After how many pings comes the next look, ``rests`` where events tell of all, and the seconds
    between them. No event tells what becomes of a network container on another node, or that is on
    its way to one."""
    own = [service.network_container for service in found.swarm or ()]
    away = [each for each in own if each is not None and each.elsewhere]
    if any(each.state != "running" for each in away):
        return 1, SOON
    # A Swarm that has a leader again does not say so; what a worker sees stays the same.
    leaderless = bool(found.untold) and found.untold != swarm.WORKER
    return (2 if away or leaderless else rests), PING


async def _wait(
    engine: EngineApi,
    changed: asyncio.Event,
    listener: "asyncio.Task[None]",
    pings: int,
    seconds: float,
) -> None:
    """Until something changed, the events ended, or it is time to look anyway."""
    waiter = asyncio.create_task(changed.wait(), name="engine changed")
    try:
        for _ in range(pings):
            done, _ = await asyncio.wait(
                (waiter, listener), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if done:
                return
            await engine.ping()
    finally:
        waiter.cancel()
