"""How a service of a Swarm is turned on and off: a network container that is itself a service of
one replica, on the service's overlay network and on a LAN network of the whole Swarm.

Its rules are a config, since no file can be put into a container
that another node makes. Creating the service is the one commit point.
"""

import hashlib
import ipaddress
from collections.abc import Iterable, Sequence

import msgspec

from netc_tui.core import rules
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import NOWHERE, container_name, derive
from netc_tui.core.model import CHOSEN_MAC, LABEL, SCHEMA, Engine, Labels, Network
from netc_tui.core.plan import BuildImage, Step
from netc_tui.core.ports import as_text
from netc_tui.core.protocol import Env, Lookup
from netc_tui.core.swarm import KNOWN_BY, SwarmService
from netc_tui.core.swarm_steps import (
    CreateConfig,
    CreateNodeNetwork,
    CreateSwarmNetwork,
    CreateSwarmService,
    LabelNode,
    RemoveConfig,
    RemoveSwarmNetwork,
    RemoveSwarmService,
    SwarmSpec,
    UnlabelNode,
    UpdateSwarmService,
)
from netc_tui.core.swarm_world import (
    HERE,
    LAN,
    NODE,
    PART,
    SwarmWanted,
    SwarmWorld,
    config_name,
    lan_name,
    lan_subnet,
    node_label,
    node_network_name,
)
from netc_tui.core.tasks import own_labels

LONGEST = 63
"""Characters that a Swarm takes for the name of a service."""
SPEC = LABEL + "spec"
"""The label of a network container's service with a hash of all that was asked for."""


def overlay(
    service: SwarmService, networks: Sequence[Network], wanted: str | None = None
) -> Network:
    """The network over which a service of a Swarm is reached; of several the first by name.

    Another service may be on any overlay network, attachable or not. Raises NetcError (no service).
    """
    there = [n for n in networks if n.id in service.networks or n.name in service.networks]
    usable = [n for n in there if n.driver == "overlay" and not n.ingress]
    if wanted is not None:
        named = [n for n in usable if wanted in (n.name, n.id)]
        if not named:
            on = ", ".join(sorted(n.name for n in usable)) or "none"
            raise NetcError(
                f"{service.name} is not on an overlay network {wanted!r}; it is on: {on}",
                Exit.NO_SERVICE,
            )
        usable = named
    if not usable:
        raise NetcError(
            f"{service.name} is on no overlay network, over which netc could reach its tasks on any"
            " node; give it one (its tasks start anew then): docker network create --driver overlay"
            f" {service.name}-net && docker service update --network-add {service.name}-net"
            f" {service.name}",
            Exit.NO_SERVICE,
        )
    return min(usable, key=lambda network: network.name)


def existing(world: SwarmWorld, service: str) -> SwarmService | None:
    """The network container of a service. Raises NetcError when its name is another's."""
    name = container_name(service)
    for known in world.services:
        labels = own_labels(known)
        if labels is not None and labels.service == service:
            return known
        if known.name == name:
            raise NetcError(
                f"the name {name} is taken by a service that is not netc's; rename or remove it"
            )
    return None


def swarm_up(world: SwarmWorld, wanted: SwarmWanted) -> tuple[Step, ...]:
    """The steps that turn a service on, as far as this node can take them; none when all is as
    wanted. Raises NetcError: a name is another's, a subnet or the interface is in use here."""
    service, interface = wanted.service, wanted.interface
    if len(name := container_name(service.name)) > LONGEST:
        raise NetcError(
            f"{name} has {len(name)} characters, and a Swarm takes {LONGEST} for a service's name;"
            f" give {service.name} a shorter one"
        )
    subnet = lan_subnet(world, interface)
    steps: list[Step] = []
    if not world.image_built:
        steps.append(BuildImage(world.image.removeprefix(NOWHERE), world.base))
    node_network = node_network_name(interface)
    there = {network.name: network for network in world.networks}
    if node_network in there:
        _refuse_another(there[node_network], interface, subnet)
    else:
        _refuse_taken(world, interface, subnet)
        steps.append(CreateNodeNetwork(node_network, interface, subnet, {PART: interface}))
    here, key = world.here, node_label(interface)
    if here.labels.get(key) != subnet:
        steps.append(LabelNode(here.id, here.name, key, subnet))
    if not _has_lan(world, interface):
        steps.append(CreateSwarmNetwork(lan_name(interface), node_network))
    own = existing(world, service.name)
    spec, text = _spec(world, wanted, subnet)
    why = _difference(own, spec, wanted) if own is not None else None
    if own is None or why:
        if spec.config not in {config.name for config in world.configs}:
            steps.append(CreateConfig(spec.config, text, {PART: service.name}))
        if own is None:
            steps.append(CreateSwarmService(spec))
        else:
            steps.append(UpdateSwarmService(spec, own.version, why or ""))
    used = {spec.config} | {_config(each) for each in _own(world) if each.name != spec.name}
    steps += _unused_configs(world, used)
    steps += _unused_networks(world, {interface} | _interfaces(world, but=service.name))
    return tuple(steps)


def swarm_down(world: SwarmWorld, service: str) -> tuple[Step, ...]:
    """The steps that turn a service off; none when nothing is there."""
    own = existing(world, service)
    steps: list[Step] = [RemoveSwarmService(own.name)] if own is not None else []
    others = [each for each in _own(world) if own is None or each.id != own.id]
    steps += _unused_networks(world, _interfaces(world, but=service))
    # Last: while its rules are there, one whose service is gone can be named.
    steps += _unused_configs(world, {_config(each) for each in others})
    return tuple(steps)


def left_elsewhere(world: SwarmWorld, steps: Iterable[Step]) -> dict[str, list[str]]:
    """What of that which is removed is left on other nodes, where this engine cannot remove it: the
    names of networks, each with the nodes."""
    found: dict[str, list[str]] = {}
    for step in steps:
        if isinstance(step, UnlabelNode) and step.node != world.here.id:
            name = node_network_name(step.key.removeprefix(NODE))
            found.setdefault(name, []).append(step.name)
    return found


def _own(world: SwarmWorld) -> list[SwarmService]:
    return [service for service in world.services if own_labels(service) is not None]


def _interfaces(world: SwarmWorld, but: str) -> set[str]:
    found = (labels for each in world.services if (labels := own_labels(each)) is not None)
    return {labels.interface for labels in found if labels.service != but}


CONFIG = LABEL + "config"
"""The label of a network container's service with the name of the config that it has."""


def _config(own: SwarmService) -> str:
    return own.labels.get(CONFIG, "")


def _unused_configs(world: SwarmWorld, used: set[str]) -> list[Step]:
    """Also what a netc left that was killed."""
    ours = (config.name for config in world.configs if PART in config.labels)
    return [RemoveConfig(name) for name in ours if name not in used]


def _unused_networks(world: SwarmWorld, used: set[str]) -> list[Step]:
    """The networks of interfaces on which no network container of this Swarm is any more."""
    steps: list[Step] = []
    made = {network.labels[PART] for network in world.networks if PART in network.labels}
    # Docker takes no labels for one that says what it is elsewhere.
    made |= {
        network.name.removeprefix(LAN)
        for network in world.networks
        if network.name.startswith(LAN) and network.config_from == f"{network.name}{HERE}"
    }
    labels = {key for node in world.nodes for key in node.labels}
    made |= {key.removeprefix(NODE) for key in labels if key.startswith(NODE)}
    names = {network.name for network in world.networks}
    for interface in sorted(made - used):
        if lan_name(interface) in world.busy:
            continue
        for name in (lan_name(interface), node_network_name(interface)):
            if name in names:
                steps.append(RemoveSwarmNetwork(name))
        key = NODE + interface
        steps += [
            UnlabelNode(node.id, node.name, key) for node in world.nodes if key in node.labels
        ]
    return steps


def _has_lan(world: SwarmWorld, interface: str) -> bool:
    """Is the Swarm's LAN network there? Raises NetcError when its name is another's."""
    name = lan_name(interface)
    for network in world.networks:
        if network.name == name:
            if network.config_from != node_network_name(interface):
                raise NetcError(
                    f"the name {name} is taken by a network that is not netc's; remove it with:"
                    f" docker network rm {name}"
                )
            return True
    return False


def _refuse_another(network: Network, interface: str, subnet: str) -> None:
    """Raise NetcError when what the Swarm's LAN network is on this node is not as on the others."""
    if (network.parent, network.subnets) != (interface, (subnet,)):
        raise NetcError(
            f"the network {network.name} of this node has {', '.join(network.subnets) or 'nothing'}"
            f" on {network.parent}, and is to have {subnet} on {interface} as on the other nodes;"
            f" remove it with: docker network rm {network.name}"
        )


def _refuse_taken(world: SwarmWorld, interface: str, subnet: str) -> None:
    """Raise NetcError when this node cannot take the network, which Docker would tell only when a
    task comes to it."""
    own = ipaddress.IPv4Network(subnet)
    for network in world.networks:
        # Of the Swarm's own LAN network this node may have been told by now.
        if network.config_only or network.name == lan_name(interface):
            continue
        on_it = network.parent == interface
        if on_it and (network.driver == "ipvlan" or not world.engine.shares_parents):
            raise NetcError(
                f"interface {interface} carries the network {network.name}, and this engine"
                f" ({world.engine.version}) can make no other there, for the Swarm; turn off what"
                " is on it, or take another interface",
                Exit.INTERFACE,
            )
        for taken in network.subnets:
            other = ipaddress.IPv4Network(taken, strict=False)
            if own.overlaps(other):
                raise NetcError(
                    f"the network {network.name} of this node has {taken}, and the Swarm's LAN"
                    f" network is to have {subnet}; remove it, or turn off what is on it"
                )


def _spec(world: SwarmWorld, wanted: SwarmWanted, subnet: str) -> tuple[SwarmSpec, str]:
    """The service that is wanted, down to its environment and labels, and its rules."""
    service, identity, interface = wanted.service, wanted.identity, wanted.interface
    text = rules.forwarding(wanted.forwards, None, wanted.overlay.subnets)
    rules_hash = hashlib.sha256(text.encode()).hexdigest()
    name, config = container_name(service.name), config_name(service.name, text)
    target = KNOWN_BY + service.name
    labels = Labels(
        schema=SCHEMA,
        service=service.name,
        service_id=service.id,
        interface=interface,
        network=wanted.overlay.name,
        lan=lan_name(interface),
        target=target,
        ports=as_text(wanted.forwards),
        mac=identity.mac,
        client_id=identity.client_id,
        hostname=identity.hostname,
        rules=rules_hash,
    ).as_docker() | {CONFIG: config}
    if identity.mac != derive(seed(world.engine), service.name).mac:
        labels[CHOSEN_MAC] = identity.mac
    environment = {
        Env.NAME.value: target,
        Env.LOOKUP.value: Lookup.TASKS.value,
        Env.PTR.value: f"{service.name}.*.{wanted.overlay.name}",
        Env.SVC_SUBNETS.value: " ".join(wanted.overlay.subnets),
        Env.LAN_SUBNET.value: subnet,
        Env.MAC.value: identity.mac,
        Env.CLIENT_ID.value: identity.client_id,
        Env.HOSTNAME.value: identity.hostname,
        Env.BASE_RULES.value: rules.BASE,
        Env.RULES_HASH.value: rules_hash,
        # Another node's may go on, cut off from the LAN.
        # A task that was cut off may have it still, until it hears the one in its place.
        Env.TELLS.value: "takes",
    }
    networks = (wanted.overlay.name, lan_name(interface))
    constraint = f"node.labels.{node_label(interface)} == {subnet}"
    spec = SwarmSpec(name, world.image, networks, constraint, environment, config, labels)
    # Which node it was asked for on makes no difference.
    labels[SPEC] = hashlib.sha256(msgspec.json.encode(spec, order="sorted")).hexdigest()
    environment[Env.HOST_ADDRESSES.value] = " ".join(wanted.host_addresses)
    return spec, text


def seed(engine: Engine) -> str:
    """What the identity of a network container in this engine's Swarm comes from: the same on each
    of its nodes. Raises NetcError where that is not known."""
    swarm = engine.swarm
    if swarm is None or not swarm.cluster:
        raise NetcError(
            "the Swarm of this engine has no leader: too few of its managers are there",
            Exit.ENGINE,
        )
    return swarm.cluster


def _difference(own: SwarmService, spec: SwarmSpec, wanted: SwarmWanted) -> str | None:
    """Why a network container is to be made anew to be as wanted; None when it need not."""
    if own.replicas.wanted not in (None, 1):
        return f"it was given {own.replicas.wanted} replicas, and is to have one"
    if own.labels.get(SPEC) == spec.labels[SPEC]:
        return None
    before, after = own_labels(own), Labels.read(spec.labels)
    if before is None or after is None or own.image != spec.image:
        return f"its image changes from {own.image} to {spec.image}"
    if before.interface != after.interface:
        return f"moves from {before.interface} to {after.interface}"
    if before.network != after.network:
        return f"the service is now reached over {after.network}, not {before.network}"
    if before.ports != after.ports:
        return f"ports change from {before.ports} to {as_text(wanted.forwards)}"
    if (before.mac, before.hostname) != (after.mac, after.hostname):
        return "its MAC address or hostname changes"
    return "what netc makes of it is another now"
