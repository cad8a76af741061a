"""The watchers that run while a desk is open, each on its own: they keep the site true.

Engine and inventory, leases, what goes through one network container, interfaces. One that fails
as it should not is said to have done so and started again; the others and the screen go on.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event
from netc_tui.core.lookup import InDns
from netc_tui.core.model import Container, Remembered
from netc_tui.core.protocol import Said
from netc_tui.core.traffic import Meters, Traffic
from netc_tui.desk.hearer import Hearer, Tone
from netc_tui.desk.looks import PASSING, Looks
from netc_tui.desk.site import Site
from netc_tui.desk.spawn import Spawn
from netc_tui.desk.watchers import Watchers
from netc_tui.engine import EngineApi
from netc_tui.host.ahead import Ahead
from netc_tui.operations.live import (
    clients,
    connection,
    inventory,
    leases,
    memory,
    names,
    traffic,
)
from netc_tui.operations.live.first import decoded
from netc_tui.operations.live.interfaces import Links, watch_there

CONNECTING = 0.05
"""Seconds between two looks whether the engine is connected."""

LEAVING = 30.0
"""Seconds that the interfaces of another machine go on being watched when nobody looks at it any
more: the cursor may come back."""

DEEDS = frozenset({Said.START, Said.RENEW_ASKED})
"""Events that come of what somebody did."""

WatchLinks = Callable[[Callable[[Links], None]], Awaitable[None]]
FEEDS = frozenset({"leases", "memory", "interfaces", "traffic", "names"})
"""What may be watched beside the engine and what it has. Each log that is followed takes a thread
and 0.2 MB: who shows nothing of it does without."""
Beside = Callable[[EngineApi], Awaitable[None]]
"""What else is done with an engine while a connection to it lasts. What it raises, and its end, end
the connection; it is cancelled when that ends."""


class Watching:
    """Starts the watchers and takes what they deliver."""

    def __init__(
        self,
        site: Site,
        hearer: Hearer,
        spawn: Spawn,
        connect: connection.ConnectEngine,
        watch_links: WatchLinks,
        now: Callable[[], datetime],
        take: Callable[[inventory.Inventory], None],
        named: clients.Named,
        counted: traffic.Read,
        lookups: names.Lookups,
        ahead: Ahead | None = None,
        beside: Beside | None = None,
        feeds: frozenset[str] = FEEDS,
    ) -> None:
        self.engine: EngineApi | None = None
        """The engine as long as it answers."""
        self._site, self._hearer, self._now, self._take = site, hearer, now, take
        self._watchers = Watchers(spawn, hearer)
        self.looks = Looks(
            *(site, hearer, self._watchers, lambda: self.engine, named, lookups, now)
        )
        self._connect, self._watch_links = connect, watch_links
        self._count = counted
        self._lookups = lookups
        self._meters = Meters()
        self._ahead, self._told = ahead, b""
        self._beside, self._feeds = beside, feeds
        self._links_watched = False
        self._done = asyncio.Event()
        """Something was done to a service."""
        self._ours: frozenset[tuple[str, str]] = frozenset()
        """The network containers, by id and state."""
        self._attended = True
        self._at_once = asyncio.Event()

    def attend(self, attended: bool) -> None:
        """Whether somebody looks at this host. Of one that nobody looks at only what its rows are
        made of is watched: what there is, and what its network containers say."""
        if attended == self._attended:
            return
        self._attended = attended
        if attended:
            self._attend()
            return
        self._watchers.end("memory")
        self.looks.end()
        if self.engine is not None and not self.engine.engine.local:
            self._watchers.later("leaving", LEAVING, self._left)

    def start(self) -> None:
        """Begin with the engine; what depends on it follows."""
        self._watchers.keep(
            "engine",
            lambda: connection.keep(
                *(self._connect, self._use, self._connected, self._now, self._at_once)
            ),
        )

    def try_at_once(self) -> None:
        """Not only when it is due: somebody has mended what kept the engine away."""
        self._at_once.set()

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
        self._take(seen.inventory)
        for container, events in seen.said.items():
            self._site.hear(container, events)
        self._hearer.changed()

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
            self._take(found)
            if "leases" in self._feeds:
                feed.put_nowait(found.containers)
            ours = frozenset((each.id, each.state) for each in found.containers if each.ours)
            if ours != self._ours:
                self._ours = ours
                self._done.set()
            self._hearer.changed()
            self._attend()
            if not engine.engine.local:
                return
            if "interfaces" in self._feeds and not self._links_watched:
                self._links_watched = True
                self._watchers.keep("interfaces", lambda: self._watch_links(self._linked))
            # On the LAN of another machine nobody is asked: it need not be this one's.
            if "names" in self._feeds and "names" not in self._watchers:
                self._watchers.keep("names", lambda: self._lookups.watch(self._told_name))
            if "traffic" in self._feeds and "traffic" not in self._watchers:
                self._watchers.keep("traffic", self._traffic)

        self.engine = engine
        if "leases" in self._feeds:
            self._watchers.keep("leases", lambda: leases.watch(engine, inventories(), self._heard))
        self._attend()
        looking = inventory.watch(engine, take, self._now, lambda: not self._attended)
        try:
            await _first(looking, *([self._beside(engine)] if self._beside else []))
        finally:
            self.engine = None
            self._watchers.end("leases")
            self._watchers.end("memory")
            self._watchers.end("traffic")
            self._watchers.end("names")
            self._watchers.end("leaving")
            if not engine.engine.local:
                self._watchers.end("interfaces")
                if not self._attended:  # nobody would look again when it is back
                    self._site.links = Links()
            self._site.traffic = {}
            self.looks.end()

    def _attend(self) -> None:
        """Watch what only who looks at this host sees, if somebody does."""
        engine = self.engine
        if engine is None or not self._attended:
            return
        self._watchers.end("leaving")
        if "memory" in self._feeds and "memory" not in self._watchers:
            self._watchers.keep(
                "memory", lambda: memory.watch(engine, self._done, self._remembered)
            )
        # This machine's own interfaces cost nothing; to see another's a container is made there.
        there = not engine.engine.local and self._site.inventory.at is not None
        if there and "interfaces" in self._feeds and "interfaces" not in self._watchers:
            self._watchers.keep("interfaces", lambda: self._interfaces_there(engine))

    async def _interfaces_there(self, engine: EngineApi) -> None:
        await asyncio.sleep(PASSING)
        await watch_there(engine, self._linked)

    def _left(self) -> None:
        """A while after the last look at another machine its interfaces are not known any more."""
        self._watchers.end("interfaces")
        self._linked(Links())

    async def _traffic(self) -> None:
        await traffic.watch(
            lambda: self._site.inventory.containers, self._count, self._meters, self._passed
        )

    def _connected(self, found: connection.Connection) -> None:
        if found.alive and self._site.connection.error is not None:
            self._hearer.say("the engine is back", Tone.GOOD, lambda: not self._site.away())
        self._site.connection = found
        self._hearer.changed()

    def _heard(self, container: str, events: tuple[Event, ...]) -> None:
        known = self._site.heard(container)
        self._site.hear(container, events)
        if known and any(event.event in DEEDS for event in events if event not in known):
            self._done.set()
        for event in events if known else ():
            # Who had the address written down somewhere is to know, whatever is looked at.
            if event.event == Said.MOVED and event not in known:
                name = self._site.service_of(container)
                holds = self._site.as_now(name, self._now)
                self._hearer.say(f"{name}: {event.message}", Tone.BAD, holds)
        self._hearer.changed()

    def _remembered(self, found: Remembered) -> None:
        self._site.remember(found)
        self._hearer.service_read()

    def _linked(self, found: Links) -> None:
        self._site.links = found
        self._hearer.links_changed()
        self._hearer.changed()

    def _passed(self, found: Mapping[str, Traffic | None]) -> None:
        self._site.traffic = found
        self._hearer.changed()

    def _told_name(self, container: str, found: InDns) -> None:
        if self._site.take_name(container, found):
            self._hearer.changed()


async def _first(*works: Awaitable[None]) -> None:
    """Do all of these until the first ends, as it ends."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
