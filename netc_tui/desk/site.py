"""What there is on a host, put together from what the watchers delivered: no I/O.

Everything that is shown is a function of this, of the jobs, and of the time.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from netc_tui.core import health, records
from netc_tui.core.advice import advised
from netc_tui.core.diagnosis import diagnose
from netc_tui.core.diagnosis.facts import Probe, Surroundings
from netc_tui.core.diagnosis.lan import unusable
from netc_tui.core.diagnosis.machine import no_engine
from netc_tui.core.findings import HOST, PORT
from netc_tui.core.health import Health, State
from netc_tui.core.history import History
from netc_tui.core.keeping import Written, keepings
from netc_tui.core.lease import Event
from netc_tui.core.lookup import InDns
from netc_tui.core.model import (
    FOR,
    Container,
    Interface,
    Keeping,
    NetworkContainer,
    Remembered,
    Service,
)
from netc_tui.core.ownership import owned, paired, service_fault, services
from netc_tui.core.path import Check, wrong
from netc_tui.core.protocol import STALE, Hop
from netc_tui.core.records import Entry
from netc_tui.core.tally import Tally
from netc_tui.core.traffic import Traffic
from netc_tui.core.words import clock
from netc_tui.operations import inventory
from netc_tui.operations.check import facts, looked_into
from netc_tui.operations.interfaces import judged
from netc_tui.operations.live import path
from netc_tui.operations.live.clients import Callers
from netc_tui.operations.live.connection import Connection
from netc_tui.operations.live.interfaces import Links
from netc_tui.operations.live.inventory import Inventory
from netc_tui.operations.live.rules import Reading

NOT_YET = "not asked yet"
OLD = timedelta(minutes=1)
"""From then on it is said when ports were asked; of those that answered it is not known any more
whether they do."""
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
        self.memory: Remembered | None = None
        """What the engine remembers, and has remembered since this was opened; None: not asked."""
        self._refused: dict[str, path.Answers] = {}
        """The ports that did not answer when they were asked last, by network container."""
        self.traffic: Mapping[str, Traffic | None] = {}
        """What passes through network containers, by their ids; None: that cannot be read."""
        self._names: dict[str, InDns] = {}
        """What the DNS said last of network containers, by their ids."""
        self._histories: dict[str, History] = {}
        self._tallies: dict[str, Tally] = {}
        self._paired: tuple[tuple[Container, ...], Mapping[str, Container]] = (), {}
        self._kept: tuple[Inventory, str, Mapping[str, Keeping]] = Inventory(), "", {}

    def take_inventory(self, found: Inventory) -> None:
        """What there is now; what was said by containers that are gone is forgotten."""
        self.inventory = found
        ids = {container.id for container in found.containers}
        self._histories = {key: kept for key, kept in self._histories.items() if key in ids}
        self._tallies = {key: kept for key, kept in self._tallies.items() if key in ids}
        self._names = {key: kept for key, kept in self._names.items() if key in ids}
        # A service that was started anew may listen by now.
        anew = {container.name for container in found.containers if container.id in found.started}
        same = {own.container.name for own in owned(found.containers) if own.service not in anew}
        self._refused = {key: kept for key, kept in self._refused.items() if key in same}

    def take_answers(self, found: path.Answers) -> None:
        """What was asked now. What did not answer is known of when another path is looked at."""
        self.path = found
        if not isinstance(found.probe, Probe):
            return
        ports = {name: said for name, said in found.probe.ports.items() if said != "open"}
        if ports:
            self._refused[found.name] = msgspec.structs.replace(found, probe=Probe(ports=ports))
        else:
            self._refused.pop(found.name, None)

    def take_name(self, container: str, found: InDns) -> bool:
        """What the DNS says of the network container of that id; whether that is new."""
        before = self._names.get(container)
        self._names[container] = found
        return before != found

    def in_dns(self, own: NetworkContainer) -> InDns | None:
        """What the DNS said of it, with the address that it has now; None: it was not asked."""
        container = self.container(own.service)
        found = self._names.get(container.id) if container is not None else None
        return found if found is not None and found.address == own.ip else None

    def hear(self, container: str, events: Iterable[Event]) -> None:
        """What the network container of that id said, in the order of its log."""
        history = self._histories.get(container, History())
        said = tuple(events)
        self._histories[container] = history.add(*said)
        self._tallies.setdefault(container, Tally()).take(said)

    def heard(self, container: str) -> tuple[Event, ...]:
        """What the network container of that id has said, oldest first."""
        return self._histories.get(container, History()).events

    def tally(self, container: str) -> Tally | None:
        """How often each event happened to the network container of that id, and what it forwarded,
        as far as its log was read; None: it was not."""
        return self._tallies.get(container)

    def remember(self, found: Remembered) -> None:
        """What the engine remembers now."""
        self.memory = records.joined(self.memory or Remembered(), found)

    def entries(self, service: str) -> tuple[Entry, ...]:
        """What was done to a service, oldest first."""
        ours = [own for own in owned(self.inventory.containers) if own.service == service]
        ids = {own.container.id for own in ours}
        names = {service, *(own.labels.service for own in ours)}
        memory = self.memory or Remembered()
        happened = tuple(
            each for each in memory.happened if each.id in ids or each.labels.get(FOR) in names
        )
        memory = msgspec.structs.replace(memory, happened=happened)
        found = records.entries(ours, memory, {id: self.heard(id) for id in ids})
        return tuple(entry for entry in found if entry.service == service)

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
        kept, leases = self._keepings(now), self.leases(now)
        found = inventory.assemble(
            *(containers, ports, leases, now),
            stopped=stopped,
            known=known,
            kept=kept,
            swarm=self.inventory.swarm,
        )
        if self.connection.error is not None:
            return tuple(map(_unheard, found))
        here = self._here()
        carried = (_carried(service, here) for service in found)
        return tuple(self._with_answers(service, now) for service in carried)

    def written(self, now: datetime) -> Written:
        """What is written down on the engine: which services an operator turned off by hand, and
        how a watcher stands."""
        return Written.of(self.inventory.memos, self.seen(now))

    def _keepings(self, now: datetime) -> Mapping[str, Keeping]:
        """Who keeps services on or off, by name. Labels take long to read, see ``_firsts``."""
        written, found = self.written(now), self.inventory
        if self._kept[0] is not found or self._kept[1] != written.absent:
            self._kept = found, written.absent, keepings(found.containers, written)
        return self._kept[2]

    def _here(self) -> Mapping[str, Interface] | None:
        """The host's interfaces by name; None: they are not known."""
        return {interface.name: interface for interface in self.interfaces} or None

    def _with_answers(self, service: Service, now: datetime) -> Service:
        """With what its ports answered when they were asked last: one that refuses is not well
        whatever its network container says."""
        own = service.network_container
        if own is None or own.health.state is not State.HEALTHY:
            return service
        found = self._ports(own, now)
        if found is None:
            return service
        own = msgspec.structs.replace(own, health=found)
        return msgspec.structs.replace(service, network_container=own)

    def _ports(self, own: NetworkContainer, now: datetime) -> Health | None:
        """What is wrong at the ports of one that is well itself; None when nothing is known to
        be. After a while nobody knows any more, and it is not well because of that."""
        asked, kept = self.asked(own, now), self._refused.get(own.name)
        if asked is None:
            if kept is None or kept.key != path.key(own):
                return None
            why = f"not every port answered at {clock(kept.at, now)}, and none was asked since"
            return msgspec.structs.replace(
                own.health, state=State.UNKNOWN, hop=PORT, reason=why, finding=None
            )
        broken = self.check(own, now).broken
        if broken is None or broken.hop != PORT:
            return None
        finding, reason = broken.finding, str(broken)
        if _before(asked, now - OLD):
            since = f"as of {clock(asked.at, now)}"
            reason = f"{since}: {reason}"
            if finding is not None:
                cause = f"{since}: {finding.cause}"
                finding = msgspec.structs.replace(finding, cause=cause)
        return Health(State.BROKEN, PORT, reason, asked.at, own.health.unchecked, finding)

    def away(self) -> bool:
        """Is the engine? One that is being connected for the first time is not."""
        return self.connection.error is not None

    def as_now(self, service: str, now: Callable[[], datetime]) -> Callable[[], bool]:
        """Tells whether a service still has the network container and the address that it has at
        this moment: what was said of them is so no longer."""

        seen = self.inventory
        container = self.container(service)

        def stands() -> tuple[str | None, str | None]:
            nonlocal seen, container
            if seen is not self.inventory:  # to look through all of it takes long
                seen, container = self.inventory, self.container(service)
            if container is None:
                return None, None
            said = self._histories.get(container.id, History()).state(now())
            return container.id, said.ip if said is not None else None

        at_first = stands()
        return lambda: stands() == at_first

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

    def asked(self, own: NetworkContainer, now: datetime) -> path.Answers | None:
        """What was asked on the path through ``own`` as it stands now, if that was: all of it for
        a moment, and what did not answer for as long as what it says itself is taken to be so."""
        key = path.key(own)
        last, kept = self.path, self._refused.get(own.name)
        if last is not None and (last.key != key or _before(last, now - OLD)):
            last = None
        if kept is not None and (kept.key != key or _before(kept, now - FRESH)):
            kept = None
        return (
            last if last is not None and (kept is None or isinstance(last.probe, Probe)) else kept
        )

    def check(self, own: NetworkContainer, now: datetime) -> Check:
        """The path through ``own``, of what is known of it and of what was asked."""
        asked = self.asked(own, now)
        containers = self.inventory.containers
        held = next(iter(paired(containers).get(own.service, ())), None)
        service = next(
            (container for container in containers if container.name == own.service), None
        )
        here = self._here() if not own.elsewhere else None
        away = self.connection.error
        unasked = NOT_YET if not own.elsewhere else looked_into(own)
        found = diagnose(
            facts(
                own,
                asked.probe if asked is not None else unasked,
                now,
                fault=service_fault(held, containers) if held is not None else None,
                failing=service is not None and service.health == "unhealthy",
                events=self.events(own.service) if away is None else (),
                sockets=asked.sockets if asked is not None else "",
                host=Surroundings.of(here.get(own.interface)) if here is not None else "",
            )
        )
        if away is not None:
            # Nothing is seen of the path, and this comes first of what is to be done.
            found = Check((wrong(HOST, "engine", no_engine(away)), *found.parts), found.at)
        return found

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
            service: passing
            for service, container in self._firsts().items()
            if container.running and (passing := self.traffic.get(container.id)) is not None
        }

    def counters_coming(self, service: str) -> bool:
        """Are the counters of its network container about to be read for the first time?"""
        engine, container = self.connection.engine, self.container(service)
        if engine is None or not engine.local or container is None:
            return False
        return self.connection.alive and container.id not in self.traffic

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
        """The interfaces of the engine's host, fit ones first; none while they are not known."""
        if self.connection.engine is None:
            return ()
        return judged(self.links.all, self.inventory.networks)


def _before(found: path.Answers, moment: datetime) -> bool:
    return found.at is not None and found.at < moment


def _stale_at(own: NetworkContainer) -> datetime | None:
    """From when on it was not heard of for too long to tell how it stands."""
    at = own.health.checked_at
    return at + FRESH if at is not None else None


def _old_at(own: NetworkContainer) -> datetime | None:
    """From when on it is said when its ports were asked."""
    at = own.health.checked_at
    return at + OLD if at is not None and own.health.hop == PORT else None


def _carried(service: Service, here: Mapping[str, Interface] | None) -> Service:
    """With what is wrong with the interface that carries it: this machine sees that before its
    network container does, and knows more of it."""
    own = service.network_container
    if own is None or own.elsewhere or own.state != "running" or here is None:
        return service
    fault = unusable(Surroundings.of(here.get(own.interface)), own.interface)
    if fault is None:
        return service
    now = msgspec.structs.replace(
        own.health,
        state=State.BROKEN,
        hop=Hop.LAN,
        reason=fault.cause,
        finding=advised(fault, own),
    )
    own = msgspec.structs.replace(own, health=now)
    return msgspec.structs.replace(service, network_container=own)


def _unheard(service: Service) -> Service:
    """As it was when the engine went: whether it still is, nobody knows."""
    own = service.network_container
    if own is None:
        return service
    now = health.unknown("the engine is away", own.health.checked_at)
    own = msgspec.structs.replace(own, health=now)
    return msgspec.structs.replace(service, network_container=own)


def next_timer(
    services: Iterable[Service], now: datetime, silent_from: datetime | None = None
) -> datetime | None:
    """When the next lease passes T1, T2 or its end, or one was not heard of for too long, or the
    watcher was not: that moment is ``silent_from``."""
    times = [silent_from] if silent_from is not None and silent_from >= now else []
    times += [
        at
        for service in services
        if (own := service.network_container) is not None
        for at in (
            own.renew_at,
            own.rebind_at,
            own.expires_at,
            _stale_at(own),
            _old_at(own),
        )
        if at is not None and at > now
    ]
    return min(times, default=None)
