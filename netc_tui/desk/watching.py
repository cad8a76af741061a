"""The watchers that run while a desk is open, each on its own: they keep the site true.

Engine and inventory, leases, what goes through one network container, interfaces. One that fails
as it should not is said to have done so and started again; the others and the screen go on.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event
from netc_tui.core.lookup import InDns
from netc_tui.core.model import Container, NetworkContainer, Remembered, Service
from netc_tui.core.protocol import Said
from netc_tui.core.traffic import Meters, Traffic
from netc_tui.desk.hearer import Hearer, Tone
from netc_tui.desk.site import Site
from netc_tui.desk.spawn import Running, Spawn
from netc_tui.engine import EngineApi
from netc_tui.host.ahead import Ahead
from netc_tui.operations.live import (
    clients,
    connection,
    inventory,
    leases,
    memory,
    names,
    path,
    rules,
    traffic,
)
from netc_tui.operations.live.first import decoded
from netc_tui.operations.live.interfaces import Links, watch_there

AGAIN = 2.0
"""Seconds until a watcher that failed in a way it should not is started again."""
CONNECTING = 0.05
"""Seconds between two looks whether the engine is connected."""
PASSING = 0.2
"""Seconds that the cursor rests on a service before its rules are asked for."""

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
        self._spawn, self._running = spawn, dict[str, Running]()
        self._connect, self._watch_links = connect, watch_links
        self._named, self._count = named, counted
        self._lookups = lookups
        self._meters = Meters()
        self._ahead, self._told = ahead, b""
        self._beside, self._feeds = beside, feeds
        self._links_watched = False
        self._watched: dict[str, tuple[object, ...]] = {}
        """What those watchers watch that follow the cursor, by their names."""
        self._counted = ("", rules.Counts())
        """The network container whose rules were read last, by its id, and what they counted."""
        self._done = asyncio.Event()
        """Something was done to a service."""
        self._ours: frozenset[tuple[str, str]] = frozenset()
        """The network containers, by id and state."""

    def start(self) -> None:
        """Begin with the engine; what depends on it follows."""
        self._keep(
            "engine", lambda: connection.keep(self._connect, self._use, self._connected, self._now)
        )

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
        own = service.network_container if service is not None else None
        engine = self.engine
        if own is None or engine is None:
            self._follow("rules", ())
            return
        container = self._site.container(own.service)
        if container is not None and container.id != self._counted[0]:
            self._counted = (container.id, rules.Counts())
            self._site.rules = None  # what was read is another's, be it of the same name
        counts = self._counted[1]
        # It may have said that its rules are other ones: what was read before that is not so now.
        wanted = (engine, own.name, own.state, own.ip, own.target, own.health)
        self._follow("rules", wanted, lambda: self._rules(engine, own, counts))

    def watch_clients(self, service: Service | None) -> None:
        """Watch who is connected to this one and to no other."""
        own = service.network_container if service is not None else None
        engine = self.engine
        if own is None or engine is None:
            self._follow("clients", ())
            return

        async def look() -> None:
            await asyncio.sleep(PASSING)
            await clients.watch(engine, own, self._called, self._named, self._now)

        self._follow("clients", (engine, own.name, own.state, own.ip), look)

    def watch_names(self, services: Iterable[Service], selected: Service | None = None) -> None:
        """Look now and then which names these have in the DNS, and no others; sooner for the one
        that is ``selected``."""
        found: dict[str, NetworkContainer] = {}
        key = ""
        for service in services:
            own = service.network_container
            container = self._site.container(service.name) if own is not None else None
            if own is not None and container is not None and container.running:
                found[container.id] = own
                if selected is not None and selected.name == service.name:
                    key = container.id
        self._lookups.want(found, key)

    def watch_path(self, service: Service | None) -> None:
        """Ask along the path to this service and no other, and anew when it stands otherwise."""
        own = service.network_container if service is not None else None
        engine = self.engine
        container = self._site.container(own.service) if own is not None else None
        if own is None or engine is None or container is None:
            self._follow("path", ())
            return
        known = self._site.inventory.containers
        target = next((container for container in known if container.name == own.service), None)

        async def ask() -> None:
            await asyncio.sleep(PASSING)
            await path.watch(engine, own, target, container.image, self._asked, self._now)

        self._follow("path", (engine, *path.key(own)), ask)

    def _follow(
        self,
        name: str,
        wanted: tuple[object, ...],
        watch: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Have a watcher watch what is ``wanted``; one that does goes on."""
        if wanted == self._watched.get(name, ()):
            return
        self._watched[name] = wanted
        if watch is None:
            self._end(name)
        else:
            self._keep(name, watch)

    def _keep(self, name: str, watch: Callable[[], Awaitable[None]]) -> None:
        """Run a watcher, again if it ends as it should not."""

        async def run() -> None:
            while True:
                try:
                    await watch()
                except NetcError as error:
                    self._failed(f"{name}: {error.message}")
                except Exception as error:
                    # A defect in one watcher must not take the others down.
                    self._hearer.say(f"a defect of netc in watching {name}: {error!r}", Tone.BAD)
                await asyncio.sleep(AGAIN)

        self._end(name)
        self._running[name] = self._spawn(run(), name)

    def _failed(self, words: str) -> None:
        time = asyncio.get_running_loop().time
        until = time() + 2 * AGAIN  # by then it is said again, if it is still so
        self._hearer.say(words, Tone.WARNING, lambda: time() < until)

    def _end(self, name: str) -> None:
        """End the watcher of that name, if it runs."""
        if (running := self._running.pop(name, None)) is not None:
            running.cancel()

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
            if not engine.engine.local:
                if "interfaces" in self._feeds and "interfaces" not in self._running:
                    self._keep("interfaces", lambda: watch_there(engine, self._linked))
                return
            if "interfaces" in self._feeds and not self._links_watched:
                self._links_watched = True
                self._keep("interfaces", lambda: self._watch_links(self._linked))
            # On the LAN of another machine nobody is asked: it need not be this one's.
            if "names" in self._feeds and "names" not in self._running:
                self._keep("names", lambda: self._lookups.watch(self._told_name))
            if "traffic" in self._feeds and "traffic" not in self._running:
                self._keep("traffic", self._traffic)

        self.engine = engine
        if "leases" in self._feeds:
            self._keep("leases", lambda: leases.watch(engine, inventories(), self._heard))
        if "memory" in self._feeds:
            self._keep("memory", lambda: memory.watch(engine, self._done, self._remembered))
        looking = inventory.watch(engine, take, self._now)
        try:
            await _first(looking, *([self._beside(engine)] if self._beside else []))
        finally:
            self.engine = None
            self._end("leases")
            self._end("memory")
            self._end("traffic")
            self._end("names")
            if not engine.engine.local:
                self._end("interfaces")
            self._site.traffic = {}
            self.watch_rules(None)
            self.watch_path(None)
            self.watch_clients(None)

    async def _traffic(self) -> None:
        await traffic.watch(
            lambda: self._site.inventory.containers, self._count, self._meters, self._passed
        )

    async def _rules(self, engine: EngineApi, own: NetworkContainer, counts: rules.Counts) -> None:
        await asyncio.sleep(PASSING)
        await rules.watch(engine, own, self._read, counts, self._now)

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

    def _read(self, reading: rules.Reading) -> None:
        self._site.rules = reading
        self._hearer.service_read()

    def _passed(self, found: Mapping[str, Traffic | None]) -> None:
        self._site.traffic = found
        self._hearer.changed()

    def _told_name(self, container: str, found: InDns) -> None:
        if self._site.take_name(container, found):
            self._hearer.changed()

    def _called(self, found: clients.Callers) -> None:
        self._site.clients = found
        self._hearer.service_read()

    def _asked(self, reading: path.Answers) -> None:
        before = self._site.path
        self._site.take_answers(reading)
        same = before is not None and (before.key, before.probe) == (reading.key, reading.probe)
        if same:
            self._hearer.service_read()
        else:
            self._hearer.changed()  # its row tells of it, too


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
