"""Names are kept leading to the addresses that network containers have, renewal after renewal, and
those that were left behind are taken back."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from netc_tui.core.lease import Event
from netc_tui.core.named import NameMemo
from netc_tui.core.ownership import Own, owned
from netc_tui.core.patience import GRACE
from netc_tui.desk.site import Site
from netc_tui.engine import EngineApi
from netc_tui.operations.leftovers import left_behind, not_published, not_taken_back, take_back
from netc_tui.operations.naming import Publishing, keep_name, zone_of

AGAIN = 30.0
"""Seconds until what failed is tried again."""
REFRESH = timedelta(minutes=10)
"""How often a name is looked after though nothing changed: somebody may have removed it."""

LAPSED = 30.0
"""Seconds that a network container may have no address until its name is taken back: somebody else
may get that. One that starts again asks for it."""

_State = tuple[object, ...]
_Leases = Mapping[str, Event | None]
"""What each network container said last, by its id."""


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
        """What was published last of each network container, by its client-id, and when."""
        self._left: dict[NameMemo, datetime] = {}
        """What was left behind, and since when that is seen."""
        self._looked: tuple[_State, datetime] | None = None
        """Which network containers there were when that was looked for last, and when."""
        self._unpublished: dict[str, str] = {}
        self._not_back: dict[str, str] = {}
        """Why a service has no name, and why one is not taken back, by service."""
        self._told: Mapping[str, str] = {}
        """What was told of that last."""
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something changed."""
        self._wake.set()

    async def keep(self, engine: EngineApi) -> None:
        """Look after them, for ever. Raises NetcError when the engine is away."""
        self._looked = None
        while True:
            self._wake.clear()
            pause = await self._round(engine)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            # One change comes seldom alone; and a server that is away is not asked all the time.
            await asyncio.sleep(AGAIN / 3 if pause == AGAIN else 1)

    async def _round(self, engine: EngineApi) -> float:
        """All of them once, one after the other; returns the seconds until they are looked after
        again though nothing changes."""
        now = self._now()
        there = owned(self._site.inventory.containers)
        leases = self._site.leases(now)
        await self._clean(engine, there, leases, now)
        await self._publish(engine, there, leases, now)
        troubles = self._unpublished | self._not_back
        if troubles != self._told:
            self._told = troubles
            self._changed(troubles)
        if troubles:
            return AGAIN
        return GRACE if self._left else REFRESH.total_seconds()

    async def _publish(
        self, engine: EngineApi, there: tuple[Own, ...], leases: _Leases, now: datetime
    ) -> None:
        """Have each name lead to the address that there is now."""
        clients = {own.labels.client_id for own in there}
        self._stands = {key: known for key, known in self._stands.items() if key in clients}
        services = {own.service for own in there}
        found = {name: why for name, why in self._unpublished.items() if name in services}
        silent: set[str] = set()
        for own in there:
            said, client = leases.get(own.container.id), own.labels.client_id
            if said is None or said.ip is None or not own.container.running:
                continue
            state: _State = (own.container.id, own.labels, said.ip, said.expires_at, said.domain)
            stands = self._stands.get(client)
            if stands is not None and stands[0] == state and now - stands[1] < REFRESH:
                continue
            if (zone := zone_of(self._publishing, said)) in silent:
                continue
            short = await keep_name(engine, self._publishing, own, said, self._now)
            if short is None:
                self._stands[client] = state, now
                found.pop(own.service, None)
                continue
            self._note(self._unpublished, found, own.service, not_published(short.why))
            if short.silent:
                silent.add(zone)
        self._unpublished = found

    async def _clean(
        self, engine: EngineApi, there: tuple[Own, ...], leases: _Leases, now: datetime
    ) -> None:
        """Take back what was left behind."""
        lapsed = frozenset(own.labels.client_id for own in there if _has_no_address(own, leases))
        state = tuple(own.container.id for own in there), lapsed
        before, at = self._looked or (None, now)
        if not self._left and before == state and now - at < REFRESH:
            return
        self._looked = state, now
        left = await left_behind(engine, self._publishing, lapsed)
        self._left = {each: self._left.get(each, now) for each in left}
        wrong: dict[str, str] = {}
        silent: set[str] = set()
        for each in left:
            client = each.published.client_id
            # One that is made anew is gone in between.
            grace = LAPSED if client in lapsed else GRACE
            if now - self._left[each] < timedelta(seconds=grace):
                continue
            if each.published.zone in silent:
                continue
            short = await take_back(engine, self._publishing, each, lapsed)
            if short is None:
                del self._left[each]
                # Whoever came to have it in that moment has it published again.
                self._stands.pop(client, None)
                continue
            self._note(self._not_back, wrong, each.service, not_taken_back(each, short.why))
            if short.silent:
                silent.add(each.published.zone)
        self._not_back = wrong

    def _note(
        self, before: Mapping[str, str], found: dict[str, str], service: str, why: str
    ) -> None:
        """What is wrong is said once."""
        if before.get(service) != why:
            self._say(f"{service}: {why}")
        found[service] = why


def _has_no_address(own: Own, leases: _Leases) -> bool:
    """Is that known?"""
    said = leases.get(own.container.id)
    if not own.container.running:
        return True
    # Of one that stands by another has it, and the name.
    return said is not None and said.ip is None and not said.stands_by
