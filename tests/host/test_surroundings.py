"""What this machine tells of a path: made up ones, and a namespace of our own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.diagnosis.facts import Neighbour
from netc_tui.core.errors import NetcError
from netc_tui.host import interfaces, routes, surroundings
from netc_tui.host.surroundings import look, own_address, unfit, virtual
from tests.machine import link

BEGIN = """
import asyncio, os, subprocess, sys, threading, time
from netc_tui.core.diagnosis.facts import Surroundings, Neighbour
from netc_tui.core.diagnosis.facts import Neighbour
from netc_tui.core.errors import NetcError
from netc_tui.host.surroundings import astray, look

def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)

def cable(*more):
    ip("link", "add", "near", "address", "02:00:00:00:00:01", "type", "veth",
       "peer", "name", "far", "address", "02:00:00:00:00:02", *more)
    ip("addr", "add", "10.0.0.1/24", "dev", "near")
    ip("link", "set", "near", "up")

def timed(*arguments):
    begun = time.monotonic()
    seen = look(*arguments)
    assert time.monotonic() - begun < 2
    return seen
"""


def inside(code: str) -> None:
    """Run lines in a network namespace of their own."""
    command = ["unshare", "--net", sys.executable, "-c", f"{BEGIN}\n{code}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(surroundings, "ROOT", tmp_path)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("vendor", "product", "name"),
    [
        ("VMware, Inc.", "VMware20,1", "VMware"),
        ("innotek GmbH", "VirtualBox", "VirtualBox"),
        ("QEMU", "Standard PC (Q35 + ICH9, 2009)", "KVM/QEMU"),
        ("Red Hat", "KVM", "KVM/QEMU"),
        ("Microsoft Corporation", "Virtual Machine", "Hyper-V"),
        ("Microsoft Corporation", "Surface Pro 7", None),
        ("Xen", "HVM domU", "Xen"),
        ("Dell Inc.", "PowerEdge R730 (Xeon)", None),
        ("", "", None),
        (None, None, None),
    ],
)
def test_hypervisors(root: Path, vendor: str | None, product: str | None, name: str | None) -> None:
    for file, text in (("sys_vendor", vendor), ("product_name", product)):
        if text is not None:
            write(root / "sys/class/dmi/id" / file, f"{text}\n")
    assert virtual() == name


def test_a_bridge_filters_by_either_switch(root: Path) -> None:
    assert not surroundings.filters("br0")
    for path in ("proc/sys/net/bridge/bridge-nf-call-iptables",
                 "sys/class/net/br0/bridge/nf_call_iptables"):  # fmt: skip
        write(root / path, "1\n")
        assert surroundings.filters("br0")
        write(root / path, "0\n")
        assert not surroundings.filters("br0")


def test_unfit_is_what_stays_unfit_when_it_is_up() -> None:
    for gone in ({"up": False, "carrier": False}, {"carrier": False}, {"kind": "bridge"}):
        assert unfit(link("eth5", **gone)) is None
    for facts, word in (
        ({"wireless": True, "up": False}, "wireless"),
        ({"master": "br0", "master_kind": "bridge"}, "br0"),
        ({"ether": False}, "Ethernet"),
        ({"loopback": True}, "loopback"),
    ):
        assert word in (unfit(link("eth5", **facts)) or "")


def test_a_gateway_is_asked_from_the_address_of_its_own_network() -> None:
    eth1 = link("eth1", addresses=("192.168.7.9/24", "10.0.0.1/24"))
    links = (eth1, link("eth2", addresses=("10.0.0.77/24",)))
    assert own_address(links, eth1, "10.0.0.254") == "10.0.0.1"
    assert own_address(links, eth1, "192.168.7.1") == "192.168.7.9"
    for elsewhere in ("172.16.0.1", "10.0.0.1", "10.0.0.77", None, "", "junk", "fe80::1", "1.2.3"):
        assert own_address(links, eth1, elsewhere) is None


@given(st.text(max_size=20))
def test_no_text_of_a_gateway_raises(text: str) -> None:
    eth1 = link("eth1", addresses=("10.0.0.1/24",))
    own_address((eth1,), eth1, text)


def test_there_is_no_such_interface() -> None:
    seen = look("nosuch0", "10.0.0.1", "10.0.0.5")
    assert not seen.there
    assert seen.gateway is seen.address is None
    assert not seen.routed


def test_junk_for_addresses_is_passed_over() -> None:
    seen = look("lo", "junk", "more junk")
    assert seen.there
    assert "loopback" in (seen.unfit or "")
    assert seen.gateway is seen.address is None


def test_a_kernel_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(os.strerror(93))

    monkeypatch.setattr(interfaces, "links", fail)
    with pytest.raises(NetcError, match="does not tell of eth1: Protocol not supported"):
        look("eth1", None, None)


def test_routes_of_others_are_not_ours() -> None:
    assert not routes.there("127.0.0.1")
    assert not routes.there("junk")


def test_an_interface_as_it_changes() -> None:
    inside(
        """
cable()
seen = look("near", None, None)
assert (seen.there, seen.up, seen.carrier, seen.unfit) == (True, True, False, None), seen
assert seen.addresses == ("10.0.0.1/24",), seen
ip("link", "set", "far", "up")
time.sleep(0.2)
assert look("near", None, None).carrier
ip("link", "set", "near", "down")
seen = look("near", None, None)
assert (seen.there, seen.up, seen.carrier, seen.unfit) == (True, False, False, None), seen
ip("link", "add", "br0", "type", "bridge")
ip("link", "set", "near", "master", "br0")
assert "br0" in look("near", None, None).unfit
ip("link", "del", "near")
assert not look("near", None, None).there
"""
    )


def test_a_neighbour_that_does_not_answer() -> None:
    inside(
        """
cable()
ip("link", "set", "far", "up")
time.sleep(0.2)
seen = timed("near", "10.0.0.254", "10.0.0.5")
assert seen.gateway.state in ("incomplete", "failed"), seen
assert seen.gateway.mac is None, seen
assert seen.address is None, "nobody asked for it"
assert look("near", "10.9.9.9", None).gateway is None, "it is elsewhere"
assert look("near", "10.0.0.1", None).gateway is None, "it is this machine"
"""
    )


def test_a_neighbour_that_was_there_a_moment_ago_is_asked_again() -> None:
    """With root. The kernel itself would believe in it for half a minute."""
    inside(
        """
cable()
ip("link", "set", "far", "up")
time.sleep(0.2)
def know(state):
    ip("neigh", "replace", "10.0.0.254", "lladdr", "02:00:00:00:00:07", "dev", "near", "nud", state)

for state in ("reachable", "stale", "delay"):
    know(state)
    seen = timed("near", "10.0.0.254", None)
    assert seen.gateway == Neighbour("probe", "02:00:00:00:00:07"), (state, seen)
know("permanent")
assert timed("near", "10.0.0.254", None).gateway.state == "permanent"
"""
    )


def test_packets_that_go_astray() -> None:
    inside(
        """
def frame(to, target="10.0.0.5", source="10.0.0.9", kind="0800", rest=b"." * 80):
    addresses = bytes(int(part) for text in (source, target) for part in text.split("."))
    head = bytes.fromhex(to.replace(":", "") + "020000000002" + kind)
    head += bytes.fromhex("450000280000000040060000")
    return head + addresses + rest

async def main():
    from netc_tui.host import frames
    cable()
    ip("link", "set", "far", "up")
    # Another network container on this host: the kernel hands it what is for its MAC.
    ip("link", "add", "link", "near", "name", "other", "address", "02:00:00:00:00:bb",
       "type", "macvlan", "mode", "bridge")
    ip("link", "set", "other", "up")
    mac = "02:00:00:00:00:aa"
    listening = asyncio.create_task(astray("near", "10.0.0.5", mac, 0.6))
    quiet = asyncio.create_task(astray("near", "10.0.0.5", mac, 0.2))
    assert await quiet == ()
    with frames.listening("far", frames.ETH_P_ALL, frames.program([])) as far:
        for number in range(20):
            far.send(frame(mac))
            far.send(frame("ff:ff:ff:ff:ff:ff"))
            far.send(frame("01:00:5e:00:00:01"))
            far.send(frame("02:00:00:00:00:bb", target="10.0.0.6"))
            far.send(frame("02:00:00:00:00:bb", kind="86dd"))
            far.send(frame("02:00:00:00:00:bb"))
            far.send(frame("02:00:00:00:00:ab", source="10.0.0.8"))
            far.send(frame("02:00:00:00:01:aa", source="10.0.0.7"))
            far.send(frame("02:00:00:00:00:bb")[:20])
            far.send(frame("02:00:00:00:00:bb", source="10.0.0.4", kind="810000050800"))
    assert await listening == (
        ("10.0.0.7", "02:00:00:00:01:aa"),
        ("10.0.0.8", "02:00:00:00:00:ab"),
        ("10.0.0.9", "02:00:00:00:00:bb"),
    )
asyncio.run(main())
"""
    )


def test_a_flood_of_them_is_cut_short() -> None:
    inside(
        """
def frame(number):
    head = bytes.fromhex("0200000000bb020000000002" "0800" "450000280000000040060000")
    return head + bytes([10, 0, number >> 8, number & 255, 10, 0, 0, 5]) + b"." * 40

async def main():
    from netc_tui.host import frames
    from netc_tui.host.surroundings import MOST
    NOTHING = frames.program([frames.Instruction(frames.RETURN, 0)])
    cable()
    ip("link", "set", "far", "up")
    listening = asyncio.create_task(astray("near", "10.0.0.5", "02:00:00:00:00:aa", 10))
    await asyncio.sleep(0.1)
    begun = time.monotonic()
    with frames.listening("far", frames.ETH_P_ALL, NOTHING) as far:
        for number in range(1000):
            far.send(frame(number))
    found = await listening
    assert MOST <= len(found) <= MOST + frames.AT_ONCE
    assert time.monotonic() - begun < 3
asyncio.run(main())
"""
    )


class Row(dict[str, int]):
    """What the kernel tells of a neighbour that was asked for in vain, so long ago."""

    def __init__(self, seconds: float) -> None:
        super().__init__(state=0x20)
        self.ticks = int(seconds * surroundings.TICKS)

    def get_attr(self, name: str) -> dict[str, int] | None:
        return {"ndm_updated": self.ticks} if name == "NDA_CACHEINFO" else None


@pytest.mark.parametrize(("seconds", "told"), [(1, True), (59, True), (61, False), (4000, False)])
def test_who_was_asked_for_in_vain_long_ago_is_not_told(seconds: float, told: bool) -> None:
    """The kernel keeps the entry for hours."""

    class Netlink:
        def neigh(self, *_: object, **__: object) -> list[Row]:
            return [Row(seconds)]

    found = surroundings._known(Netlink(), 2, "10.0.0.5", surroundings.LATELY)
    assert found == (Neighbour("failed") if told else None)
    assert surroundings._known(Netlink(), 2, "10.0.0.5") == Neighbour("failed")
