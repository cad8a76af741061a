"""What is published: names that are names, records with an owner, keys as SkyDNS has them."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import publication
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.health import Health, State
from netc_tui.core.identity import derive
from netc_tui.core.lease import Phase
from netc_tui.core.model import NetworkContainer
from netc_tui.core.ports import Forward, parse_all
from netc_tui.core.publication import Publication, ServicePort

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABELS, min_size=1, max_size=3).map(".".join)
SERVICES = {
    (80, "tcp"): "http",
    (443, "tcp"): "https",
    (53, "udp"): "domain",
    (53, "tcp"): "domain",
}
NOW = datetime(2026, 11, 26, tzinfo=UTC)
CLIENT = derive("engine", "web").client_id


def named(port: int, proto: str) -> str:
    return SERVICES.get((port, proto), "")


def planned(
    wanted: str = "web",
    zone: str = "home.lan",
    ports: str = "80",
    lease: float | None = 3600,
    *,
    shared: bool = False,
) -> Publication:
    forwards = parse_all(ports.split(",")) if ports else ()
    return publication.plan(
        wanted, zone, "192.168.0.50", CLIENT, forwards, named, lease=lease, left=lease,
        shared=shared,
    )  # fmt: skip


def test_what_is_published() -> None:
    found = planned(ports="443,80,8000-8002,53/udp")
    assert (found.name, found.zone, found.address) == ("web.home.lan", "home.lan", "192.168.0.50")
    assert found.reverse == "50.0.168.192.in-addr.arpa"
    assert [(port.at(found.name), port.port) for port in found.ports] == [
        ("_domain._udp.web.home.lan", 53),
        ("_http._tcp.web.home.lan", 80),
        ("_https._tcp.web.home.lan", 443),
    ]
    assert (found.port, found.ttl, found.seconds) == (80, 1200, 3600)


@pytest.mark.parametrize(
    ("lease", "ttl"),
    [(3600, 1200), (180, 60), (120, 60), (1, 60), (200.9, 66), (None, 86400), (2**32, 1431655765)],
)
def test_a_record_is_remembered_for_a_third_of_the_lease(lease: float | None, ttl: int) -> None:
    assert publication.ttl(lease) == ttl


@given(st.floats(0, 2**40))
def test_a_ttl_is_one(lease: float) -> None:
    assert 60 <= publication.ttl(lease) <= 2**31 - 1
    assert publication.ttl(lease) <= max(60, lease / 3)


@pytest.mark.parametrize(
    ("wanted", "zone", "name"),
    [
        ("web", "lan", "web.lan"),
        ("WEB", "Home.LAN.", "web.home.lan"),
        ("web.home.lan", "home.lan", "web.home.lan"),
        ("web.dmz.home.lan.", "home.lan", "web.dmz.home.lan"),
        ("home", "home.lan", "home.home.lan"),
    ],
)
def test_a_name_in_full(wanted: str, zone: str, name: str) -> None:
    assert publication.full(wanted, zone)[0] == name


@pytest.mark.parametrize(
    ("wanted", "zone", "said"),
    [
        ("", "lan", "name '.lan': letters"),
        ("-web", "lan", "hyphens inside"),
        ("web_1", "lan", "name 'web_1.lan': letters"),
        ("a" * 64, "lan", "63 at most"),
        ("we\nb", "lan", "letters"),
        ("\u0661", "lan", "letters"),
        ("*", "lan", "letters"),
        ("web/../x", "lan", "not in the zone lan"),
        ("web;rm", "lan", "letters"),
        ("web..lan", "lan", "letters"),
        ("lan", "lan", "that of the zone itself"),
        ("web.example.com", "home.lan", "is not in the zone home.lan"),
        ("web.xhome.lan", "home.lan", "is not in the zone"),
        ("a." * 50_000, "home.lan", "is not in the zone home.lan"),
        ("web", "", "zone '': letters"),
        ("web", "a zone", "zone 'a zone': letters"),
        ("web", ".".join(["a" * 63] * 4), "253 characters"),
        ("web", ".".join(["a" * 62] * 4), "253 characters"),
    ],
)
def test_what_is_no_name(wanted: str, zone: str, said: str) -> None:
    with pytest.raises(NetcError, match=re.escape(said)) as caught:
        publication.full(wanted, zone)
    assert caught.value.code is Exit.USAGE
    assert len(caught.value.message) < 200
    assert "\n" not in caught.value.message


@given(st.text(max_size=300), st.one_of(st.text(max_size=80), NAMES))
def test_whatever_is_asked_for_is_a_sound_name_in_its_zone_or_refused(
    wanted: str, zone: str
) -> None:
    try:
        name, zone = publication.full(wanted, zone)
    except NetcError as error:
        name, message = "", error.message
    if not name:
        assert "\n" not in message
        return
    assert name.endswith(f".{zone}")
    assert re.fullmatch(r"[a-z0-9.-]{3,253}", name, re.ASCII)
    assert all(0 < len(label) < 64 for label in name.split("."))
    assert len(publication.wire(name)) <= 255


@given(
    st.lists(
        st.builds(
            Forward, st.sampled_from(("tcp", "udp")), st.integers(1, 60000), st.integers(1, 60000),
            st.integers(1, 5000),
        ),
        max_size=4,
    ),
    st.sampled_from(("http", "z39_50", "x" * 16, "", "80", "A b", "Ssh", "a--b")),
)  # fmt: skip
def test_ports_have_records_that_a_server_takes(forwards: list[Forward], service: str) -> None:
    found = publication.plan(
        "web", "lan", "10.0.0.1", CLIENT, forwards, lambda *_: service, lease=600, left=600
    )
    assert len(found.ports) <= publication.PORTS_AT_MOST
    for port in found.ports:
        assert re.fullmatch(r"_[a-z0-9-]{1,15}\._(tcp|udp)\.web\.lan", port.at(found.name))
        assert service in ("http", "Ssh")
    assert bool(found.port) == bool(forwards)


def test_a_name_that_leaves_no_room_for_ports_has_none() -> None:
    long = ".".join(["a" * 61] * 4)
    assert planned("web", long[4:]).ports == ()
    assert planned("web", long[40:]).ports == (ServicePort("http", "tcp", 80),)


# RFC 4701 3.6: a DUID and a client-id.
@pytest.mark.parametrize(
    ("client_id", "name", "text"),
    [
        (
            "ff" + "00000001" + "00010006412df166010203040506",
            "chi6.example.com",
            "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
        ),
        (
            "010708090a0b0c",
            "chi.example.com",
            "AAEBOSD+XR3Os/0LozeXVqcNc7FwCfQdWL3b/NaiUDlW2No=",
        ),
    ],
)
def test_a_dhcid_is_that_of_the_standard(client_id: str, name: str, text: str) -> None:
    assert base64.b64encode(publication.dhcid(client_id, name)).decode() == text
    assert publication.dhcid(client_id, f"{name.upper()}.") == publication.dhcid(client_id, name)


def test_ours_is_of_type_two_and_another_name_or_service_has_another() -> None:
    own = planned().dhcid
    assert own[:3] == b"\0\2\1"
    assert len(own) == 35
    other = derive("engine", "web2").client_id
    assert len({own, publication.dhcid(other, "web.home.lan"), planned("www").dhcid}) == 3


@given(NAMES, NAMES)
def test_names_are_apart_unless_one_is_the_end_of_the_other(name: str, other: str) -> None:
    assert publication.apart(name, (other,)) == publication.apart(other, (name,)) or name == other
    assert publication.apart(f"{other}.{name}", (name,)) == name
    assert publication.apart(name, ("zzz.zzz", f"{other}.{name}")) == f"{other}.{name}"
    assert publication.apart(name, (name,)) is None
    assert publication.apart(name, (f"x{name}",)) is None


def test_keys_are_as_skydns_has_them() -> None:
    found = planned()
    assert publication.own_key(found) == "/skydns/lan/home/web"
    assert publication.own_key(found, "/dns/x/") == "/dns/x/lan/home/web"
    assert publication.key(found.reverse) == "/skydns/arpa/in-addr/192/168/0/50"
    assert json.loads(publication.value(found)) == {
        "host": "192.168.0.50", "port": 80, "ttl": 1200, "netc": CLIENT
    }  # fmt: skip
    assert json.loads(publication.reverse_value(found))["host"] == "web.home.lan"
    assert "port" not in json.loads(publication.value(planned(ports="")))


def network_container(**given: Any) -> NetworkContainer:
    own: dict[str, Any] = {
        "name": "netc-web", "service": "web", "state": "running", "interface": "eth0",
        "phase": Phase.BOUND, "ip": "10.0.0.7", "prefix": 24, "gateway": None, "server": None,
        "mac": "02:00:00:00:00:01", "client_id": CLIENT, "hostname": "web", "target": None,
        "ports": parse_all(["80"]), "bound_at": NOW - timedelta(minutes=10), "renew_at": None,
        "rebind_at": None, "expires_at": NOW + timedelta(minutes=50), "network": "bridge",
        "message": None, "health": Health(State.UNKNOWN),
    }  # fmt: skip
    return NetworkContainer(**{**own, **given})


def test_of_a_network_container_its_hostname_and_its_lease() -> None:
    found = publication.of(network_container(), "lan", named, NOW)
    assert found is not None
    assert (found.name, found.address, found.client_id) == ("web.lan", "10.0.0.7", CLIENT)
    assert (found.ttl, found.seconds, found.ports) == (
        1200,
        3000,
        (ServicePort("http", "tcp", 80),),
    )
    found = publication.of(network_container(), "lan", named, NOW, name="www", shared=True)
    assert found is not None
    assert (found.name, found.shared) == ("www.lan", True)
    found = publication.of(network_container(expires_at=None, bound_at=None), "lan", named, NOW)
    assert found is not None
    assert (found.ttl, found.seconds) == (publication.DAY, None)
    assert publication.of(network_container(ip=None), "lan", named, NOW) is None


def test_a_shared_name_has_a_key_for_each() -> None:
    found = planned(shared=True)
    key = publication.own_key(found)
    assert re.fullmatch(r"/skydns/lan/home/web/[0-9a-f]{8}", key)
    assert publication.is_shared(key, publication.value(found))
    assert not publication.is_shared("/skydns/lan/home/web/x", publication.value(found))
    assert not publication.is_shared(key, '{"host":"10.0.0.1"}')
    assert publication.above(found) == ("/skydns/lan/home/web",)


def test_nothing_may_stand_between_the_zone_and_a_name() -> None:
    assert publication.above(planned()) == ()
    assert publication.above(planned("a.b.home.lan")) == ("/skydns/lan/home/b",)
    assert publication.above(planned("a.b.c.home.lan"), "p") == ("/p/lan/home/c/b", "/p/lan/home/c")


@given(NAMES, NAMES, st.booleans())
def test_a_key_is_below_its_zone_s_and_never_another_s(
    wanted: str, zone: str, shared: bool
) -> None:
    if f".{wanted}.{zone}".count(".") > 4:
        return
    found = planned(f"{wanted}.{zone}", zone, shared=shared)
    key = publication.own_key(found)
    assert key.startswith(publication.key(zone) + "/")
    assert all(key.startswith(f"{above}/") for above in publication.above(found))
    assert len(publication.above(found)) == key.count("/") - publication.key(zone).count("/") - 1


@given(st.one_of(st.text(), st.binary(), st.just("[" * 100_000), st.just('{"netc":[]}')))
def test_any_value_may_stand_in_etcd(text: str | bytes) -> None:
    assert publication.owner(text) in ("", "[]")
    assert publication.host(text) == ""


def test_whose_a_value_is() -> None:
    assert publication.owner(publication.value(planned())) == CLIENT
    assert publication.owner('{"host":"10.0.0.1"}') == ""
    assert publication.host(b'{"host":"10.0.0.1"}') == "10.0.0.1"
    assert publication.address('{"host":"10.0.0.1"}') == "10.0.0.1"
    assert publication.address('{"host":"web.lan"}') == publication.address('{"host":1}') == ""
