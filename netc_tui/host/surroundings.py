"""What this machine knows of a path that goes through it.

``look`` needs no privilege. With root it is surer: the kernel asks a gateway again that it knows.
"""

import asyncio
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

import msgspec

from netc_tui.core import links as core
from netc_tui.core.diagnosis.facts import Neighbour, Surroundings
from netc_tui.core.errors import NetcError
from netc_tui.core.links import Link
from netc_tui.host import frames, interfaces, routes
from netc_tui.host.frames import Instruction

ROOT = Path("/")
ANSWER = 1.0
"""So long a gateway has to answer, in seconds."""
DISCARD = 9
TICKS = 100
"""Of the kernel's clock for programs (USER_HZ), in a second."""
LATELY = 60
"""Seconds in which a program on this machine asked for an address. The kernel remembers one that
it asked for in vain much longer."""
SETTLED = ("reachable", "failed", "permanent", "noarp")
"""What does not change any more when a neighbour was asked for."""
PAUSE = 0.05
"""Between two looks at what went astray: of a stream of it a few packets say all."""
MOST = 64
"""Of neighbours that are told; a stranger can make up any number."""

HYPERVISORS = (
    ("vmware", "VMware"),
    ("virtualbox", "VirtualBox"),
    ("innotek", "VirtualBox"),
    ("qemu", "KVM/QEMU"),
    ("kvm", "KVM/QEMU"),
    ("microsoft corporation virtual machine", "Hyper-V"),
    ("xen", "Xen"),
    ("hvm domu", "Xen"),
)
"""What is said in the firmware's words for maker and product, and of whom it is."""


def look(interface: str, gateway: str | None, address: str | None) -> Surroundings:
    """This machine as far as a path through an interface is concerned. It blocks, 1.2 s at most.

    ``gateway`` is asked for, by the kernel; the leased ``address`` is not. Raises NetcError where
    the kernel does not tell.
    """
    from pyroute2 import IPRoute, NetlinkError  # late, as in interfaces

    try:
        links = interfaces.links()
        link = next((link for link in links if link.name == interface), None)
        routed = address is not None and routes.there(address)
        if link is None:
            return Surroundings(there=False, virtual=virtual(), routed=routed)
        with IPRoute() as netlink:
            return Surroundings(
                there=True,
                up=link.up,
                carrier=link.carrier,
                unfit=unfit(link),
                addresses=link.addresses,
                filters=link.kind == "bridge" and filters(interface),
                virtual=virtual(),
                gateway=_asked(netlink, link, own_address(links, link, gateway), gateway),
                address=_known(netlink, link.index, address, LATELY) if address else None,
                routed=routed,
            )
    except (OSError, NetlinkError) as error:
        raise NetcError(f"the kernel does not tell of {interface}: {error}") from error


async def astray(
    interface: str, address: str, mac: str, seconds: float = 1.5
) -> tuple[tuple[str, str], ...]:
    """Who sends packets for ``address`` to another MAC than its own: their address, and that MAC.

    Of what passes the interface while it listens; a switch keeps from it what goes elsewhere.
    Raises NetcError when not permitted, or when the interface is gone or down.
    """
    loop = asyncio.get_running_loop()
    found: set[tuple[str, str]] = set()
    # All protocols: only there is what the kernel hands on to other macvlan links.
    with frames.listening(interface, frames.ETH_P_ALL, strays(address, mac)) as held:
        frames.hear_all(held)
        until = loop.time() + seconds
        while loop.time() < until and len(found) < MOST:
            found |= {
                (socket.inet_ntoa(frame[26:30]), frame[:6].hex(":"))
                for frame in await frames.arrived(held, until)
                if len(frame) >= frames.HEADER + 20
            }
            await asyncio.sleep(PAUSE)
    return tuple(sorted(found))


def strays(address: str, mac: str) -> bytes:
    """The filter for IPv4 packets for ``address``, to one machine, but not to that of ``mac``."""
    octets = bytes.fromhex(mac.replace(":", ""))
    steps = (
        Instruction(frames.HALF, 12),
        Instruction(frames.EQUAL, frames.ETH_P_IP, no="drop"),
        Instruction(frames.WORD, frames.HEADER + 16),
        Instruction(frames.EQUAL, int(IPv4Address(address)), no="drop"),
        Instruction(frames.HALF, frames.VLAN),
        Instruction(frames.ANY_BIT, 0x1, yes="drop"),  # it is on another LAN
        Instruction(frames.BYTE, 0),
        Instruction(frames.ANY_BIT, 0x01, yes="drop"),  # it is for several
        Instruction(frames.WORD, 0),
        Instruction(frames.EQUAL, int.from_bytes(octets[:4]), no="keep"),
        Instruction(frames.HALF, 4),
        Instruction(frames.EQUAL, int.from_bytes(octets[4:]), yes="drop"),
    )
    return frames.program(steps, frames.HEADER + 20)


def unfit(link: Link) -> str | None:
    """Why a link could carry no LAN network even if it were up."""
    return core.unfit(msgspec.structs.replace(link, up=True, carrier=True), frozenset(), {})


def filters(bridge: str) -> bool:
    """Do packets that only pass a bridge go through iptables?"""
    return "1" in (
        _line("proc/sys/net/bridge/bridge-nf-call-iptables"),
        _line(f"sys/class/net/{bridge}/bridge/nf_call_iptables"),
    )


def virtual() -> str | None:
    """The hypervisor that this machine runs on, as its firmware tells; None: it tells of none."""
    names = (_line(f"sys/class/dmi/id/{name}") for name in ("sys_vendor", "product_name"))
    said = " ".join(names).lower()
    return next((name for words, name in HYPERVISORS if words in said), None)


def own_address(links: Sequence[Link], link: Link, gateway: str | None) -> str | None:
    """The address of a link from which a gateway is asked; None: it is not on its networks, or is
    this machine itself."""
    own = [IPv4Interface(address) for other in links for address in other.addresses]
    asked = _parsed(gateway)
    if asked is None or asked in {address.ip for address in own}:
        return None
    here = (IPv4Interface(address) for address in link.addresses)
    return next((str(address.ip) for address in here if asked in address.network), None)


def _asked(netlink: Any, link: Link, own: str | None, gateway: str | None) -> Neighbour | None:
    """What becomes of a neighbour when something is sent to it."""
    if own is None or gateway is None:
        return None
    until = time.monotonic() + ANSWER
    kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
    with socket.socket(socket.AF_INET, kind) as asking:
        with suppress(OSError):  # older kernels want root for it; then the routes decide
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, link.name.encode())
        with suppress(OSError):  # the host's own firewall may not let it out
            asking.bind((own, 0))
            asking.connect((gateway, DISCARD))
            asking.send(b"")
        _ask_again(netlink, link.index, gateway)
        pause = 0.005
        while True:
            known = _known(netlink, link.index, gateway)
            if known is not None and _refused(asking):
                return Neighbour("reachable", known.mac)  # it said itself that nothing listens
            if known is not None and known.state in SETTLED:
                return known
            if time.monotonic() + pause > until:
                return known
            time.sleep(pause)
            pause = min(pause * 2, 0.1)


def _ask_again(netlink: Any, index: int, address: str) -> None:
    """Have the kernel ask a neighbour that it believes to know; without root it does so later."""
    from pyroute2 import NetlinkError

    known = _known(netlink, index, address)
    if known is not None and known.state in ("reachable", "stale", "delay"):
        with suppress(NetlinkError):
            netlink.neigh("change", dst=address, ifindex=index, state="probe")


def _refused(asking: socket.socket) -> bool:
    try:
        asking.recv(1)
    except ConnectionRefusedError:
        return True
    except OSError:
        pass
    return False


def _known(netlink: Any, index: int, address: str, seconds: float = 0) -> Neighbour | None:
    """The entry of an address in the table of neighbours, if it is not older than so many seconds
    (0: however old). Nobody is asked."""
    from pyroute2 import NetlinkError
    from pyroute2.netlink.rtnl import ndmsg

    if _parsed(address) is None:
        return None
    try:
        rows = netlink.neigh("get", family=socket.AF_INET, dst=address, ifindex=index)
    except NetlinkError:  # there is none
        return None
    names = {number: name for name, number in ndmsg.states.items()}
    for row in rows:
        times = row.get_attr("NDA_CACHEINFO") or {}
        if seconds and times.get("ndm_updated", 0) / TICKS > seconds:
            return None
        return Neighbour(names.get(row["state"], "none"), row.get_attr("NDA_LLADDR"))
    return None


def _parsed(address: str | None) -> IPv4Address | None:
    try:
        return IPv4Address(address or "")
    except ValueError:
        return None


def _line(path: str) -> str:
    try:
        return (ROOT / path).read_text(errors="replace").strip()
    except OSError:
        return ""
