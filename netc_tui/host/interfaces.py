"""This machine's network interfaces, and which of them can carry a LAN network."""

import errno
import fcntl
import socket
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Interface

IFF_UP, IFF_LOOPBACK = 0x1, 0x8
ARPHRD_ETHER = 1
SIOCGIFADDR = 0x8915


class Link(msgspec.Struct, frozen=True):
    """What the kernel says of an interface (rtnetlink(7)), as far as it matters here."""

    index: int
    name: str
    kind: str
    mac: str | None
    up: bool
    loopback: bool
    ether: bool
    carrier: bool
    wireless: bool = False
    master: str | None = None
    """The bridge or bond that it is a port of."""
    master_kind: str | None = None
    addresses: tuple[str, ...] = ()


def links(name: str | None = None) -> tuple[Link, ...]:
    """All links of this network namespace; with a name that one, and what it is a port of. No
    privilege is needed.

    pyroute2 makes hundreds of objects of each link, and a Docker host has one for each container:
    who needs one link reads one.
    """
    from pyroute2 import IPRoute  # late: it takes as long as the rest of a short command

    with IPRoute() as netlink:
        rows = list(netlink.get_links()) if name is None else _named(netlink, name)
        addresses: dict[int, list[str]] = {}
        for row in netlink.get_addr(family=socket.AF_INET):
            addresses.setdefault(row["index"], []).append(
                f"{row.get_attr('IFA_ADDRESS')}/{row['prefixlen']}"
            )
    names = {row["index"]: row for row in rows}
    wireless = wireless_names()
    return tuple(
        _link(row, names, tuple(addresses.get(row["index"], ())), wireless) for row in rows
    )


def _named(netlink: Any, name: str) -> list[Any]:
    """The link of that name with its master; none when there is no such link."""
    from pyroute2.netlink.exceptions import NetlinkError

    try:
        rows = list(netlink.link("get", ifname=name))
        if master := rows[0].get_attr("IFLA_MASTER"):
            rows += netlink.link("get", index=master)
    except NetlinkError as error:
        if error.code != errno.ENODEV:
            raise
        return []
    return rows


def _link(
    row: Any, by_index: Mapping[int, Any], addresses: tuple[str, ...], wireless: frozenset[str]
) -> Link:
    name = row.get_attr("IFLA_IFNAME")
    master = by_index.get(row.get_attr("IFLA_MASTER") or 0)
    flags = row["flags"]
    return Link(
        index=row["index"],
        name=name,
        kind=_kind(row) or "ethernet",
        mac=row.get_attr("IFLA_ADDRESS"),
        up=bool(flags & IFF_UP),
        loopback=bool(flags & IFF_LOOPBACK),
        ether=row["ifi_type"] == ARPHRD_ETHER,
        carrier=bool(row.get_attr("IFLA_CARRIER")),
        wireless=name in wireless,
        master=master.get_attr("IFLA_IFNAME") if master is not None else None,
        master_kind=_kind(master) if master is not None else None,
        addresses=addresses,
    )


def _kind(row: Any) -> str | None:
    info = row.get_attr("IFLA_LINKINFO")
    return info.get_attr("IFLA_INFO_KIND") if info is not None else None


def wireless_names() -> frozenset[str]:
    """The wireless ones: by the table that the kernel keeps of them, or by their entry in sysfs."""
    names: set[str] = set()
    table = Path("/proc/net/wireless")
    if table.exists():
        names |= {line.split(":")[0].strip() for line in table.read_text().splitlines()[2:]}
    names |= {path.parent.name for path in Path("/sys/class/net").glob("*/phy80211")}
    return frozenset(names)


def unfit(link: Link, docker_bridges: frozenset[str], ipvlan: Mapping[str, str]) -> str | None:
    """Why a link cannot carry a LAN network, with what to do where something can be done.

    ``docker_bridges`` are the bridges of Docker's networks; ``ipvlan`` maps the parents of ipvlan
    networks to these networks' names.
    """
    if link.loopback:
        return "it is the loopback"
    if not link.ether:
        return "it is no Ethernet interface; macvlan needs one"
    if link.name in docker_bridges or link.name == "docker_gwbridge":
        return "it was made by Docker for its own containers"
    if link.master is not None and link.master in docker_bridges:
        return f"it was made by Docker: a container's end in the bridge {link.master}"
    if link.master is not None and link.master_kind != "vrf":
        return f"it is a port of {link.master}; take {link.master} itself"
    if link.wireless:
        return "it is wireless: access points drop frames of further MAC addresses"
    if link.name in ipvlan:
        return f"the ipvlan network {ipvlan[link.name]} is on it, which excludes macvlan"
    if not link.up:
        return f"it is down; bring it up with: ip link set {link.name} up"
    if not link.carrier:
        return "it has no carrier; is the cable in?"
    return None


def interfaces(
    found: Sequence[Link], docker_bridges: frozenset[str], ipvlan: Mapping[str, str]
) -> tuple[Interface, ...]:
    """All interfaces, fit ones first, each with the reason where it is unfit."""
    judged = [
        Interface(
            name=link.name,
            kind="wireless" if link.wireless else link.kind,
            mac=link.mac,
            addresses=link.addresses,
            up=link.up,
            carrier=link.carrier,
            unfit=unfit(link, docker_bridges, ipvlan),
            of_container=link.master is not None and link.master in docker_bridges,
        )
        for link in found
    ]
    return tuple(
        sorted(judged, key=lambda interface: (interface.unfit is not None, interface.name))
    )


def names() -> tuple[str, ...]:
    """The names of this machine's interfaces, fast."""
    return tuple(name for _, name in socket.if_nameindex())


def address(name: str) -> str | None:
    """The first IPv4 address of an interface of this machine, fast (netdevice(7), SIOCGIFADDR)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            # struct ifreq: a name of 16 bytes, then a struct sockaddr_in.
            answer = fcntl.ioctl(asking, SIOCGIFADDR, struct.pack("16s24x", name.encode()))
        except OSError:
            return None
    return socket.inet_ntoa(answer[20:24])


def check_known(name: str) -> None:
    """Raise NetcError (interface), offering the nearest, when there is no such interface."""
    from difflib import get_close_matches

    known = names()
    if name in known:
        return
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else "`netc interfaces` shows which there are"
    raise NetcError(f"no interface {name!r} on this machine; {hint}", Exit.INTERFACE)
