"""The networks of netc's own: which there is to be for an interface or a service."""

import hashlib
import ipaddress
from collections.abc import Sequence

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import lan_network_name, private_network_name
from netc_tui.core.model import FOR, OWN, SCHEMA, Network
from netc_tui.core.plan.steps import CreateNetwork
from netc_tui.core.plan.world import World

DUMMY_POOL = ipaddress.IPv4Network("198.18.0.0/15")
"""Where the subnets of netc's own networks come from (RFC 2544: never on a real LAN)."""
LAN_PREFIX = 22
PRIVATE_PREFIX = 28
"""Room for the host, the service and its network container. Docker's own pools would have been used
up after thirty."""


def lan_network(world: World, interface: str) -> tuple[Network, CreateNetwork | None]:
    """The LAN network of an interface, and the step that makes it when it is not there.

    A macvlan network that somebody else made on the interface is used as it is: engines before
    27.0.1 allow one for each parent.
    """
    on_parent = [network for network in world.networks if network.parent == interface]
    if not world.engine.shares_parents:
        # A Swarm's takes up the interface of a node as soon as a task of it comes there, and does
        # not tell it before.
        here = {network.name: network.subnets for network in on_parent if network.config_only}
        on_parent += [
            msgspec.structs.replace(network, subnets=here[network.config_from])
            for network in world.networks
            if network.config_from in here and network.parent is None
        ]
    for network in on_parent:
        if network.driver == "ipvlan":
            raise NetcError(
                f"interface {interface} carries the ipvlan network {network.name}; macvlan and"
                " ipvlan exclude each other on one parent: remove it or take another interface",
                Exit.INTERFACE,
            )
    usable = [network for network in on_parent if network.driver == "macvlan"]
    usable.sort(key=lambda network: (not network.ours, network.name))
    if usable:
        return usable[0], None
    name = lan_network_name(interface)
    subnet = None
    if not world.engine.addressless_links:
        subnet = free_subnet(interface, world.networks, LAN_PREFIX)
    labels = {OWN: str(SCHEMA), "netc.interface": interface}
    create = CreateNetwork(name, interface, subnet, labels)
    made = Network("", name, "macvlan", (subnet,) if subnet else (), interface, labels=labels)
    return made, create


def private_network(service: str, networks: Sequence[Network]) -> Network:
    """The private network of a service, without an id when it is yet to be made.

    Raises NetcError when its name is taken by a network that is not netc's.
    """
    name = private_network_name(service)
    for network in networks:
        if network.name == name:
            if network.private != service:
                raise NetcError(
                    f"the name {name} is taken by a network that is not netc's; remove it with:"
                    f" docker network rm {name}"
                )
            return network
    subnet = free_subnet(service, networks, PRIVATE_PREFIX)
    gateway = str(ipaddress.IPv4Network(subnet)[1])
    labels = {OWN: str(SCHEMA), FOR: service}
    return Network("", name, "bridge", (subnet,), internal=True, labels=labels, gateways=(gateway,))


def free_subnet(key: str, networks: Sequence[Network], length: int = LAN_PREFIX) -> str:
    """A subnet of DUMMY_POOL that no network has; for a key the same one while it is free."""
    # Engines before 25.0 keep a subnet as it was typed, host bits and all.
    taken = [
        ipaddress.IPv4Network(subnet, strict=False)
        for network in networks
        for subnet in network.subnets
    ]
    taken = [other for other in taken if other.overlaps(DUMMY_POOL)]
    first, size = int(DUMMY_POOL.network_address), 2 ** (32 - length)
    count = DUMMY_POOL.num_addresses // size
    start = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "little")
    for number in range(start, start + count):
        candidate = ipaddress.IPv4Network((first + number % count * size, length))
        if not any(candidate.overlaps(other) for other in taken):
            return str(candidate)
    raise NetcError(f"no free /{length} in {DUMMY_POOL} for a network; remove unused networks")
