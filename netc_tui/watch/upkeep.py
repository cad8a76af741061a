"""Names are kept leading to the addresses that network containers have, renewal after renewal, and
those that were left behind are taken back."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from netc_tui.core.named import NameMemo
from netc_tui.core.ownership import Own, owned
from netc_tui.core.patience import GRACE
from netc_tui.desk.site import Site
from netc_tui.engine import EngineApi
from netc_tui.names.trouble import AWAY
from netc_tui.operations.leftovers import left_behind, not_taken_back, take_back
from netc_tui.operations.naming import Publishing, keep_name

AGAIN = 30.0
"""Seconds until what failed is tried again."""
REFRESH = timedelta(minutes=10)
"""How often a name is looked after though nothing changed: somebody may have removed it."""

LAPSED = 30.0
"""Seconds that a network container may have no address until its name is taken back: somebody else
may get that. One that starts again asks for it."""

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
        self._left: dict[NameMemo, datetime] = {}
        """What was left behind, and since when that is seen."""
        self._looked: tuple[_State, datetime] | None = None
        """Which network containers there were when that was looked for last, and when."""
        self.troubles: dict[str, str] = {}
        """What is wrong with the name of a service, by service."""
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
        services = {own.service for own in there}
        found = {name: why for name, why in self.troubles.items() if name in services}
        found |= await self._clean(engine, there, now)
        leases = self._site.leases(now)
        ids = {own.container.id for own in there}
        self._stands = {key: known for key, known in self._stands.items() if key in ids}
        for own in there:
            said = leases.get(own.container.id)
            if said is None or said.ip is None or not own.container.running:
                continue
            key: _State = (own.labels, said.ip, said.expires_at, said.domain)
            stands = self._stands.get(own.container.id)
            if stands is not None and stands[0] == key and now - stands[1] < REFRESH:
                continue
            trouble = await keep_name(engine, self._publishing, own, said, self._now)
            if trouble is None:
                self._stands[own.container.id] = key, now
                found.pop(own.service, None)
                continue
            self._note(found, own.service, f"its name is not published: {trouble}")
            if trouble.code == AWAY:
                break  # nor would the others be heard
        if found != self.troubles:
            self.troubles = found
            self._changed(found)
        if found:
            return AGAIN
        return GRACE if self._left else REFRESH.total_seconds()

    async def _clean(
        self, engine: EngineApi, there: tuple[Own, ...], now: datetime
    ) -> dict[str, str]:
        """Take back what was left behind; returns what is wrong with that, by service."""
        lapsed = self._lapsed(there, now)
        state = tuple(own.container.id for own in there), lapsed
        before, at = self._looked or (None, now)
        if not self._left and before == state and now - at < REFRESH:
            return {}
        self._looked = state, now
        left = await left_behind(engine, self._publishing, lapsed)
        self._left = {each: self._left.get(each, now) for each in left}
        wrong: dict[str, str] = {}
        for each in left:
            # One that is made anew is gone in between.
            grace = LAPSED if each.published.client_id in lapsed else GRACE
            if now - self._left[each] < timedelta(seconds=grace):
                continue
            trouble = await take_back(engine, self._publishing, each, lapsed)
            if trouble is None:
                del self._left[each]
                # Whoever came to have it in that moment has it published again.
                self._stands.clear()
                continue
            self._note(wrong, each.service, not_taken_back(each, trouble))
            if trouble.code == AWAY:
                break
        return wrong

    def _lapsed(self, there: tuple[Own, ...], now: datetime) -> frozenset[str]:
        """The client-ids of those that have no address."""
        leases = self._site.leases(now)

        def has_none(own: Own) -> bool:
            said = leases.get(own.container.id)
            return not own.container.running or (said is not None and said.ip is None)

        return frozenset(own.labels.client_id for own in there if has_none(own))

    def _note(self, found: dict[str, str], service: str, why: str) -> None:
        if self.troubles.get(service) != why:
            self._say(f"{service}: {why}")
        found[service] = why
