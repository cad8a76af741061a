"""What is asked about networks. Calls block."""

from typing import Any

from docker.api.client import APIClient

from netc_tui.core.plan import CreateNetwork, CreatePrivateNetwork

LAN_LINK = {
    "com.docker.network.endpoint.sysctls": ",".join(
        f"net.ipv4.conf.IFNAME.{name}=1" for name in ("arp_ignore", "rp_filter")
    )
}
"""Driver options of the link to the LAN: it answers ARP for addresses of its own only, not for the
one on the service's network. (There the LAN address is to be answered for: ``netc route add``.)"""
LINK_SYSCTLS = (1, 46)
"""The version of the API from which on a sysctl can be for one link."""


def create(client: APIClient, wanted: CreateNetwork | CreatePrivateNetwork) -> None:
    """See EngineApi.create_network."""
    private = isinstance(wanted, CreatePrivateNetwork)
    options: dict[str, str] = {}
    pool: dict[str, str] = {}
    ipam: Any = None
    if isinstance(wanted, CreatePrivateNetwork):
        pool = {"Subnet": wanted.subnet, "Gateway": wanted.gateway}
    else:
        options = {"parent": wanted.interface}
        if wanted.subnet is None:
            options["com.docker.network.enable_ipv4"] = "false"
        else:
            pool = {"Subnet": wanted.subnet}
    if pool:
        ipam = {"Driver": "default", "Config": [pool]}
    client.create_network(
        wanted.name,
        driver="bridge" if private else "macvlan",
        options=options,
        ipam=ipam,
        internal=private,
        check_duplicate=True,
        labels=wanted.labels,
    )


def connect(
    client: APIClient, container: str, network: str, api: tuple[int, int], *, lan: bool
) -> None:
    """See EngineApi.connect; ``api`` is the version that the engine speaks."""
    options = LAN_LINK if lan and api >= LINK_SYSCTLS else None
    client.connect_container_to_network(container, network, driver_opt=options)
