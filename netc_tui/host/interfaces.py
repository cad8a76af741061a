"""This machine's network interfaces, as its kernel tells of them."""

import errno
import fcntl
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netc_tui.core import links as core
from netc_tui.core.links import Link

SIOCGIFADDR = 0x8915


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
            # Of a link to one other machine IFA_ADDRESS is that one's.
            own = row.get_attr("IFA_LOCAL") or row.get_attr("IFA_ADDRESS")
            addresses.setdefault(row["index"], []).append(f"{own}/{row['prefixlen']}")
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
        up=bool(flags & core.IFF_UP),
        loopback=bool(flags & core.IFF_LOOPBACK),
        ether=row["ifi_type"] == core.ARPHRD_ETHER,
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
    core.check_known(name, names(), "on this machine")
