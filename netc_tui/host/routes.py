"""Routes of this machine to network containers.

The kernel keeps a macvlan link and its parent apart: from the host itself the LAN address of a
network container is out of reach through the interface. Over the bridge that it shares with its
service it is not, because it answers ARP for its LAN address there too.
"""

import errno

from netc_tui.core.errors import Exit, NetcError

PROTOCOL = 0x6E
"""Routing protocol number (rtnetlink(7), above 4: user space) that marks our routes: ``n``."""


def add(address: str, bridge: str) -> bool:
    """Route ``address``/32 over ``bridge``; False when it is routed so already.

    Raises NetcError when not permitted, or when somebody else's route is in the way.
    """
    from pyroute2 import IPRoute, NetlinkError

    with IPRoute() as netlink:
        index = _index(netlink, bridge)
        for row in netlink.get_routes(family=2, dst=address, dst_len=32, table=254):
            if row.get_attr("RTA_OIF") == index and row["proto"] == PROTOCOL:
                return False
            if row["proto"] != PROTOCOL:
                raise NetcError(
                    f"there is a route to {address} that is not netc's; remove it first"
                )
        try:
            netlink.route(
                "replace", dst=f"{address}/32", oif=index, proto=PROTOCOL, scope="link", table=254
            )
        except NetlinkError as error:
            raise _refused(error) from error
    return True


def delete(address: str) -> bool:
    """Remove our route to ``address``; False when there is none. Raises NetcError."""
    from pyroute2 import IPRoute, NetlinkError

    with IPRoute() as netlink:
        ours = [
            row
            for row in netlink.get_routes(family=2, dst=address, dst_len=32, table=254)
            if row["proto"] == PROTOCOL
        ]
        for row in ours:
            try:
                netlink.route(
                    "del",
                    dst=f"{address}/32",
                    oif=row.get_attr("RTA_OIF"),
                    proto=PROTOCOL,
                    table=254,
                )
            except NetlinkError as error:
                raise _refused(error) from error
    return bool(ours)


def ours() -> dict[str, str]:
    """The addresses that routes of ours lead to, with the interface each goes over."""
    from pyroute2 import IPRoute

    with IPRoute() as netlink:
        names = {row["index"]: row.get_attr("IFLA_IFNAME") for row in netlink.get_links()}
        return {
            row.get_attr("RTA_DST"): names.get(row.get_attr("RTA_OIF"), "?")
            for row in netlink.get_routes(family=2, table=254)
            if row["proto"] == PROTOCOL
        }


def _index(netlink: object, bridge: str) -> int:
    found = netlink.link_lookup(ifname=bridge)  # type: ignore[attr-defined]
    if not found:
        raise NetcError(f"the bridge {bridge} is not on this machine; is the engine a remote one?")
    return int(found[0])


def _refused(error: Exception) -> NetcError:
    if getattr(error, "code", None) in (errno.EPERM, errno.EACCES):
        return NetcError("routes of this host need root: run it with sudo", Exit.ENGINE)
    return NetcError(f"the kernel refuses the route: {error}")
