"""The watchers that run while the screen is open, each on its own: they keep the site true.

Engine and inventory, leases, the rules of one network container, interfaces. One that fails as it
should not is said to have done so and started again; the others and the screen go on.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event
from netc_tui.core.model import Container, NetworkContainer, Service
from netc_tui.engine import EngineApi
from netc_tui.host.ahead import Ahead
from netc_tui.operations.live import connection, inventory, leases, rules
from netc_tui.operations.live.first import decoded
from netc_tui.operations.live.interfaces import Links
from netc_tui.tui.site import Site

AGAIN = 2.0
"""Seconds until a watcher that failed in a way it should not is started again."""
CONNECTING = 0.05
"""Seconds between two looks whether the engine is connected."""
PASSING = 0.2
"""Seconds that the cursor rests on a service before its rules are asked for."""

WatchLinks = Callable[[Callable[[Links], None]], Awaitable[None]]


class Screens(Protocol):
    """Who shows what the watchers bring."""

    def run_watcher(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run it beside all else, in place of the one of that name."""
        ...

    def cancel_watcher(self, name: str) -> None:
        """End the one of that name, if it runs."""
        ...

    def changed(self) -> None:
        """Something of the site is new."""
        ...

    def links_changed(self) -> None:
        """The host's interfaces are."""
        ...

    def rules_read(self) -> None:
        """The rules are."""
        ...

    def say(self, words: str, style: str = "") -> None:
        """A line for the operator."""
        ...


class Watching:
    """Starts the watchers and takes what they deliver."""

    def __init__(
        self,
        site: Site,
        screens: Screens,
        connect: connection.Connect,
        watch_links: WatchLinks,
        ahead: Ahead | None = None,
    ) -> None:
        self.engine: EngineApi | None = None
        """The engine as long as it answers."""
        self._site, self._screens = site, screens
        self._connect, self._watch_links = connect, watch_links
        self._ahead, self._told = ahead, b""
        self._links_watched = False
        self._ruled: tuple[object, ...] = ()
        self._counted = ("", rules.Counts())
        """The network container whose rules were read last, by its id, and what they counted."""

    def start(self) -> None:
        """Begin with the engine; what depends on it follows."""
        self._keep("engine", lambda: connection.keep(self._connect, self._use, self._connected))

    async def connected(self) -> EngineApi:
        """The engine, waited for while it is being connected: services are shown before that.

        Raises NetcError (engine) when it is away.
        """
        while self.engine is None:
            if (error := self._site.connection.error) is not None:
                raise NetcError(error, Exit.ENGINE)
            await asyncio.sleep(CONNECTING)
        return self.engine

    def look_ahead(self) -> None:
        """Take what was seen ahead as soon as it is told; it may be there already."""
        if self._ahead is not None:
            os.set_blocking(self._ahead.pipe, False)
            asyncio.get_running_loop().add_reader(self._ahead.pipe, self._hear_ahead, self._ahead)
            self._hear_ahead(self._ahead)

    def watch_rules(self, service: Service | None) -> None:
        """Watch the rules of this one's network container and of no other."""
        companion = service.network_container if service is not None else None
        engine = self.engine
        if companion is None or engine is None:
            wanted: tuple[object, ...] = ()
        else:
            wanted = (engine, companion.name, companion.state, companion.ip, companion.target)
        if wanted == self._ruled:
            return
        self._ruled = wanted
        if companion is None or engine is None:
            self._screens.cancel_watcher("rules")
        else:
            container = self._site.companion(companion.service)
            if container is not None and container.id != self._counted[0]:
                self._counted = (container.id, rules.Counts())
            counts = self._counted[1]
            self._keep("rules", lambda: self._rules(engine, companion, counts))

    def _keep(self, name: str, watch: Callable[[], Awaitable[None]]) -> None:
        """Run a watcher, again if it ends as it should not."""

        async def run() -> None:
            while True:
                try:
                    await watch()
                except NetcError as error:
                    self._screens.say(f"{name}: {error.message}", "warn")
                except Exception as error:
                    # A defect in one watcher must not take the others and the screen down.
                    self._screens.say(f"a defect of netc in watching {name}: {error!r}", "bad")
                await asyncio.sleep(AGAIN)

        self._screens.run_watcher(name, run())

    def _hear_ahead(self, ahead: Ahead) -> None:
        """Take the first look, unless the engine itself was quicker."""
        with suppress(BlockingIOError):
            while told := os.read(ahead.pipe, 65536):
                self._told += told
            self._see(ahead)

    def _see(self, ahead: Ahead) -> None:
        asyncio.get_running_loop().remove_reader(ahead.pipe)
        ahead.close()
        seen, self._told = decoded(self._told), b""
        if seen is None or self._site.inventory.at is not None:
            return
        self._site.connection = connection.Connection(seen.engine, True, since=seen.inventory.at)
        self._site.take_inventory(seen.inventory)
        for container, events in seen.said.items():
            self._site.hear(container, events)
        self._screens.changed()

    async def _use(self, engine: EngineApi) -> None:
        """One connection's life: raises NetcError when it is over."""
        feed: asyncio.Queue[tuple[Container, ...]] = asyncio.Queue()

        async def inventories() -> AsyncIterator[tuple[Container, ...]]:
            while True:
                found = await feed.get()
                while not feed.empty():
                    found = feed.get_nowait()
                yield found

        def take(found: inventory.Inventory) -> None:
            self._site.take_inventory(found)
            feed.put_nowait(found.containers)
            self._screens.changed()
            if engine.engine.local and not self._links_watched:
                self._links_watched = True
                self._keep("interfaces", lambda: self._watch_links(self._linked))

        self.engine = engine
        self._keep("leases", lambda: leases.watch(engine, inventories(), self._heard))
        try:
            await inventory.watch(engine, take)
        finally:
            self.engine = None
            self._screens.cancel_watcher("leases")
            self.watch_rules(None)

    async def _rules(
        self, engine: EngineApi, companion: NetworkContainer, counts: rules.Counts
    ) -> None:
        await asyncio.sleep(PASSING)
        await rules.watch(engine, companion, self._read, counts)

    def _connected(self, found: connection.Connection) -> None:
        if found.alive and self._site.connection.error is not None:
            self._screens.say("the engine is back", "ok")
        self._site.connection = found
        self._screens.changed()

    def _heard(self, container: str, events: tuple[Event, ...]) -> None:
        self._site.hear(container, events)
        self._screens.changed()

    def _linked(self, found: Links) -> None:
        self._site.links = found
        self._screens.links_changed()
        self._screens.changed()

    def _read(self, reading: rules.Reading) -> None:
        self._site.rules = reading
        self._screens.rules_read()
