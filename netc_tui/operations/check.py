"""Looking at the path to a service, once: what its network container says of itself, and what a
probe from within it finds.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from netc_tui.core import ownership, probe, protocol
from netc_tui.core.diagnosis import diagnose
from netc_tui.core.diagnosis.facts import Facts, Probe
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.health import State
from netc_tui.core.lease import Event
from netc_tui.core.lookup import InDns
from netc_tui.core.model import Container, NetworkContainer
from netc_tui.core.path import Check
from netc_tui.core.ports import Forward
from netc_tui.core.sockets import Socket
from netc_tui.engine import EngineApi
from netc_tui.operations import beside, inventory
from netc_tui.operations.execute import execute
from netc_tui.operations.swarm import NOWHERE, own_of
from netc_tui.operations.waiting import mark, wait_for

MOST = 32
"""TCP ports that are asked; an image may expose thousands."""
SETTLE = 5.0
"""Seconds in which a network container that was just bound checks itself for the first time."""
PAUSE = 0.3
"""Seconds between two looks at a task of a Swarm, whose log may be another node's."""
OPENING = 3.0
"""Seconds in which a port that refuses is asked again: the service may have started just now."""
_NOT_FOUND = "N407"
PATIENCE = 20.0
"""Seconds for the probe, which asks all at once; a host may be busy."""
LATE = f"the probe did not end within {PATIENCE:g} s"
"""Why nothing is known; who asked need not ask again."""


BUSY = "others look at it at this moment"
"""Why nothing was found from within a network container that others had look at it all the time."""


class Looked(msgspec.Struct, frozen=True):
    """What a look at a path came to."""

    network_container: NetworkContainer
    """As it was when it was looked at."""
    check: Check
    probe: Probe | str = ""
    """What was found from within it, or why nothing was."""
    sockets: tuple[Socket, ...] | str = ""
    """What listens in the service, or why that is not known; empty: nobody looked."""
    in_dns: InDns | None = None
    """Which name the DNS has for it; None: nobody asked. The path is sound without."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong on the path, then what is with the name."""
        own = self.network_container
        named = self.in_dns.finding(own.again) if self.in_dns is not None else None
        return (*self.check.findings, *([named] if named is not None else []))

    @property
    def busy(self) -> str | None:
        """That it was kept from looking by others, in a sentence; what is to be done follows."""
        if self.probe != BUSY:
            return None
        name = self.network_container.service
        return f"others were looking at the path to {name} all the time, so most was not checked"

    def require(self) -> None:
        """Raise NetcError (path) for the first hop that is broken, with what to do."""
        broken = self.check.broken
        if broken is None:
            return
        own = self.network_container
        do = broken.finding.advice if broken.finding is not None else ""
        has = f"the address {own.ip}, but" if own.ip else "no address, and"
        said = f"the path to it is broken at {broken.hop}: {broken}"
        raise NetcError("; ".join(filter(None, (f"{own.service} has {has} {said}", do))), Exit.PATH)


async def check(engine: EngineApi, own: NetworkContainer) -> Looked:
    """Look at the path through ``own``.

    A check that cannot be made is told as not checked; that is no failure, and no pass either.
    Raises NetcError when the network container is gone or the engine is away.
    """
    if own.node is not None:
        return await _of_swarm(engine, own)
    own = await settled(engine, own)
    if own.health.finding is not None and own.health.finding.code == _NOT_FOUND:
        # Docker's name server may be slower than that, of a service that started just now.
        own = await _sound(engine, own)
    found = await ask(engine, own)
    if own.health.state is State.HEALTHY and _says_broken(found):
        # It has just lost something: a service that was made anew is found again in a moment.
        own = await _sound(engine, own)
        found = await ask(engine, own)
    loop = asyncio.get_running_loop()
    until = loop.time() + OPENING
    while isinstance(found, Probe) and "refused" in found.ports.values() and loop.time() < until:
        await asyncio.sleep(0.3)
        found = await ask(engine, own)
    containers = await engine.containers()
    several = ownership.paired(containers).get(own.service, ())
    fault = None
    for first in several[:1]:
        fault = ownership.service_fault(first, containers)
        own = msgspec.structs.replace(own, again=ownership.again(first, containers))
    sockets: tuple[Socket, ...] | str = ""
    if fault is None and isinstance(found, Probe) and {*found.ports.values()} - {"open"}:
        service = next((known for known in containers if known.name == own.service), None)
        sockets = await listening(engine, service, several[0].container.image)
    given = facts(own, found, datetime.now(UTC), fault=fault, sockets=sockets)
    return Looked(own, diagnose(given), found, sockets)


async def _of_swarm(engine: EngineApi, own: NetworkContainer) -> Looked:
    """The same for a service of a Swarm, which can be looked into on its own node alone."""
    own = await settled(engine, own)
    found = looked_into(own) if own.elsewhere else await ask(engine, own)
    return Looked(own, diagnose(facts(own, found, datetime.now(UTC))), found)


def looked_into(own: NetworkContainer) -> str:
    """Where one can be looked into that runs on another node of its Swarm, or nowhere."""
    return f"it runs at {own.node}, where it can be looked into" if own.node else NOWHERE


async def listening(
    engine: EngineApi, service: Container | None, image: str
) -> tuple[Socket, ...] | str:
    """What listens in a service, or why that is not known. ``image``: network containers'."""
    if service is None or service.state != "running":
        return "the service does not run"
    try:
        return await beside.sockets(engine, service, image)
    except NetcError as error:
        if error.code is Exit.ENGINE:
            raise
        return error.message


async def settled(engine: EngineApi, own: NetworkContainer) -> NetworkContainer:
    """The same network container when it is healthy, or after ``SETTLE`` seconds as it is then:
    right after its start it has not checked itself, and may not have found its service."""
    return own if own.health.state is State.HEALTHY else await _sound(engine, own)


async def _sound(engine: EngineApi, own: NetworkContainer) -> NetworkContainer:
    """The same once it says that it is healthy, or after ``SETTLE`` seconds as it is then."""
    if own.node is not None:
        return await _sound_in_swarm(engine, own)
    # What it says between these two is heard twice, and does no harm.
    after = await mark(engine, own.name)
    held = await inventory.owned(engine, own.service)
    said = await inventory.lease(engine, held.container)
    own = inventory.standing(held, said)

    def sound(event: Event) -> bool:
        # One that was made by a netc whose network containers do not check themselves counts no
        # events either: of it nothing more is to be heard than where its service is.
        mute = event.n == 0 and event.target is not None
        return mute or inventory.standing(held, event).health.state is State.HEALTHY

    if own.state != "running" or (said is not None and sound(said)):
        return own
    found = await wait_for(engine, own.name, after, sound, SETTLE)
    return inventory.standing(held, found.last or said)


async def _sound_in_swarm(engine: EngineApi, own: NetworkContainer) -> NetworkContainer:
    loop = asyncio.get_running_loop()
    until = loop.time() + SETTLE
    while own.health.state is not State.HEALTHY and loop.time() < until:
        await asyncio.sleep(PAUSE)
        own = await own_of(engine, own.service)
    return own


def _says_broken(found: Probe | str) -> bool:
    return isinstance(found, Probe) and found.own is not None and found.own[0] == State.BROKEN


def facts(own: NetworkContainer, found: Probe | str, now: datetime, **more: Any) -> Facts:
    """The facts of a look through ``own``: what a probe found, and what else is known."""
    names = _tcp(own)
    other = [forward for forward in own.ports if forward.proto != "tcp"]
    return Facts(
        own=own,
        now=now,
        probe=found,
        asked=names[:MOST],
        left_out=len(names) - len(names[:MOST]),
        other=[f"{forward.proto}/{forward.ports_of_service}" for forward in other],
        **more,
    )


def _tcp(own: NetworkContainer) -> list[str]:
    return [f"tcp/{port}" for port in _private(own.ports)]


def _private(forwards: Iterable[Forward]) -> list[int]:
    """The ports of the service that TCP is forwarded to, each once, in their order."""
    found = {
        forward.private + at
        for forward in forwards
        if forward.proto == "tcp"
        for at in range(forward.count)
    }
    return sorted(found)


async def ask(
    engine: EngineApi, own: NetworkContainer, command: Sequence[str] = protocol.PROBE
) -> Probe | str:
    """What a command in the network container finds, or why it could not be run."""
    # Nothing but the gateway can be asked while the service is not found.
    ports = _tcp(own)[:MOST] if own.target is not None else ()
    try:
        async with asyncio.timeout(PATIENCE):
            return probe.parse(await execute(engine, own, [*command, *ports]))
    except TimeoutError:
        return LATE
    except NetcError as error:
        if error.code is Exit.ENGINE:
            raise
        return error.message
