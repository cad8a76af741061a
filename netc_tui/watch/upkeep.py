"""Names are kept leading to the addresses that network containers have, renewal after renewal."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from netc_tui.core.lease import Event
from netc_tui.core.model import Keeper
from netc_tui.core.ownership import Own, owned
from netc_tui.core.plan import PublishName
from netc_tui.desk.site import Site
from netc_tui.names.trouble import AWAY
from netc_tui.operations.naming import Namer, Publishing

AGAIN = 30.0
"""Seconds until what failed is tried again."""
REFRESH = timedelta(minutes=10)
"""How often a name is looked after though nothing changed: somebody may have removed it."""

_State = tuple[object, ...]


class Upkeep:
    """Publishes the name of each network container when its lease, its name or its ports are
    others than they were, and every REFRESH."""

    def __init__(
        self,
        publishing: Publishing,
        site: Site,
        say: Callable[[str], None],
        now: Callable[[], datetime],
        changed: Callable[[Mapping[str, str]], None] = lambda _: None,
    ) -> None:
        self._publishing, self._site, self._say, self._now = publishing, site, say, now
        self._changed = changed
        self._stands: dict[str, tuple[_State, datetime]] = {}
        """What was published last of each network container, by its id, and when."""
        self.troubles: dict[str, str] = {}
        """Why a service has no name, by service."""
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something changed."""
        self._wake.set()

    async def keep(self) -> None:
        """Look after them, for ever."""
        while True:
            self._wake.clear()
            sound = await self._round()
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH.total_seconds() if sound else AGAIN):
                    await self._wake.wait()
            # One change comes seldom alone; and a server that is away is not asked all the time.
            await asyncio.sleep(1 if sound else AGAIN / 3)

    async def _round(self) -> bool:
        """All of them once, one after the other; whether nothing failed."""
        now = self._now()
        there = owned(self._site.inventory.containers)
        leases = self._site.leases(now)
        ids = {own.container.id for own in there}
        self._stands = {key: known for key, known in self._stands.items() if key in ids}
        services = {own.service for own in there}
        found = {name: why for name, why in self.troubles.items() if name in services}
        for own in there:
            said = leases.get(own.container.id)
            if said is None or said.ip is None or not own.container.running:
                continue
            key: _State = (own.labels, said.ip, said.expires_at, said.domain)
            stands = self._stands.get(own.container.id)
            if stands is not None and stands[0] == key and now - stands[1] < REFRESH:
                continue
            trouble = await self._publish(own, said)
            if trouble is None:
                self._stands[own.container.id] = key, now
                found.pop(own.service, None)
                continue
            code, why = trouble
            if found.get(own.service) != why:
                self._say(f"{own.service}: its name is not published: {why}")
            found[own.service] = why
            if code == AWAY:
                break  # nor would the others be heard
        if found != self.troubles:
            self.troubles = found
            self._changed(found)
        return not found

    async def _publish(self, own: Own, said: Event) -> tuple[str, str] | None:
        labels, how = own.labels, self._publishing
        shared = how.shares and bool(labels.dns_name) and labels.keeper == Keeper.LABELS
        name = labels.dns_name or labels.hostname
        step = PublishName(name, how.zone, labels.client_id, labels.forwards, shared)
        namer = Namer(how, self._now)
        await namer.publish(step, said)
        return (namer.trouble.code, str(namer.trouble)) if namer.trouble is not None else None
