"""What there is on a host, put together from what the watchers delivered: no I/O.

Everything that is shown is a function of this, of the jobs, and of the time.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from netc_tui.core import health
from netc_tui.core.diagnosis import diagnose
from netc_tui.core.diagnosis.facts import Host
from netc_tui.core.findings import PORT
from netc_tui.core.health import State
from netc_tui.core.history import History
from netc_tui.core.lease import Event
from netc_tui.core.model import Container, Interface, NetworkContainer, Service
from netc_tui.core.ownership import owned, paired, service_fault, services
from netc_tui.core.path import Check
from netc_tui.core.protocol import STALE
from netc_tui.core.traffic import Traffic
from netc_tui.operations import inventory
from netc_tui.operations.check import facts
from netc_tui.operations.interfaces import judged
from netc_tui.operations.live import path
from netc_tui.operations.live.clients import Callers
from netc_tui.operations.live.connection import Connection
from netc_tui.operations.live.interfaces import Links
from netc_tui.operations.live.inventory import Inventory
from netc_tui.operations.live.rules import Reading

NOT_YET = "not asked yet"
FRESH = timedelta(seconds=STALE + 1)
"""From then on what a network container said is too old to tell how it stands."""


class Site:
    """One engine's services, as they are known."""

    def __init__(self) -> None:
        self.connection = Connection()
        self.inventory = Inventory()
        self.links = Links()
        self.rules: Reading | None = None
        self.clients: Callers | None = None
        """Who was connected last, to whichever service was looked at."""
        self.path: path.Answers | None = None
        """What was asked last on the path that is looked at."""
        self.traffic: Mapping[str, Traffic] = {}
        """What passes through network containers, by their ids, as far as that can be read."""
        self._histories: dict[str, History] = {}
        self._paired: tuple[tuple[Container, ...], Mapping[str, Container]] = (), {}

    def take_inventory(self, found: Inventory) -> None:
        """What there is now; what was said by containers that are gone is forgotten."""
        self.inventory = found
        ids = {container.id for container in found.containers}
        self._histories = {key: kept for key, kept in self._histories.items() if key in ids}

    def hear(self, container: str, events: Iterable[Event]) -> None:
        """What the network container of that id said, in the order of its log."""
        history = self._histories.get(container, History())
        self._histories[container] = history.add(*events)

    def heard(self, container: str) -> tuple[Event, ...]:
        """What the network container of that id has said, oldest first."""
        return self._histories.get(container, History()).events

    def service_of(self, container: str) -> str:
        """The service of the network container of that id; its id when it is not known."""
        known = {own.container.id: own.service for own in owned(self.inventory.containers)}
        return known.get(container, container[:12])

    def services(self, now: datetime, *, stopped: bool = True) -> tuple[Service, ...]:
        """The services at ``now``, as far as they are known."""
        now = self.seen(now)
        containers = self.inventory.containers
        ports = {container.id: container.ports for container in containers} | dict(
            self.inventory.ports
        )
        known = self.inventory.ended
        found = inventory.assemble(
            containers, ports, self.leases(now), now, stopped=stopped, known=known
        )
        if self.connection.error is None:
            return tuple(self._with_answers(service, now) for service in found)
        return tuple(map(_unheard, found))

    def _with_answers(self, service: Service, now: datetime) -> Service:
        """With what its ports answered, where they are being asked: one that refuses is not well
        whatever its network container says."""
        own = service.network_container
        if own is None or self.asked(own) is None:
            return service
        broken = self.check(own, now).broken
        if broken is None or broken.hop != PORT or own.health.state is not State.HEALTHY:
            return service
        found = msgspec.structs.replace(
            own.health,
            state=State.BROKEN,
            hop=PORT,
            reason=str(broken),
            finding=broken.finding,
        )
        own = msgspec.structs.replace(own, health=found)
        return msgspec.structs.replace(service, network_container=own)

    def seen(self, now: datetime) -> datetime:
        """The moment that is shown. While the engine is away, that when it went: nobody knows
        whether a lease that would have run out since was not renewed."""
        away = self.connection.since if self.connection.error is not None else None
        return min(now, away) if away is not None else now

    def leases(self, now: datetime) -> Mapping[str, Event | None]:
        """How each network container stands, by its id."""
        return {key: history.state(now) for key, history in self._histories.items()}

    def events(self, service: str) -> tuple[Event, ...]:
        """What the network container of a service has said, oldest first."""
        container = self.container(service)
        return self.heard(container.id) if container else ()

    def container(self, service: str) -> Container | None:
        """The container that is a service's network container."""
        return self._firsts().get(service)

    def _firsts(self) -> Mapping[str, Container]:
        """The container that is a service's network container, by service. Labels take long to
        read, and this is asked each second."""
        containers = self.inventory.containers
        if self._paired[0] is not containers:
            found = {
                service: several[0].container for service, several in paired(containers).items()
            }
            self._paired = containers, found
        return self._paired[1]

    def asked(self, own: NetworkContainer) -> path.Answers | None:
        """What was asked on the path through ``own`` as it stands now, if that was."""
        return self.path if self.path is not None and self.path.key == path.key(own) else None

    def check(self, own: NetworkContainer, now: datetime) -> Check:
        """The path through ``own``, of what is known of it and of what was asked."""
        asked = self.asked(own)
        containers = self.inventory.containers
        held = next(iter(paired(containers).get(own.service, ())), None)
        service = next(
            (container for container in containers if container.name == own.service), None
        )
        host: Host | str = ""
        if self.links.all:
            here = {interface.name: interface for interface in self.interfaces}
            host = Host.of(here.get(own.interface))
        return diagnose(
            facts(
                own,
                asked.probe if asked is not None else NOT_YET,
                now,
                fault=service_fault(held, containers) if held is not None else None,
                failing=service is not None and service.health == "unhealthy",
                events=self.events(own.service),
                sockets=asked.sockets if asked is not None else "",
                host=host,
            )
        )

    @property
    def rules_known(self) -> Reading | None:
        """The rules that were read last; while the engine is away, at no rate that was once."""
        if self.rules is None or self.connection.alive:
            return self.rules
        return msgspec.structs.replace(self.rules, rates=(None,) * len(self.rules.rules))

    @property
    def passing(self) -> Mapping[str, Traffic]:
        """What passes to each service, as far as it is known now."""
        if not self.connection.alive or not self.traffic:
            return {}
        return {
            service: self.traffic[container.id]
            for service, container in self._firsts().items()
            if container.running and container.id in self.traffic
        }

    @property
    def names(self) -> frozenset[str]:
        """Of all services, also of those that do not run or are gone."""
        containers = self.inventory.containers
        return frozenset({*paired(containers), *(service.name for service in services(containers))})

    def networks(self, service: Service) -> tuple[str, ...]:
        """The Docker networks that a service is on, but for what netc connected it to."""
        own = {network.name for network in self.inventory.networks if network.ours}
        found = (container for container in self.inventory.containers if container.id == service.id)
        return tuple(
            sorted(name for container in found for name in container.addresses.keys() - own)
        )

    @property
    def interfaces(self) -> tuple[Interface, ...]:
        """This machine's interfaces, fit ones first; none when the engine is another machine's."""
        engine = self.connection.engine
        if engine is None or not engine.local:
            return ()
        return judged(self.links.all, self.inventory.networks)


def _stale_at(own: NetworkContainer) -> datetime | None:
    """From when on it was not heard of for too long to tell how it stands."""
    at = own.health.checked_at
    return at + FRESH if at is not None else None


def _unheard(service: Service) -> Service:
    """As it was when the engine went: whether it still is, nobody knows."""
    own = service.network_container
    if own is None:
        return service
    now = health.unknown("the engine is away", own.health.checked_at)
    own = msgspec.structs.replace(own, health=now)
    return msgspec.structs.replace(service, network_container=own)


def next_timer(services: Iterable[Service], now: datetime) -> datetime | None:
    """When the next lease passes T1, T2 or its end, or one was not heard of for too long."""
    times = [
        at
        for service in services
        if (own := service.network_container) is not None
        for at in (
            own.renew_at,
            own.rebind_at,
            own.expires_at,
            _stale_at(own),
        )
        if at is not None and at > now
    ]
    return min(times, default=None)
