"""What is shown, from what the watchers delivered in whatever order: never a wrong address."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import memos
from netc_tui.core.health import State
from netc_tui.core.history import AHEAD
from netc_tui.core.lease import Event, Phase
from netc_tui.core.links import Link
from netc_tui.core.memos import SILENT
from netc_tui.core.model import Container, Memo, NetworkContainer
from netc_tui.core.wishes import ENABLE
from netc_tui.desk.site import Site, next_timer
from netc_tui.operations.inventory import GONE
from netc_tui.operations.live.connection import Connection
from netc_tui.operations.live.interfaces import Links
from netc_tui.operations.live.inventory import Inventory
from tests.core.saying import BEGIN, event, moments
from tests.desk.seen import own, service
from tests.machine import link
from tests.tui.stage import LINKS, LOCAL

NAMES = ("web", "db")


def _time(one: Event) -> datetime:
    return one.time


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    """Services that are there or not, with a network container in some life, in some state."""
    found: list[Container] = []
    for name in NAMES:
        if draw(st.booleans()):
            found.append(service(name, draw(st.sampled_from(("running", "exited", "paused")))))
        if draw(st.integers(0, 3)):
            state = draw(st.sampled_from(("running",) * 4 + ("exited", "created", "restarting")))
            found.append(own(name, draw(st.integers(0, 2)), state))
    return Inventory(tuple(found), at=BEGIN)


CONTAINERS = st.builds(
    lambda name, life: f"n-{name}-{life}", st.sampled_from(NAMES), st.integers(0, 2)
)
HEARD = st.tuples(
    CONTAINERS, st.lists(event(), max_size=4).map(lambda all_of: sorted(all_of, key=_time))
)
"""A part of a log; what a clock that goes back does to a log is tested in test_history."""
HAPPENED = st.lists(st.one_of(inventories(), HEARD), max_size=20)


def fed(happened: list[object]) -> tuple[Site, dict[str, list[Event]]]:
    """The site, and what each container that it can know has said since it was there."""
    site = Site()
    said: dict[str, list[Event]] = {}
    for one in happened:
        if isinstance(one, Inventory):
            site.take_inventory(one)
            there = {container.id for container in one.containers}
            said = {key: events for key, events in said.items() if key in there}
        else:
            container, events = one  # type: ignore[misc]
            site.hear(container, events)
            said.setdefault(container, []).extend(events)
    return site, said


@given(HAPPENED, moments(10_000))
def test_no_address_but_one_that_is_its_own_now(happened: list[object], now: datetime) -> None:
    site, said = fed(happened)
    containers = {one.name: one for one in site.inventory.containers}
    services = {one.name: one for one in site.services(now)}
    assert set(services) == {
        name for name in NAMES if name in containers or f"netc-{name}" in containers
    }
    for name, one in services.items():
        held = one.network_container
        assert (held is not None) == (f"netc-{name}" in containers)
        assert (one.state == GONE) == (name not in containers)
        if held is None or held.ip is None:
            continue
        container = containers[f"netc-{name}"]
        assert container.running
        newest = _newest(said.get(container.id, []), now)
        assert held.ip in {one.ip for one in newest}
        assert held.expires_at is not None
        assert now < held.expires_at
        assert held.phase not in (Phase.EXPIRED, Phase.STOPPED, Phase.ACQUIRING)


def _newest(events: list[Event], now: datetime) -> list[Event]:
    """What was said last; of one second it may be any."""
    known = [one for one in events if one.time <= now + AHEAD]
    if not known:
        return events
    last = max(one.time for one in known)
    return [one for one in known if one.time == last]


@given(HAPPENED, moments(10_000), st.integers(-7200, 7200))
def test_all_heard_again_and_at_any_time_nothing_breaks(
    happened: list[object], now: datetime, jump: int
) -> None:
    site, said = fed(happened)
    before = site.services(now)
    for container, events in said.items():
        site.hear(container, sorted(events, key=_time))
    assert site.services(now) == before
    # A clock that is put back shows again what it showed.
    site.services(now + timedelta(seconds=jump))
    assert site.services(now) == before


@given(st.lists(event(), unique_by=lambda one: one.time, max_size=10), st.data(), moments())
def test_the_order_in_which_it_comes_is_nothing(
    events: list[Event], data: st.DataObject, now: datetime
) -> None:
    shown = []
    for order in (events, data.draw(st.permutations(events))):
        site = Site()
        site.take_inventory(Inventory((service("web"), own("web", 0)), at=BEGIN))
        for one in order:
            site.hear("n-web-0", [one])
        shown.append((site.services(now), site.events("web")))
    assert shown[0] == shown[1]


def test_another_life_knows_nothing_of_the_one_before() -> None:
    site = Site()
    bound = Event("bound", BEGIN, ip="10.0.0.1", expires_at=BEGIN + timedelta(hours=1))
    site.take_inventory(Inventory((service("web"), own("web", 0)), at=BEGIN))
    site.hear("n-web-0", [bound])
    (one,) = site.services(BEGIN)
    assert one.network_container is not None
    assert one.network_container.ip == "10.0.0.1"
    site.take_inventory(Inventory((service("web"), own("web", 1)), at=BEGIN))
    # The log of the former one may go on for a moment.
    site.hear("n-web-0", [msgspec.structs.replace(bound, event="renewed")])
    (one,) = site.services(BEGIN)
    assert one.network_container is not None
    assert one.network_container.ip is None
    assert one.network_container.phase is Phase.ACQUIRING
    assert site.events("web") == ()


def test_what_is_gone_is_forgotten() -> None:
    site = Site()
    for life in range(50):
        site.take_inventory(Inventory((service("web"), own("web", life)), at=BEGIN))
        site.hear(f"n-web-{life}", [Event("start", BEGIN)])
    assert list(site.leases(BEGIN)) == ["n-web-49"]


def test_a_container_without_whole_labels_is_nobody() -> None:
    site = Site()
    broken = msgspec.structs.replace(own("web", 0), labels={"netc.schema": "1"})
    site.take_inventory(Inventory((service("web"), broken), at=BEGIN))
    # What is no network container is a service like any other.
    found = site.services(BEGIN)
    assert [one.name for one in found] == ["netc-web", "web"]
    assert all(one.network_container is None for one in found)
    assert site.container("web") is None
    assert site.events("web") == ()


@pytest.mark.parametrize("local", [True, False])
def test_interfaces_are_judged_by_the_networks_of_their_engine(local: bool) -> None:
    site = Site()
    site.links = Links(LINKS)
    assert site.interfaces == (), "whose they are is not known yet"
    site.connection = Connection(msgspec.structs.replace(LOCAL, local=local), alive=True)
    found = {one.name: one.unfit for one in site.interfaces}
    assert found["eth0"] is None
    assert "wireless" in (found["wlan0"] or "")


def bound(*links: Link) -> Site:
    """A site with one service whose network container says that all is well."""
    site = Site()
    site.connection = Connection(LOCAL, alive=True)
    site.links = Links(links)
    web = msgspec.structs.replace(service("web"), addresses={"bridge": "172.17.0.2"})
    site.take_inventory(Inventory((web, own("web", 0)), at=BEGIN))
    until = BEGIN + timedelta(hours=1)
    said = Event("bound", BEGIN, n=4, health="healthy", ip="10.0.0.9", expires_at=until)
    site.hear("n-web-0", [msgspec.structs.replace(said, target="172.17.0.2")])
    return site


def standing(site: Site) -> NetworkContainer:
    (one,) = site.services(BEGIN)
    assert one.network_container is not None
    return one.network_container


@pytest.mark.parametrize(
    ("links", "code", "remedy"),
    [
        ((link("eth1"),), None, None),
        ((link("eth1", up=False, carrier=False),), "N101", "ip link set eth1 up"),
        ((link("eth1", carrier=False),), "N102", "ip link show dev eth1"),
        ((link("eth0"),), "N103", "netc up web eth1 --port 80/tcp"),
        ((), None, None),
    ],
    ids=["sound", "down", "no carrier", "gone", "not looked at"],
)
def test_what_ails_the_interface_is_told_of_all_that_it_carries(
    links: tuple[Link, ...], code: str | None, remedy: str | None
) -> None:
    """Before their network containers notice, and with what mends it."""
    found = standing(bound(*links)).health
    assert found.state is (State.BROKEN if code else State.HEALTHY)
    assert (found.finding and found.finding.code) == code
    assert (found.finding and found.finding.remedy) == remedy


def test_of_an_engine_that_is_away_that_is_said_first() -> None:
    site = bound(link("eth1"))
    site.hear("n-web-0", [Event("drift", BEGIN, n=5, message="iptables rules were changed")])
    own = standing(site)
    assert "N303" in [one.code for one in site.check(own, BEGIN).findings]
    site.connection = Connection(LOCAL, False, "it does not answer", since=BEGIN)
    (only,) = site.check(standing(site), BEGIN).findings
    assert (only.code, only.remedy) == ("N801", "systemctl restart docker")


def test_what_a_network_container_said_is_counted_until_it_is_gone() -> None:
    site = bound()

    def counts(container: str) -> Mapping[str, int] | None:
        found = site.tally(container)
        return found.counts if found is not None else None

    assert counts("n-web-0") == {"bound": 1}
    assert site.tally("n-web-1") is None
    drift = Event("drift", BEGIN, n=5)
    for said in ([drift], [drift, msgspec.structs.replace(drift, n=6)]):
        site.hear("n-web-0", said)
    assert counts("n-web-0") == {"bound": 1, "drift": 2}
    site.take_inventory(Inventory())
    assert site.tally("n-web-0") is None


def labelled(*memos_: Memo | None, at: datetime = BEGIN) -> Site:
    """One whose labels ask, and one that was turned on by hand."""
    web = msgspec.structs.replace(service("web"), labels={ENABLE: "true"})
    written = None if None in memos_ else tuple(memo for memo in memos_ if memo is not None)
    site = Site()
    site.take_inventory(Inventory((web, service("db"), own("db", 0)), at=at, memos=written))
    return site


def kept(site: Site, now: datetime = BEGIN) -> dict[str, str]:
    return {
        found.name: str(found.keeping) for found in site.services(now) if found.keeping is not None
    }


def test_who_keeps_services_is_told_with_them() -> None:
    assert kept(labelled()) == {
        "db": "by hand: an operator turned it on",
        "web": "waits: no netc watch runs here",
    }
    assert kept(labelled(memos.off("web", "i-web", BEGIN)))["web"].startswith("left off: ")
    assert "cannot be read" in kept(labelled(None))["web"]
    assert labelled(None).written(BEGIN).unread


def test_a_watcher_that_is_silent_is_told_to_be_when_it_is() -> None:
    memo = memos.watcher(BEGIN, BEGIN, "1", ())
    site = labelled(memo)
    assert kept(site)["web"] == "waits: netc watch has not turned it on yet"
    watcher = site.written(BEGIN).watcher
    assert watcher is not None
    due = next_timer((), BEGIN, watcher.silent_from)
    assert due == BEGIN + SILENT
    later = due + timedelta(seconds=1)
    assert "is silent since" in kept(site, later)["web"]
    assert next_timer((), later, watcher.silent_from) is None
    # Nobody knows whether it is while the engine is away.
    site.connection = Connection(LOCAL, False, "it does not answer", since=BEGIN)
    assert kept(site, later)["web"] == "waits: netc watch has not turned it on yet"
