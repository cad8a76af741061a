"""What is measured of network containers and of the watcher, on the twin of an engine."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.forwarded import MOST
from netc_tui.core.health import Health, State
from netc_tui.core.lease import Event, Phase
from netc_tui.core.model import NetworkContainer
from netc_tui.core.patience import FIRST
from netc_tui.core.protocol import STALE, Hop
from netc_tui.operations.up import Request, up
from netc_tui.watch.metrics import CONTAINER, _hops
from tests.tui.simulated import BEGIN
from tests.twin import FakeEngine
from tests.watch.scraped import complaints, scrape
from tests.watch.watched import YES, Watched, settle, watched

pytestmark = pytest.mark.usefixtures("machine")
SHOP = {"service": "shop", "interface": "eth0"}
PACKETS = "netc_forwarded_packets_total"
OWN = {CONTAINER, *Hop}
OF_THE_WATCHER = {
    "netc_build_info",
    "netc_engine_up",
    "netc_watch_standing_by",
    "netc_watch_rounds_total",
    "netc_watch_failed_deeds_total",
    "netc_watch_last_look_timestamp_seconds",
    "netc_watch_services_in_trouble",
}


def forwards(packets: int, forward: str = "80/tcp") -> list[tuple[str, str, int, int]]:
    """So many both ways, of 100 bytes in and 1000 out."""
    return [
        (forward, "in", packets, 100 * packets),
        (forward, "out", packets, 1000 * packets),
    ]


def test_one_that_is_on_and_sound() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        await settle()
        box = host.engine.boxes["netc-shop"]
        box.connected, box.forwarded = 3, [*forwards(7), *forwards(2, "5000-5010/udp")]
        host.engine.say(box, "counted")
        await settle()
        found = scrape(host.watcher)
        assert found.by("hop", "netc_path_healthy", **SHOP) == dict.fromkeys(OWN, 1)
        assert found.by("phase", "netc_lease_phase", **SHOP) == {
            phase: float(phase is Phase.BOUND) for phase in Phase
        }
        bound = BEGIN.timestamp() + 1
        for name, part in (("renewal", 0.5), ("expiry", 1.0)):
            at = found.value(f"netc_lease_{name}_timestamp_seconds", **SHOP)
            assert at == pytest.approx(bound + part * host.engine.lease_seconds, abs=2)
        for forward, packets in (("80/tcp", 7), ("5000-5010/udp", 2)):
            whose = SHOP | {"forward": forward}
            passed = found.by("direction", "netc_forwarded_packets_total", **whose)
            assert passed == {"in": packets, "out": packets}
            passed = found.by("direction", "netc_forwarded_bytes_total", **whose)
            assert passed == {"in": 100 * packets, "out": 1000 * packets}
        assert found.value("netc_connected_clients", **SHOP) == 3
        assert found.value("netc_network_container_starts_total", **SHOP) == 1
        for name in ("lease_renewals", "lease_naks", "address_conflicts", "drifts"):
            assert found.value(f"netc_{name}_total", **SHOP) == 0
        assert found.value("netc_engine_up") == 1
        assert (found.value("netc_watch_rounds_total") or 0) >= 2
        assert complaints(found.text) == ""

    watched(work, closely=True)


def test_a_broken_path_has_its_first_broken_hop_and_nothing_of_those_behind() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        await settle()
        box = host.engine.boxes["netc-shop"]
        box.ails = ("rules", "somebody flushed them")
        host.engine.say(box, "health")
        await settle()
        hops = scrape(host.watcher).by("hop", "netc_path_healthy", **SHOP)
        assert hops == {CONTAINER: 1, "lan": 1, "address": 1, "rules": 0}

    watched(work, closely=True)


def test_what_nobody_knows_has_no_sample() -> None:
    engine = FakeEngine()
    engine.mute = True  # it does not check itself
    engine.dhcp = lambda hostname: False

    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        await settle()
        found = scrape(host.watcher)
        assert found.by("hop", "netc_path_healthy", **SHOP) == {CONTAINER: 1, "address": 0}
        assert found.value("netc_lease_expiry_timestamp_seconds", **SHOP) is None
        assert not found.names & {"netc_forwarded_packets_total", "netc_connected_clients"}
        assert found.value("netc_lease_phase", **SHOP, phase="acquiring") == 1

    watched(work, engine, closely=True)


def test_what_is_not_asked_for_is_not_listened_to() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        await settle(60)
        calls = [call[0] for call in host.engine.calls]
        assert calls.count("follow_log") == 1, "while it was turned on"
        assert "remembered" not in calls

    watched(work)


def test_counts_only_grow_over_renewals_restarts_and_an_engine_that_goes() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        await settle()
        box = host.engine.boxes["netc-shop"]
        box.forwarded = forwards(50)
        for event in ("renewed", "nak", "conflict", "drift", "drift"):
            host.engine.say(box, event)
        await settle(10)
        await host.engine.restart("netc-shop", 1)
        await settle(10)
        assert scrape(host.watcher).value(PACKETS, **SHOP, forward="80/tcp", direction="in") == 50
        box.forwarded = forwards(3)
        host.engine.say(box, "counted")
        await settle(10)
        host.engine.away = "no answer"
        await settle(30)
        host.engine.say(box, "renewed")
        away = scrape(host.watcher)
        assert away.names == OF_THE_WATCHER
        assert away.value("netc_engine_up") == 0
        host.engine.away = None
        await settle(30)
        found = scrape(host.watcher)
        assert found.value(PACKETS, **SHOP, forward="80/tcp", direction="in") == 53
        assert found.value("netc_lease_renewals_total", **SHOP) == 2
        assert found.value("netc_lease_naks_total", **SHOP) == 1
        assert found.value("netc_address_conflicts_total", **SHOP) == 1
        assert found.value("netc_drifts_total", **SHOP) == 2
        assert found.value("netc_network_container_starts_total", **SHOP) == 2

    watched(work, closely=True)


def test_series_are_as_many_as_network_containers_and_go_with_them() -> None:
    async def work(host: Watched) -> None:
        sizes = []
        for count in (0, 1, 6):
            for number in range(count):
                if f"s{number}" not in host.engine.boxes:
                    host.engine.run(f"s{number}", labels=YES)
            await settle(20)
            sizes.append(len(scrape(host.watcher).samples))
        each = sizes[1] - sizes[0]
        assert 0 < each < 25
        assert sizes[2] - sizes[0] == 6 * each
        known = {"service", "interface", "hop", "phase", "version"}
        assert scrape(host.watcher).labels == known
        for number in range(6):
            host.engine.discard(f"s{number}")
        await settle(20)
        assert scrape(host.watcher).names == OF_THE_WATCHER

    watched(work, closely=True)


def test_no_client_has_a_series_and_no_more_forwards_than_there_may_be() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        await settle()
        box = host.engine.boxes["netc-shop"]
        box.connected = 100_000
        box.forwarded = [each for port in range(1, 999) for each in forwards(1, f"{port}/tcp")]
        host.engine.say(box, "counted")
        await settle()
        found = scrape(host.watcher)
        assert found.value("netc_connected_clients", **SHOP) == 100_000
        assert found.labels == {
            *("service", "interface", "hop", "phase", "version", "forward", "direction"),
        }
        assert len(found.by("forward", PACKETS, **SHOP, direction="in")) == MOST

    watched(work, closely=True)


def test_clients_are_told_of_no_longer_than_they_are_known() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        await settle()
        box = host.engine.boxes["netc-shop"]
        box.connected = 2
        host.engine.say(box, "counted")
        await settle(STALE - 5)
        assert scrape(host.watcher).value("netc_connected_clients", **SHOP) == 2
        await settle(10)
        assert "netc_connected_clients" not in scrape(host.watcher).names
        host.engine.say(box, "checked", "")
        await settle()
        assert scrape(host.watcher).value("netc_connected_clients", **SHOP) == 2
        await host.engine.restart("netc-shop", 1)
        await settle()
        assert scrape(host.watcher).value("netc_connected_clients", **SHOP) == 0

    watched(work, closely=True)


def test_by_hand_and_by_labels_are_measured_alike() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("web")
        await up(host.engine, Request("web", "eth1"))
        await settle()
        found = scrape(host.watcher)
        hops = found.by("hop", "netc_path_healthy", service="web", interface="eth1")
        assert hops == dict.fromkeys(OWN, 1)

    watched(work, closely=True)


def test_what_fails_again_and_again_is_counted_until_it_is_done() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("netc-shop")
        host.engine.run("shop", labels=YES)
        await settle(15 * FIRST)
        found = scrape(host.watcher)
        assert (found.value("netc_watch_consecutive_failures", service="shop") or 0) >= 3
        assert found.value("netc_watch_services_in_trouble") == 1
        failed = found.value("netc_watch_failed_deeds_total")
        host.engine.discard("netc-shop")
        await settle(20 * FIRST)
        found = scrape(host.watcher)
        assert "netc_watch_consecutive_failures" not in found.names
        assert found.value("netc_watch_failed_deeds_total") == failed

    watched(work, closely=True)


def test_the_last_look_is_told_by_one_that_looks() -> None:
    async def work(host: Watched) -> None:
        await settle(300)
        at = scrape(host.watcher).value("netc_watch_last_look_timestamp_seconds")
        assert at is not None
        assert BEGIN.timestamp() + 300 - 90 < at <= BEGIN.timestamp() + 300

    watched(work, closely=True)


def test_one_that_stands_by_tells_of_network_containers_all_the_same() -> None:
    engine = FakeEngine()
    engine.run("web")

    async def work(host: Watched) -> None:
        await up(host.engine, Request("web", "eth1"))
        await settle(60)
        found = scrape(host.watcher)
        assert found.value("netc_watch_standing_by") == 1
        assert found.value("netc_watch_last_look_timestamp_seconds") is None
        assert found.by("hop", "netc_path_healthy", service="web") == dict.fromkeys(OWN, 1)

    watched(work, engine, closely=True, alone=False)


HEALTHS = st.builds(
    lambda state, hop, age: Health(
        state,
        hop if state is State.BROKEN else None,
        checked_at=BEGIN - timedelta(seconds=age) if age is not None else None,
    ),
    st.sampled_from([State.HEALTHY, State.BROKEN, State.UNKNOWN]),
    st.sampled_from([None, *Hop]),
    st.sampled_from([None, 0, STALE - 1, STALE + 1]),
)
SAID = st.none() | st.builds(
    lambda health, hop: Event("health", BEGIN, health=health, hop=hop),
    st.sampled_from([None, "healthy", "broken"]),
    st.sampled_from([None, *Hop]),
)


@given(HEALTHS, SAID, st.sampled_from(["running", "paused", "exited"]))
def test_no_hop_is_sound_that_nobody_looked_at(
    health: Health, said: Event | None, state: str
) -> None:
    own = msgspec.structs.replace(_any(), state=state, health=health)
    found = _hops(own, said, BEGIN)
    order = [CONTAINER, *Hop]
    broken = [hop for hop, sound in found.items() if not sound]
    if health.state is State.BROKEN:
        at = health.hop or CONTAINER
        assert broken == [at]
        assert all(order.index(hop) <= order.index(at) for hop in found)
    else:
        assert broken == []
    beyond = {hop for hop, sound in found.items() if sound} - {CONTAINER}
    if beyond:
        assert state == "running"
        assert health.state is not State.UNKNOWN
        assert said is not None
        assert health.checked_at is not None
        assert BEGIN - health.checked_at <= timedelta(seconds=STALE)
        if said.health == "broken":
            assert said.hop is not None
            assert all(order.index(hop) < order.index(said.hop) for hop in beyond)
        else:
            assert said.health == "healthy"


def _any() -> NetworkContainer:
    return NetworkContainer(
        name="netc-shop", service="shop", state="running", interface="eth0", phase=Phase.BOUND,
        ip="10.0.0.2", prefix=24, gateway=None, server=None, mac="", client_id="", hostname="",
        target=None, ports=(), bound_at=None, renew_at=None, rebind_at=None, expires_at=None,
        network="bridge", message=None, health=Health(State.UNKNOWN),
    )  # fmt: skip
