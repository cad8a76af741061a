"""What the watcher knows, as Prometheus takes it: put together anew at each scrape, on the loop.

True or unknown here, too: what is not known has no sample. Times are moments in seconds since 1970,
as Prometheus recommends: one that does not change takes no room there, and ``x - time()`` tells how
long it is still, at the moment of the question and not of the scrape.

Each service that has a network container has the same few series, and none is of a single client;
they are gone with their network container. What that counts it tells once a minute. While the
engine is away there are those of the watcher alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import msgspec
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from netc_tui import __version__
from netc_tui.core.health import State
from netc_tui.core.lease import Event, Phase
from netc_tui.core.model import NetworkContainer
from netc_tui.core.protocol import STALE, Hop, Said
from netc_tui.core.tally import Tally
from netc_tui.desk.site import Site
from netc_tui.watch.progress import Progress

CONTAINER = "container"
"""The first of the hops: the network container itself."""
WHOSE = ("service", "interface")
COUNTED = {
    "netc_lease_renewals": (Said.RENEWED, "Renewals of the lease"),
    "netc_lease_naks": (Said.NAK, "Times that the DHCP server refused the address"),
    "netc_address_conflicts": (Said.CONFLICT, "Times that somebody else had the address"),
    "netc_drifts": (Said.DRIFT, "Times that something of it was changed from outside"),
    "netc_network_container_starts": (Said.START, "Starts of the network container"),
}
"""Events that are counted, by the name of their counter, each with what it says."""
SO_FAR = ": those that its log still had when the watcher began, and all since."
FORWARDED = (
    "forwarded to the service (in) and from it (out) by one of its forwards, which is named by its"
    " public ports: what its log still told of when the watcher began, and all since."
)


class Metrics:
    """What generates a scrape; see ``prometheus_client.registry.Collector``."""

    def __init__(
        self, site: Site, progress: Callable[[], Progress], now: Callable[[], datetime]
    ) -> None:
        self._site, self._progress, self._now = site, progress, now

    def collect(self) -> Iterator[Metric]:
        """The values of now."""
        yield _gauge("netc_build_info", "This netc.", ("version",), [((__version__,), 1)])
        yield from _of_watcher(self._progress())
        if self._site.connection.alive:
            yield from self._of_network_containers(self._now())

    def _of_network_containers(self, now: datetime) -> Iterator[Metric]:
        site = self._site
        found = [
            _Told.of(site, own, now)
            for service in site.services(now)
            if (own := service.network_container) is not None
        ]
        yield _gauge(
            "netc_path_healthy",
            "Is this hop of the path to the service sound (1) or the first that is broken (0)? A"
            " hop of which nobody knows has no sample.",
            (*WHOSE, "hop"),
            (((*each.whose, hop), sound) for each in found for hop, sound in each.hops.items()),
        )
        yield _gauge(
            "netc_lease_phase",
            "1 for the phase that the lease is in, 0 for the others.",
            (*WHOSE, "phase"),
            (
                ((*each.whose, phase), phase is each.phase)
                for each in found
                if each.phase is not None
                for phase in Phase
            ),
        )
        yield _gauge(
            "netc_lease_renewal_timestamp_seconds",
            "When the lease is to be renewed (T1).",
            WHOSE,
            (
                (each.whose, at.timestamp())
                for each in found
                if (at := each.own.renew_at) is not None
            ),
        )
        yield _gauge(
            "netc_lease_expiry_timestamp_seconds",
            "When the lease runs out, or ran out.",
            WHOSE,
            (
                (each.whose, at.timestamp())
                for each in found
                if (at := each.own.expires_at) is not None
            ),
        )
        for name, (event, about) in COUNTED.items():
            counts = (
                (each.whose, each.tally.counts.get(event, 0))
                for each in found
                if each.tally is not None
            )
            yield _counter(name, f"{about}{SO_FAR}", WHOSE, counts)
        flows = [
            ((*each.whose, *flow), count)
            for each in found
            if each.tally is not None
            for flow, count in each.tally.totals.flows.items()
        ]
        labels = (*WHOSE, "forward", "direction")
        packets = ((flow, count) for flow, (count, _) in flows)
        yield _counter("netc_forwarded_packets", f"Packets {FORWARDED}", labels, packets)
        octets = ((flow, count) for flow, (_, count) in flows)
        yield _counter("netc_forwarded_bytes", f"Bytes {FORWARDED}", labels, octets)
        yield _gauge(
            "netc_connected_clients",
            "Clients that are connected to the service through its LAN address, as counted within"
            " the last minutes.",
            WHOSE,
            ((each.whose, each.clients) for each in found if each.clients is not None),
        )


class _Told(msgspec.Struct, frozen=True):
    """A network container with what it said."""

    own: NetworkContainer
    whose: tuple[str, str]
    hops: Mapping[str, bool]
    phase: Phase | None
    """None: it has said nothing yet."""
    tally: Tally | None
    clients: int | None

    @staticmethod
    def of(site: Site, own: NetworkContainer, now: datetime) -> "_Told":
        container = site.container(own.service)
        id = container.id if container is not None else ""
        said = site.leases(now).get(id)
        heard = said is not None or own.phase is Phase.STOPPED
        return _Told(
            own=own,
            whose=(own.service, own.interface),
            hops=_hops(own, said, now),
            phase=own.phase if heard else None,
            tally=site.tally(id),
            clients=said.clients if said is not None and _lately(own, said.time, now) else None,
        )


def _of_watcher(progress: Progress) -> Iterator[Metric]:
    connection = progress.connection
    known = connection.alive or connection.error is not None
    yield _one(
        "netc_engine_up", "Does the Docker engine answer?", connection.alive if known else None
    )
    yield _one(
        "netc_watch_standing_by",
        "Does this watcher stand by because another one is at work?",
        progress.stands_by,
    )
    yield _counter("netc_watch_rounds", "Rounds of this watcher.", (), [((), progress.rounds)])
    yield _counter(
        "netc_watch_failed_deeds",
        "Times that it failed to turn a service on or off, or to change it.",
        (),
        [((), progress.failed)],
    )
    looked = progress.at if not progress.stands_by else None
    yield _one(
        "netc_watch_last_look_timestamp_seconds",
        "When it last went through what there is. One that stands by does not.",
        looked.timestamp() if looked is not None else None,
    )
    yield _one(
        "netc_watch_services_in_trouble",
        "Services that cannot be as their labels ask.",
        len(progress.troubles),
    )
    yield _gauge(
        "netc_watch_consecutive_failures",
        "How often what the labels of a service ask for has failed since it was last done.",
        ("service",),
        (((failure.decision.service,), failure.times) for failure in progress.failures),
    )


def _hops(own: NetworkContainer, said: Event | None, now: datetime) -> Mapping[str, bool]:
    """What is known of the hops. Those before the broken one are sound only if its network
    container looked at them lately: the engine knows more of a service than it does."""
    health = own.health
    known = {CONTAINER: True} if own.state == "running" else {}
    if health.state is not State.UNKNOWN and said is not None:
        fresh = _lately(own, health.checked_at, now)
        hops = list(Hop)
        if fresh and said.health == State.HEALTHY:
            known |= dict.fromkeys(hops, True)
        elif fresh and said.health == State.BROKEN and said.hop in hops:
            known |= dict.fromkeys(hops[: hops.index(Hop(said.hop))], True)
    if health.state is State.BROKEN:
        order = [CONTAINER, *Hop]
        broken = health.hop or CONTAINER
        before = order[: order.index(broken)] if broken in order else order
        known = {hop: sound for hop, sound in known.items() if hop in before} | {broken: False}
    return known


def _lately(own: NetworkContainer, at: datetime | None, now: datetime) -> bool:
    """Does what it said at that moment tell how it stands?"""
    fresh = at is not None and abs(now - at) <= timedelta(seconds=STALE)
    return own.state == "running" and fresh


Samples = Iterable[tuple[tuple[str, ...], float]]
"""Values by those of the labels."""


def _one(name: str, about: str, value: float | None) -> Metric:
    return _gauge(name, about, (), [((), value)] if value is not None else [])


def _gauge(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels)
    for key, value in samples:
        family.add_metric(key, float(value))
    return family


def _counter(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = CounterMetricFamily(name, about, labels=labels)
    for key, value in samples:
        family.add_metric(key, value)
    return family
