"""What a netc that was killed left behind: networks of ours that nobody is on any more."""

import asyncio
from collections.abc import Callable

from netc_tui.core import plan
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.patience import GRACE
from netc_tui.core.plan import Step
from netc_tui.desk.site import Site
from netc_tui.engine import EngineApi
from netc_tui.operations.actions import Actors
from netc_tui.operations.apply import tidy


class Sweeper:
    """Removes them after a moment: whoever is about to use one has made it just now."""

    def __init__(self, site: Site, say: Callable[[str], None]) -> None:
        self._site, self._say = site, say
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something changed."""
        self._wake.set()

    async def keep(self, engine: EngineApi) -> None:
        """Look after them while one connection lasts. Raises NetcError (engine)."""
        while True:
            self._wake.clear()
            if before := self._orphans():
                await asyncio.sleep(GRACE)
                if before & self._orphans():
                    await self._sweep(engine)
            await self._wake.wait()

    def _orphans(self) -> frozenset[Step]:
        found = self._site.inventory
        used = plan.used_networks(found.containers)
        return frozenset(plan.orphans(found.networks, used, plan.guests(found.containers)))

    async def _sweep(self, engine: EngineApi) -> None:
        try:
            await tidy(Actors(engine), lambda step: self._say(f"left behind: {step}"))
        except NetcError as error:
            if error.code is Exit.ENGINE:
                raise
            self._say(f"left behind, and cannot be removed: {error}")
