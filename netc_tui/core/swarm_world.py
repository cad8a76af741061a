"""What a plan for a service of a Swarm is made from, and the names of what is made.

A LAN network of a Swarm is made of two: one of the Swarm, and on each node that has the interface
one that says what it is there (``config_only``). Nodes that have it carry a label, and network
containers go to those alone; what the label says is the network's throw-away subnet, which must be
the same on each.
"""

import hashlib
import ipaddress
import re

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import PREFIX, Identity
from netc_tui.core.model import LABEL, Engine, Network
from netc_tui.core.plan import free_subnet
from netc_tui.core.ports import Forward
from netc_tui.core.swarm import SwarmConfig, SwarmNode, SwarmService

PART = LABEL + "swarm"
"""The label of what netc makes in a Swarm beside services, with what it belongs to: an interface,
or a service. Not ``model.OWN``: it is not one engine's to tidy up."""
NODE = LABEL + "lan."
"""What the labels of nodes begin with that have an interface."""
_KEY = re.compile(r"[A-Za-z0-9_.-]+")
"""What an interface may be called so that a label of a node can name it, and a constraint that."""


LAN = f"{PREFIX}swarm-"
"""How the names of a Swarm's LAN networks begin."""
HERE = "-here"
"""How the names end of networks that say what one of those is on a node."""


def lan_name(interface: str) -> str:
    """The name of the Swarm's LAN network on an interface."""
    return LAN + interface


def node_network_name(interface: str) -> str:
    """The name of the network that says on a node what that is there."""
    return f"{lan_name(interface)}{HERE}"


def config_name(service: str, text: str) -> str:
    """The name of the config with the rules of a service; it has room for 64 characters."""
    parts = (hashlib.sha256(part.encode()).hexdigest()[:16] for part in (service, text))
    return f"{PREFIX}rules-{'-'.join(parts)}"


class SwarmWorld(msgspec.Struct, frozen=True):
    """What a manager of a Swarm knows that matters for one service, and this node has."""

    engine: Engine
    networks: tuple[Network, ...]
    services: tuple[SwarmService, ...]
    nodes: tuple[SwarmNode, ...]
    configs: tuple[SwarmConfig, ...]
    image: str
    image_built: bool
    base: str | None = None
    busy: frozenset[str] = frozenset()
    """The networks that containers of this node are on; on older engines plain ones may share the
    Swarm's."""

    @property
    def here(self) -> SwarmNode:
        """This node. Raises NetcError where the Swarm does not know it."""
        own = self.engine.swarm.node if self.engine.swarm is not None else ""
        for node in self.nodes:
            if node.id == own:
                return node
        raise NetcError("this engine is in no Swarm any more", Exit.ENGINE)


class SwarmWanted(msgspec.Struct, frozen=True):
    """What the operator asked for, with every choice made."""

    service: SwarmService
    interface: str
    overlay: Network
    forwards: tuple[Forward, ...]
    identity: Identity
    host_addresses: tuple[str, ...] = ()


def node_label(interface: str) -> str:
    """The label of nodes that have an interface. Raises NetcError (interface) where none can name
    it."""
    if not _KEY.fullmatch(interface):
        raise NetcError(
            f"interface {interface}: a Swarm cannot place by a name with other characters than"
            " letters, digits, dots, hyphens and underscores; give it another name",
            Exit.INTERFACE,
        )
    return NODE + interface


def carriers(world: SwarmWorld, interface: str) -> tuple[SwarmNode, ...]:
    """The nodes that were made ready for network containers on an interface."""
    key, subnet = node_label(interface), lan_subnet(world, interface)
    return tuple(node for node in world.nodes if node.labels.get(key) == subnet)


def lan_subnet(world: SwarmWorld, interface: str) -> str:
    """The throw-away subnet of the Swarm's LAN network on an interface."""
    key = node_label(interface)
    for node in world.nodes:
        if _is_subnet(node.labels.get(key, "")):
            return node.labels[key]
    for network in world.networks:
        if network.name == node_network_name(interface) and network.subnets:
            return network.subnets[0]
    return free_subnet(lan_name(interface), world.networks)


def _is_subnet(text: str) -> bool:
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        return False
    return bool(text)


def by_hand(world: SwarmWorld, interface: str) -> tuple[str, ...]:
    """The arguments of docker that say on a node what the Swarm's LAN network is there."""
    subnet = lan_subnet(world, interface)
    options = ("--config-only", "--subnet", subnet, "--opt", f"parent={interface}")
    label = ("--label", f"{PART}={interface}")
    return ("network", "create", *options, *label, node_network_name(interface))
