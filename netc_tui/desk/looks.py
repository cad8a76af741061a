"""What is watched of the services that somebody looks at, and only as long as somebody does."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from netc_tui.core.model import NetworkContainer, Service
from netc_tui.desk.hearer import Hearer
from netc_tui.desk.site import Site
from netc_tui.desk.watchers import Watchers
from netc_tui.engine import EngineApi
from netc_tui.operations.live import clients, path, rules
from netc_tui.operations.live.clients import Callers, Named
from netc_tui.operations.live.names import Lookups
from netc_tui.operations.live.path import Answers
from netc_tui.operations.live.rules import Counts, Reading

PASSING = 0.2
"""Seconds that the cursor rests on a service before its rules are asked for."""


class Looks:
    """Rules, path, clients and names of the services under the cursor of one host."""

    def __init__(
        self,
        site: Site,
        hearer: Hearer,
        watchers: Watchers,
        engine: Callable[[], EngineApi | None],
        named: Named,
        lookups: Lookups,
        now: Callable[[], datetime],
    ) -> None:
        self._site, self._hearer, self._watchers = site, hearer, watchers
        self._engine, self._named, self._lookups, self._now = engine, named, lookups, now
        self._counted = ("", Counts())
        """The network container whose rules were read last, by its id, and what they counted."""

    def end(self) -> None:
        """Look at nothing more, but for names, which cost nobody here anything."""
        self.rules(None)
        self.path(None)
        self.clients(None)

    def rules(self, service: Service | None) -> None:
        """Watch the rules of this one's network container and of no other."""
        own = service.network_container if service is not None else None
        engine = self._engine()
        if own is None or engine is None:
            self._watchers.follow("rules", ())
            return
        container = self._site.container(own.service)
        key = container.id if container is not None else own.name  # a task of a Swarm
        if key != self._counted[0]:
            self._counted = (key, Counts())
            self._site.rules = None  # what was read is another's, be it of the same name
        counts = self._counted[1]
        # It may have said that its rules are other ones: what was read before that is not so now.
        wanted = (engine, own.name, own.state, own.ip, own.target, own.health)
        self._watchers.follow("rules", wanted, lambda: self._rules(engine, own, counts))

    def clients(self, service: Service | None) -> None:
        """Watch who is connected to this one and to no other."""
        own = service.network_container if service is not None else None
        engine = self._engine()
        if own is None or engine is None:
            self._watchers.follow("clients", ())
            return

        async def look() -> None:
            await asyncio.sleep(PASSING)
            await clients.watch(engine, own, self._called, self._named, self._now)

        self._watchers.follow("clients", (engine, own.name, own.state, own.ip), look)

    def names(self, services: Iterable[Service], selected: Service | None = None) -> None:
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

    def path(self, service: Service | None) -> None:
        """Ask along the path to this service and no other, and anew when it stands otherwise."""
        own = service.network_container if service is not None else None
        engine = self._engine()
        known = self._site.inventory.containers
        container = self._site.container(own.service) if own is not None else None
        if own is not None and own.node is not None and not own.elsewhere:
            container = next((task for task in known if task.name == own.name), None)
        if own is None or engine is None or container is None:
            self._watchers.follow("path", ())
            return
        target = next((container for container in known if container.name == own.service), None)

        async def ask() -> None:
            await asyncio.sleep(PASSING)
            await path.watch(engine, own, target, container.image, self._asked, self._now)

        self._watchers.follow("path", (engine, *path.key(own)), ask)

    async def _rules(self, engine: EngineApi, own: NetworkContainer, counts: Counts) -> None:
        await asyncio.sleep(PASSING)
        await rules.watch(engine, own, self._read, counts, self._now)

    def _read(self, reading: Reading) -> None:
        self._site.rules = reading
        self._hearer.service_read()

    def _called(self, found: Callers) -> None:
        self._site.clients = found
        self._hearer.service_read()

    def _asked(self, reading: Answers) -> None:
        before = self._site.path
        self._site.take_answers(reading)
        same = before is not None and (before.key, before.probe) == (reading.key, reading.probe)
        if same:
            self._hearer.service_read()
        else:
            self._hearer.changed()  # its row tells of it, too
