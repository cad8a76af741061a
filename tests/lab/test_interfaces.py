"""Which interfaces can carry a LAN network, and why the others cannot."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from netc_tui.core.links import Link, unfit

from .conftest import Site

REASONS = {
    "lo": "it is the loopback",
    "down0": "it is down; bring it up with: ip link set down0 up",
    "loose0": "it has no carrier",
    "port0": "it is a port of br-lan; take br-lan itself",
    "docker0": "made by Docker for its own containers",
    "tun0": "it is no Ethernet interface",
    "eth2": "the ipvlan network sticky is on it",
}
FIT = ("br-lan", "eth1", "far0", "far1", "far2")
LINKS = """\
link add down0 type veth peer name down1
link add loose0 type veth peer name loose1
link set loose0 up
link add br-lan type bridge
link add port0 type veth peer name far0
link set port0 master br-lan up
link set far0 up
link set br-lan up
link add far1 type veth peer name far2
link set far1 up
link set far2 up
"""
MADE = ("down0", "loose0", "br-lan", "port0", "far1", "tun0")


@pytest.fixture
def host(site: Site) -> Iterator[Site]:
    """The lab with odd interfaces on its Docker host."""
    ip = ["ip", "-n", site.lab.host_ns]
    try:
        subprocess.run([*ip, "-batch", "-"], input=LINKS, text=True, check=True)
        subprocess.run([*ip, "tuntap", "add", "tun0", "mode", "tun"], check=True)
        # Nothing of it is made in the kernel, which may have no ipvlan, until a container starts.
        site.docker("network", "create", "-d", "ipvlan", "-o", "parent=eth2", "sticky")
        yield site
    finally:
        site.docker("network", "rm", "sticky", check=False)
        for name in MADE:
            subprocess.run([*ip, "link", "del", name], check=False, capture_output=True)


def read(site: Site) -> dict[str, dict[str, Any]]:
    document = json.loads(site.netc("interfaces", "--json"))
    assert document["schema"] == 1
    return {row["name"]: row for row in document["interfaces"]}


def test_each_interface_says_whether_it_is_fit_and_why_not(host: Site) -> None:
    found = read(host)
    for name, reason in REASONS.items():
        assert reason in (found[name]["unfit"] or ""), found[name]
    for name in FIT:
        assert found[name]["unfit"] is None, found[name]
    assert tuple(found)[: len(FIT)] == FIT, "fit ones come first"
    assert found["eth1"]["addresses"] == [f"{host.lab.HOST_IP}/24"]
    assert found["br-lan"]["kind"] == "bridge"
    assert (found["loose0"]["carrier"], found["eth1"]["carrier"]) == (False, True)


def test_a_containers_end_of_dockers_bridge_is_unfit(host: Site) -> None:
    ports = [name for name in read(host) if name.startswith("veth")]
    assert ports
    for name, row in read(host).items():
        if name in ports:
            assert "it was made by Docker: a container's end in the bridge" in row["unfit"]
    said = host.run("up", "web1", ports[0])
    assert said.returncode == 6
    assert f"interface {ports[0]} is unfit: it was made by Docker" in said.stderr


def test_up_refuses_an_unfit_interface_and_changes_nothing(host: Site) -> None:
    for name, reason in REASONS.items():
        for options in ([], ["--dry-run"]):
            said = host.run("up", "web1", name, *options)
            assert said.returncode == 6, said
            assert said.stdout == ""
            assert said.stderr.startswith("netc: "), said.stderr
            assert said.stderr.count("\n") == 1, said.stderr
            if name != "eth2":
                assert f"interface {name} is unfit: " in said.stderr
                assert reason in said.stderr
            else:
                assert "ipvlan network sticky" in said.stderr
    assert host.leftovers() == []


def test_a_table_for_people(host: Site) -> None:
    printed = host.netc("interfaces").splitlines()
    rows = {line.split()[0]: line for line in printed if line.strip()}
    for name, reason in REASONS.items():
        assert reason in rows[name]
    assert "INTERFACE" in rows


def test_a_bridge_carries_a_lan_network(host: Site) -> None:
    """To the end of what can be seen without a DHCP server there."""
    said = host.run("up", "web1", "br-lan", "--timeout", "1")
    assert said.returncode == 4, said.stderr
    assert host.leftovers() == ["netc-web1", "netc-lan-br-lan"]
    host.netc("down", "web1")
    assert host.leftovers() == []


def test_a_vlan_interface_is_fit() -> None:
    """As the kernel would tell of one; not every kernel can make one."""
    link = Link(7, "eth1.5", "vlan", "02:00:00:00:00:05", True, False, True, True)
    assert unfit(link, frozenset({"docker0"}), {"eth1": "on its parent"}) is None


def test_an_interface_that_goes_down_later_is_still_known(host: Site) -> None:
    """What is on already stays on: the interface was fit for it, and Docker holds it."""
    address = host.up("web1", "eth1")
    ip = ["ip", "-n", host.lab.host_ns, "link", "set", "eth1"]
    subprocess.run([*ip, "down"], check=True)
    try:
        assert "it is down" in read(host)["eth1"]["unfit"]
        out = host.netc("up", "web1", "eth1", code=7)
        assert out == f"ip={address}\n", "it has its address, and nobody reaches it"
    finally:
        subprocess.run([*ip, "up"], check=True)


def test_an_interface_that_went_down_is_refused_though_its_lan_network_is_there(site: Site) -> None:
    address = site.up("web1")
    site.lab.exec(["ip", "link", "set", "eth1", "down"])
    try:
        said = site.run("up", "web2", "eth1")
        assert (said.returncode, said.stdout) == (6, "")
        assert "interface eth1 is unfit: it is down" in said.stderr
        assert "netc-web2" not in site.leftovers()
        said = site.run("up", "web1", "eth1")
        assert said.stdout == f"ip={address}\n", "what is on already is left as it is"
        assert said.returncode == 7
        assert "broken at lan: link on the LAN: no carrier" in said.stderr
    finally:
        site.lab.exec(["ip", "link", "set", "eth1", "up"])
    assert site.get(address) == "web1"
