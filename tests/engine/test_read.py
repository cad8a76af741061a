"""What engines of several versions say, read into values."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from netc_tui.core.model import Change, Remembered
from netc_tui.core.ports import Port
from netc_tui.engine import read

ID = "0123456789abcdef" * 4
ROW: dict[str, Any] = {
    "Id": ID,
    "Names": ["/web"],
    "Image": "nginx",
    "State": "running",
    "Status": "Up 2 hours",
    "HostConfig": {"NetworkMode": "default"},
    "Ports": [
        {"PrivatePort": 80, "PublicPort": 8080, "IP": "0.0.0.0", "Type": "tcp"},
        {"PrivatePort": 80, "PublicPort": 8080, "IP": "::", "Type": "tcp"},
        {"PrivatePort": 53, "Type": "udp"},
        {"PrivatePort": 22, "Type": "tcp"},
    ],
    "Labels": {"a": "b"},
    "NetworkSettings": {
        "Networks": {"bridge": {"IPAddress": "172.17.0.2", "NetworkID": "n1", "Links": None}}
    },
}


def test_a_container() -> None:
    one = read.container(ROW)
    assert (one.name, one.state, one.running, one.ours) == ("web", "running", True, False)
    assert one.addresses == {"bridge": "172.17.0.2"}
    assert one.network_ids == {"bridge": "n1"}
    assert one.ports == (
        Port(22, "tcp"),
        Port(53, "udp"),
        Port(80, "tcp", ("0.0.0.0:8080", "[::]:8080")),
    )
    assert one.health is None
    assert read.container(ROW | {"Status": "Up 2 hours (healthy)"}).health == "healthy"


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["/web1", "/netc-web1/netc-target"], "web1"),
        (["/netc-web1/netc-target", "/web1"], "web1"),
        (["/a/x", "/b/y", "/web1", "/c/z"], "web1"),
        (["/netc-web1/netc-target"], ID[:12]),
        ([], ID[:12]),
        (None, ID[:12]),
    ],
)
def test_aliases_of_links_are_not_its_name(names: list[str] | None, name: str) -> None:
    assert read.container({**ROW, "Names": names}).name == name


@pytest.mark.parametrize("missing", sorted(set(ROW) - {"Id"}))
@pytest.mark.parametrize("null", [False, True])
def test_what_an_engine_leaves_out_is_empty(missing: str, null: bool) -> None:
    row = {name: value for name, value in ROW.items() if name != missing}
    one = read.container({**row, missing: None} if null else row)
    assert one.id == ID


def test_one_that_does_not_run_has_no_address() -> None:
    networks = {"bridge": {"IPAddress": "", "NetworkID": ""}, "back": None}
    one = read.container(
        {**ROW, "State": "exited", "Ports": [], "NetworkSettings": {"Networks": networks}}
    )
    assert one.addresses == {"bridge": None, "back": None}
    assert not one.running


def test_api_1_52_and_older_read_the_same() -> None:
    """Until 1.51 there was an address beside the networks; it was never relied on."""
    settings = ROW["NetworkSettings"]
    old = read.container({**ROW, "NetworkSettings": {**settings, "IPAddress": "172.17.0.2"}})
    assert old == read.container(ROW)


def test_on_the_host_s_network() -> None:
    one = read.container(
        {
            **ROW,
            "HostConfig": {"NetworkMode": "host"},
            "Ports": [],
            "NetworkSettings": {"Networks": {"host": {"IPAddress": "", "NetworkID": "n2"}}},
        }
    )
    assert (one.network_mode, one.addresses, one.ports) == ("host", {"host": None}, ())


def test_exposed_ports() -> None:
    config = {"ExposedPorts": {"80/tcp": {}, "53/udp": {}, "9": {}, "x/tcp": {}}}
    assert read.exposed({"Config": config}) == (Port(9, "tcp"), Port(53, "udp"), Port(80, "tcp"))
    assert read.exposed({"Config": {"ExposedPorts": None}}) == ()
    assert read.exposed({}) == ()


NETWORK: dict[str, Any] = {"Id": ID, "Name": "n", "Driver": "bridge", "Scope": "local"}


def test_a_bridge_is_found_by_its_network() -> None:
    assert read.network(NETWORK).bridge == f"br-{ID[:12]}"
    named = {"Options": {"com.docker.network.bridge.name": "docker0"}}
    assert read.network(NETWORK | named).bridge == "docker0"
    assert read.network(NETWORK | {"Driver": "macvlan"}).bridge is None


def test_a_parent_only_where_one_is() -> None:
    parent = {"Options": {"parent": "eth0.5"}}
    for driver in ("macvlan", "ipvlan"):
        assert read.network(NETWORK | parent | {"Driver": driver}).parent == "eth0.5"
        assert read.network(NETWORK | {"Driver": driver, "Options": None}).parent is None
    assert read.network(NETWORK | parent).parent is None


def test_subnets_are_those_of_ipv4() -> None:
    pools = [{"Subnet": "fd00::/64"}, {"Subnet": "10.0.0.0/8"}, {"Gateway": "1.2.3.4"}, {}]
    assert read.network(NETWORK | {"IPAM": {"Config": pools}}).subnets == ("10.0.0.0/8",)
    assert read.network(NETWORK | {"IPAM": {"Config": None}}).subnets == ()
    assert read.network(NETWORK | {"IPAM": None}).subnets == ()


def test_gateways_are_those_of_ipv4_without_a_length() -> None:
    pools = [{"Gateway": "fd00::1"}, {"Gateway": "172.17.0.1"}, {"Gateway": "10.0.0.1/8"}, {}]
    assert read.network(NETWORK | {"IPAM": {"Config": pools}}).gateways == (
        "172.17.0.1",
        "10.0.0.1",
    )
    assert read.network(NETWORK | {"IPAM": None}).gateways == ()


@pytest.mark.parametrize(
    ("scope", "attachable", "can"),
    [("local", False, True), ("swarm", False, False), ("swarm", True, True)],
)
def test_only_attachable_swarm_networks_can_be_joined(
    scope: str, attachable: bool, can: bool
) -> None:
    row = NETWORK | {"Driver": "overlay", "Scope": scope, "Attachable": attachable}
    assert read.network(row).attachable is can


def test_an_engine() -> None:
    version = "1.41"
    info = {"ID": "AB:CD", "Name": "h", "SecurityOptions": ["name=seccomp,profile=default"]}
    old = read.engine("unix:///x", version, info, local=True)
    assert (old.id, old.api, old.local, old.rootless) == ("AB:CD", (1, 41), True, False)
    assert not old.addressless_links
    assert read.engine("unix:///x", "1.48", {}).addressless_links
    assert not read.engine("unix:///x", "1.9", {}).addressless_links
    assert read.engine("unix:///x", version, {"SecurityOptions": ["name=rootless"]}).rootless
    assert read.engine("unix:///x", version, {"OperatingSystem": "Docker Desktop"}).desktop
    assert not read.engine("ssh://h", version, {}, local=False).local
    assert read.engine("unix:///x", version, {"SecurityOptions": None}).id == "unix:///x"


@pytest.mark.parametrize("image", ["netc-sidecar:x", "nginx", "sha256:own"])
@pytest.mark.parametrize("labels", [{}, {"netc.helper": "web"}])
def test_a_helper_is_known_by_its_label_and_its_image(image: str, labels: dict[str, str]) -> None:
    row = {**ROW, "Image": image, "ImageID": image, "Labels": labels}
    own = frozenset({"sha256:own"})
    assert read.helper(row, own) is (bool(labels) and image != "nginx")
    assert read.nameless(row) is (bool(labels) and not image.startswith("netc-sidecar:"))
    actor = {"ID": "i", "Attributes": {"name": "n", "image": image, **labels}}
    told = {"Type": "container", "Action": "start", "Actor": actor}
    heard = read.change(msgspec.json.encode(told))
    assert (heard is None) is (bool(labels) and image.startswith("netc-sidecar:"))


@pytest.mark.parametrize(
    ("action", "name", "told"),
    [
        ("create", "netc-off-web", True),
        ("destroy", "netc-watch", True),
        ("mount", "netc-watch", False),
        ("create", "4f" * 32, False),
        ("create", "shop-data", False),
        ("prune", "", True),
    ],
)
def test_of_volumes_only_memos_are_told_of(action: str, name: str, told: bool) -> None:
    said = {"Type": "volume", "Action": action, "Actor": {"ID": name, "Attributes": {}}}
    heard = read.change(msgspec.json.encode(said))
    assert heard == (Change("volume", action, name, name) if told else None)


def test_of_a_network_container_only_what_netc_chose_is_read() -> None:
    secret = "hunter2"
    found = read.made(
        {
            "Image": "sha256:1",
            "Created": "2026-01-01T00:00:00Z",
            "Config": {"Env": ["NETC_MAC=02:00", f"TOKEN={secret}", f"NETC_OF_OTHERS={secret}"]},
            "HostConfig": {
                "Memory": 1,
                "Binds": [f"/{secret}:/x"],
                "Links": ["/web:/netc-web/netc-target", f"/db:/netc-web/{secret}"],
                "LogConfig": {"Type": "splunk", "Config": {"token": secret, "max-size": "1m"}},
            },
            "Mounts": [
                {"Type": "volume", "Destination": "/lease", "Name": secret},
                {"Type": "bind", "Destination": "/x", "Source": secret},
            ],
        }
    )
    assert found.environment == {"NETC_MAC": "02:00"}
    assert found.links == ("/web:/netc-web/netc-target",)
    assert found.mounts == ("volume /lease",)
    assert (found.limits["Memory"], found.limits["Sysctls"]) == (1, None)
    assert found.limits["LogConfig"] == {"Type": "splunk", "Config": {"max-size": "1m"}}
    assert secret not in str(found)
    assert read.made({}).environment == {}


def _event(number: int, **facts: Any) -> bytes:
    own = {"image": "netc-sidecar:1", "netc.schema": "1", "name": "netc-web", "exitCode": "7"}
    attributes = own | facts.pop("Attributes", {})
    plain = {"Type": "container", "Action": "die", "timeNano": number * 10**9 + 5_000_000}
    return msgspec.json.encode(plain | facts | {"Actor": {"ID": "i", "Attributes": attributes}})


def test_what_an_engine_remembers() -> None:
    others = (
        _event(60, Attributes={"image": "nginx"}),
        _event(61, Attributes={"netc.helper": "web"}),
        _event(62, Type="network"),
        b"not JSON",
        b"{}",
        _event(10**18),
    )
    found = read.remembered(b"\n".join([*others, _event(63, Action="exec_create: a b")]))
    assert found.since == datetime(1970, 1, 1, 0, 1, 0, 5000, UTC)
    assert (found.until - found.since).total_seconds() == 3  # type: ignore[operator]
    assert found.whole
    (happened,) = found.happened
    assert (happened.action, happened.id, happened.exit_code) == ("exec_create: a b", "i", "7")
    assert happened.labels == {"netc.schema": "1"}
    assert read.remembered(b"") == Remembered(whole=True)
    assert not read.remembered(b"\n".join(map(_event, range(256)))).whole
    assert read.remembered(b"\n".join(map(_event, range(255)))).whole
