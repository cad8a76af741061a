"""Looking up which name the LAN's DNS has for a network container, and who published it.

From the Docker host: name servers of the LAN need not be in its own stack's reach, and what does
not answer is not known.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from netc_tui.core import lookup, publication
from netc_tui.core.errors import NetcError
from netc_tui.core.lookup import InDns, Question, Zone, unknown
from netc_tui.core.model import NetworkContainer
from netc_tui.engine import EngineApi
from netc_tui.engine.workers import Workers

if TYPE_CHECKING:
    from netc_tui.operations.naming import Publishing

WITHIN = 1.0
"""Seconds that all of it may take."""
REMOTE = "the engine is on another machine"

LookUp = Callable[[NetworkContainer], Awaitable[InDns]]
"""Tells which name the DNS has for a network container."""


class Inquiry:
    """Asks on threads that nobody waits for when the program ends."""

    def __init__(self, publishing: "Callable[[], Publishing | None]" = lambda: None) -> None:
        self._publishing = publishing
        self._workers = Workers(2, "DNS")
        self._owners = Workers(1, "name owners")
        """Apart: who keeps names may hang, and what the DNS says is told all the same."""

    async def __call__(self, own: NetworkContainer) -> InDns:
        """What the DNS says, as far as it is told in time. Never raises for a server."""
        how = await self._how()
        asked = lookup.question(own, _zone(how))
        return await self._ask(own, asked, how) if isinstance(asked, Question) else unknown(asked)

    async def _ask(self, own: NetworkContainer, asked: Question, how: "Publishing | None") -> InDns:
        await self._workers.run(_load)
        names = asyncio.ensure_future(self._workers.run(lambda: _look(asked)))
        held = asyncio.ensure_future(self._owners.run(lambda: _held(how, own)))
        try:
            await asyncio.wait((names, held), timeout=WITHIN)
            found = names.result() if names.done() else unknown("it is not told in time", asked)
            ours = held.result() if held.done() else None
        finally:
            names.cancel()
            held.cancel()
        return msgspec.structs.replace(found, ours=ours, shared=asked.shared)

    async def _how(self) -> "Publishing | None":
        """How names are published here; what is wrong with the settings is told where it is to be
        mended."""
        with suppress(NetcError):
            return await self._workers.run(self._publishing)
        return None


async def look_up(
    engine: EngineApi, own: NetworkContainer, publishing: "Publishing | None" = None
) -> InDns:
    """Once. On another machine's LAN nobody is asked: it need not be this one's."""
    if not engine.engine.local:
        return unknown(REMOTE)
    if isinstance(why := lookup.question(own, _zone(publishing)), str):
        return unknown(why)
    return await Inquiry(lambda: publishing)(own)


def _zone(how: "Publishing | None") -> Zone | None:
    return Zone(how.zone, how.shares) if how is not None else None


def _load() -> None:
    """Load dnspython, when somebody asks and before time is counted."""
    from netc_tui.names import lookup  # noqa: F401 - to have it loaded is what this is for


def _look(asked: Question) -> InDns:
    from netc_tui.names.lookup import look
    from netc_tui.names.messages import NameServer

    return look(asked.address, asked.name, [NameServer(each) for each in asked.servers])


def _held(how: "Publishing | None", own: NetworkContainer) -> bool | None:
    """Is its name published, and by netc for this one? None: nobody publishes, or it was not
    told."""
    zone = _zone(how)
    if how is None or zone is None or not (domain := zone.name or own.domain):
        return None
    with suppress(NetcError):
        wanted = publication.of(
            *(own, domain, lambda port, proto: "", datetime.now(UTC)),
            name=own.dns_name,
            shared=lookup.shared(own, zone),
        )
        return how.publisher.held(wanted).ours if wanted is not None else None
    return None
