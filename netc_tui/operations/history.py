"""What was done to services: who, when, what, and what came of it, as far as Docker knows."""

import asyncio
from contextlib import suppress

import msgspec

from netc_tui.core import ownership, records
from netc_tui.core.errors import NetcError
from netc_tui.core.identity import container_name
from netc_tui.core.lease import Event, parse
from netc_tui.core.model import Container, Remembered
from netc_tui.core.records import Entry
from netc_tui.core.words import command
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory, swarm

TAIL = 1000
"""Lines of a log that are read."""


class Past(msgspec.Struct, frozen=True):
    """What was done, oldest first, and what the engine remembers."""

    entries: tuple[Entry, ...]
    memory: Remembered


async def history(engine: EngineApi, service: str | None = None) -> Past:
    """What was done to a service, or to all. Raises NetcError (no service) for a name that nothing
    has, nor is remembered to have had."""
    containers, remembered = await asyncio.gather(engine.containers(), engine.remembered())
    named = None if service is None else ownership.service_named(service, containers)
    ours = [own for own in ownership.owned(containers) if named in (None, own.service)]
    at_once = asyncio.Semaphore(inventory.AT_ONCE)

    async def said(container: Container) -> tuple[Event, ...]:
        async with at_once:
            with suppress(NetcError, TimeoutError):
                async with asyncio.timeout(inventory.PATIENCE):
                    lines = await engine.log(container.name, TAIL)
                return tuple(event for line in lines if (event := parse(line)) is not None)
        return ()

    logs = await asyncio.gather(*(said(own.container) for own in ours))
    heard = {own.container.id: events for own, events in zip(ours, logs, strict=True)}
    found = records.entries(ours, remembered, heard)
    entries = tuple(entry for entry in found if named in (None, entry.service))
    there = any(container.name == named for container in ownership.services(containers))
    if service is not None and not entries and not there and not ours:
        own = command("docker", "service", "ps", "--no-trunc", container_name(service))
        instead = f"who turned it on or off is not remembered; what its tasks did: {own}"
        await swarm.refuse(engine, service, containers, instead)
        raise inventory.unknown(service, containers)
    return Past(entries, remembered)
