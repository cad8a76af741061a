"""Routes of this machine to network containers.

The kernel keeps a macvlan link and its parent apart: from the host itself the LAN address of a
network container is out of reach through the interface. Over the bridge that it shares with its
service it is not, because it answers ARP for its LAN address there too.
"""

import errno
import socket
from typing import Any

from netc_tui.core.errors import Exit, NetcError

RT_TABLE_MAIN = 254
PROTOCOL = 0x6E
"""Routing protocol number (rtnetlink(7), above 4: user space) that marks our routes: ``n``."""


def add(address: str, bridge: str) -> bool:
    """Route ``address``/32 over ``bridge``; False when it is routed so already.

    Raises NetcError when not permitted, or when somebody else's route is in the way.
    """
    from pyroute2 import IPRoute, NetlinkError

    with IPRoute() as netlink:
        index = _index(netlink, bridge)
        for row in _to(netlink, address):
            if row["proto"] != PROTOCOL:
                raise NetcError(
                    f"there is a route to {address} that is not netc's; remove it first"
                )
            if row.get_attr("RTA_OIF") == index:
                return False
        try:
            netlink.route("replace", dst=f"{address}/32", oif=index, proto=PROTOCOL, scope="link")
        except NetlinkError as error:
            raise _refused(error) from error
    return True


def delete(address: str) -> bool:
    """Remove our route to ``address``; False when there is none. Raises NetcError."""
    from pyroute2 import IPRoute, NetlinkError

    with IPRoute() as netlink:
        own = [row for row in _to(netlink, address) if row["proto"] == PROTOCOL]
        for row in own:
            try:
                netlink.route(
                    "del",
                    dst=f"{address}/32",
                    oif=row.get_attr("RTA_OIF"),
                    proto=PROTOCOL,
                    scope=row["scope"],
                )
            except NetlinkError as error:
                raise _refused(error) from error
    return bool(own)


def there(address: str) -> bool:
    """Is there a route of ours to ``address``? No privilege is needed."""
    from pyroute2 import IPRoute

    with IPRoute() as netlink:
        return any(row["proto"] == PROTOCOL for row in _to(netlink, address))


def _to(netlink: Any, address: str) -> list[Any]:
    """The routes of the main table to that one address. (The kernel filters by table at most.)"""
    return [
        row
        for row in netlink.get_routes(family=socket.AF_INET, table=RT_TABLE_MAIN)
        if row.get_attr("RTA_DST") == address and row["dst_len"] == 32
    ]


def _index(netlink: Any, bridge: str) -> int:
    found = netlink.link_lookup(ifname=bridge)
    if not found:
        raise NetcError(f"the bridge {bridge} is not on this machine; is the engine a remote one?")
    return int(found[0])


def _refused(error: Exception) -> NetcError:
    if getattr(error, "code", None) in (errno.EPERM, errno.EACCES):
        return NetcError("routes of this host need root: run it with sudo", Exit.ENGINE)
    return NetcError(f"the kernel refuses the route: {error}")
