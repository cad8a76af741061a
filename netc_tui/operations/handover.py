"""The moment of a move: one network container lets go of the address, another takes it.

On one host the kernel gives a MAC address to one link at a time, so the heir tries for it while the
other lets go. Between two hosts it takes it when the other has said that it let go.
"""

import asyncio
import itertools
import time
from contextlib import suppress

import msgspec

from netc_tui.core import protocol
from netc_tui.core.diagnosis.facts import Probe
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.handing import handed
from netc_tui.core.lease import Event
from netc_tui.core.model import NetworkContainer
from netc_tui.core.ownership import Own
from netc_tui.engine import EngineApi
from netc_tui.operations import check, inventory
from netc_tui.operations.actions import GRACE
from netc_tui.operations.execute import execute
from netc_tui.operations.waiting import Heard, mark, wait_for

READY = 12.0
"""Seconds in which an heir has to find its service, and hear on the LAN whose place it takes."""
OPENING = 3.0
"""Seconds in which a port that refuses is asked again: the service may have started just now."""
SWITCHED = 6.0
"""Seconds from the switch until the address is bound anew."""
AS_BEFORE = "is on as before"
READS, PAUSE = 4, 0.25
"""How often it is read what a holder leaves, and seconds between two."""


class Side(msgspec.Struct, frozen=True):
    """A network container, on the engine that it is on."""

    engine: EngineApi
    own: Own

    @property
    def name(self) -> str:
        """Its container's."""
        return self.own.container.name

    async def lease(self) -> Event | None:
        """What it said last."""
        return await inventory.lease(self.engine, self.own.container)


class Handover:
    """One move of an address, from a holder to an heir that is there."""

    def __init__(self, holder: Side, heir: Side, address: str, heard: Heard) -> None:
        self._holder, self._heir, self._address = holder, heir, address
        self._heard = heard
        self.came: NetworkContainer | None = None
        """The heir, once it has the address."""

    async def verify(self) -> None:
        """See ``verify``."""
        await verify(self._heir, self._holder)

    async def switch(self) -> None:
        """See ``switch``."""
        self.came = await switch(self._holder, self._heir, self._address, self._heard)


async def leaves(holder: Side, address: str) -> dict[str, str]:
    """The files that it leaves to its heir. Raises NetcError when nothing can be had of it."""
    engine, labels = holder.engine, holder.own.labels
    for again in itertools.count(1):
        offer = await engine.read_file(holder.name, protocol.OFFER)
        try:
            uptime = await engine.execute(holder.name, protocol.UPTIME)
        except NetcError as error:
            if error.code is Exit.ENGINE:
                raise
            # On the default bridge nothing is run beside a service that is down; its heir then
            # asks the DHCP server, which knows it.
            break
        try:
            return dict(handed(offer, address, uptime))
        except NetcError as error:
            # It may just be writing it anew; and an engine (20.10) loses what a command printed
            # that is over at once, one time in 470.
            if again == READS:
                how = f"make it anew first with: netc up {labels.service} {labels.interface}"
                raise NetcError(f"{holder.name}: {error.message}; {how}") from error
        await asyncio.sleep(PAUSE)
    return {protocol.ADDRESS: f"{address}\n", protocol.HANDED: f"ip={address}\n"}


async def verify(heir: Side, holder: Side) -> None:
    """Look at the path through an heir that stands by. Raises NetcError (path): nothing is switched
    then. It is not looked at from the LAN, where the other still answers."""
    found = await wait_for(heir.engine, heir.name, None, _ready, READY)
    if found.wanted is None:
        await _answers(heir, holder)
        last = found.last
        why = (last and last.reason) or found.state or "it says nothing"
        if last is not None and last.target is not None:
            where = heir.own.labels.interface
            why = f"{holder.name} is not heard on {where} there, or its lease is another by now"
        raise _kept(heir, holder, why)
    standing = inventory.standing(heir.own, found.wanted)
    until = time.monotonic() + OPENING
    while True:
        probe = await check.ask(heir.engine, standing)
        if not isinstance(probe, Probe):
            raise _kept(heir, holder, f"it could not be asked: {probe}")
        bad = {port: said for port, said in probe.ports.items() if said != "open"}
        if not bad:
            return
        if time.monotonic() > until or "refused" not in bad.values():
            told = ", ".join(f"{port} {said}" for port, said in bad.items())
            raise _kept(heir, holder, told)
        await asyncio.sleep(0.3)


async def _answers(heir: Side, holder: Side) -> None:
    """Raise NetcError (engine) when its engine does not: that is why nothing is heard of it."""
    try:
        await heir.engine.ping()
    except NetcError as error:
        as_before = f"nothing was switched, {holder.own.service} {AS_BEFORE}"
        raise NetcError(f"{error.message}; {as_before}", error.code) from error


def _ready(event: Event) -> bool:
    """Has it found its service, and does it hear whose place it is to take? That one may have ended
    meanwhile, so that it has taken it already."""
    return event.target is not None and (event.ip is not None or event.stands_by)


def _kept(heir: Side, holder: Side, why: str) -> NetcError:
    return NetcError(
        f"the path to {heir.own.service} is broken: {why}; nothing was switched,"
        f" {holder.own.service} {AS_BEFORE}",
        Exit.PATH,
    )


async def switch(
    holder: Side, heir: Side, address: str, heard: Heard = lambda _: None
) -> NetworkContainer:
    """Have the holder leave its address to the heir; returns how that stands with it. Raises
    NetcError when it does not come to it: then the holder has it again, or will in seconds."""
    here, there = holder.engine, heir.engine
    before = await mark(there, heir.name)
    try:
        if here is there:
            await there.execute(heir.name, protocol.TAKE)
            await _ask_for(holder, address)
        else:
            await let_go(holder, address)
            await there.execute(heir.name, protocol.TAKE)
        bound = await _bound(heir, before, heard)
    except NetcError as error:
        with suppress(NetcError):
            said = await heir.lease()
            if said is not None and said.ip is not None:
                # It came to it all the same: another netc may have been given the same move.
                return inventory.standing(heir.own, said)
        told = f"{error.message}; {holder.own.service} {await take_back(holder, heir)}"
        raise NetcError(told, error.code) from error
    return inventory.standing(heir.own, bound)


async def take(heir: Side, heard: Heard = lambda _: None) -> NetworkContainer:
    """Have an heir take what nobody has any more: who switched was killed in between."""
    said = await heir.lease()
    if said is None or said.ip is None:
        before = await mark(heir.engine, heir.name)
        await heir.engine.execute(heir.name, protocol.TAKE)
        said = await _bound(heir, before, heard)
    return inventory.standing(heir.own, said)


async def _bound(heir: Side, before: bytes | None, heard: Heard) -> Event:
    found = await wait_for(heir.engine, heir.name, before, _with, SWITCHED, heard)
    if found.wanted is None:
        raise NetcError(f"{heir.name} did not take the address in {SWITCHED:g} s", Exit.NO_LEASE)
    return found.wanted


async def let_go(holder: Side, address: str) -> None:
    """Have the holder leave the address, and wait until it has. Raises NetcError."""
    before = await mark(holder.engine, holder.name)
    said = await holder.lease()
    if said is not None and said.ip is None:
        return  # it was asked before, and has said so only now: it will not say it again
    await _ask_for(holder, address)
    found = await wait_for(holder.engine, holder.name, before, _without, SWITCHED)
    # One that has ended meanwhile has let go, too.
    if found.wanted is None and found.state is None:
        raise NetcError(f"{holder.name} did not let go of {address}")


async def _ask_for(holder: Side, address: str) -> None:
    # By its volume: on the default bridge nothing can be run beside a service that is down.
    await holder.engine.put_files(holder.name, {protocol.YIELD: f"{address}\n"})


async def dismiss(heir: Side) -> None:
    """Remove an heir that came to nothing. One that has the address has it by another netc, which
    was given the same move."""
    with suppress(NetcError):
        said = await heir.lease()
        if said is None or said.ip is None:
            await heir.engine.remove(heir.name, GRACE)


async def take_back(holder: Side, heir: Side) -> str:
    """Remove the heir, and have the holder go on as it was; how that stands then, in words."""
    await dismiss(heir)
    later = "goes on in some seconds"
    try:
        if await holder.engine.container(holder.name) is None:
            return (
                "has no network container any more: another netc moved its address, or removed it"
            )
        said = await holder.lease()
        if said is not None and said.ip is not None:
            return AS_BEFORE
        before = await mark(holder.engine, holder.name)
        # Where it cannot be told so, it does by itself after five seconds.
        with suppress(NetcError):
            await execute(holder.engine, inventory.standing(holder.own, said), protocol.TAKE)
        found = await wait_for(holder.engine, holder.name, before, _with, SWITCHED)
    except NetcError:
        return later
    return AS_BEFORE if found.wanted is not None else later


def _with(event: Event) -> bool:
    return event.ip is not None


def _without(event: Event) -> bool:
    return event.ip is None
