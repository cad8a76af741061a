"""What turning a service on, off or over to another interface will do, as a list of steps.

A plan is made from what the engine says now and from what is wanted. Applying it, and making and
applying another, leads to the same end wherever the first was cut off: creating the container is
the one commit point.
"""

import hashlib
import ipaddress
from collections.abc import Sequence

import msgspec

from netc_tui.core import rules
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import (
    PRIVATE,
    Identity,
    container_name,
    lan_network_name,
    private_network_name,
)
from netc_tui.core.model import FOR, OWN, SCHEMA, Container, Engine, Labels, Network
from netc_tui.core.ownership import Own, owned, services
from netc_tui.core.ports import Forward, as_text
from netc_tui.core.protocol import RULES, Env, Lookup

TARGET_ALIAS = "netc-target"
"""The name in /etc/hosts by which a linked service, or the host, is found."""

DUMMY_POOL = ipaddress.IPv4Network("198.18.0.0/15")
"""Where the subnets of netc's own networks come from (RFC 2544: never on a real LAN)."""
LAN_PREFIX = 22
PRIVATE_PREFIX = 28
"""Room for the host, the service and its network container. Docker's own pools would have been used
up after thirty."""


class Wanted(msgspec.Struct, frozen=True):
    """What the operator asked for, with every choice made."""

    service: str
    service_id: str
    interface: str
    network: str
    """The Docker network over which the service is reached."""
    target: str
    """The container that owns the service's addresses, or empty: the host itself."""
    linked: bool
    """Reached by a legacy link: the default bridge has no name server."""
    forwards: tuple[Forward, ...]
    identity: Identity
    compose: tuple[str, str] | None
    """Compose project and service, when that project owns the network."""
    remarks: tuple[str, ...] = ()
    """What the operator should know of these choices."""
    bridge: str | None = None
    """The address that the host has on that network, when it is known."""
    private: Network | None = None
    """That network, when it is a private one; without an id it is yet to be made."""


class Guest(msgspec.Struct, frozen=True):
    """A container, not a network container, that is on a private network."""

    container: str
    network: str
    network_id: str
    """The id that the network had when the container was connected or last started."""


class World(msgspec.Struct, frozen=True):
    """What the engine has that matters for one service."""

    engine: Engine
    networks: tuple[Network, ...]
    existing: tuple[Own, ...]
    """The network containers of the service; more than one where somebody interfered."""
    taken: Container | None
    """The container that has the network container's name and is none."""
    used: frozenset[str]
    """The networks that other network containers are on."""
    image: str
    image_built: bool
    """Is it there, and on the base that was asked for?"""
    base: str | None = None
    """What it is to be built on; None: whatever netc takes by itself."""
    guests: tuple[Guest, ...] = ()
    host_addresses: tuple[str, ...] = ()
    """The host's own addresses on the interface, ADDRESS/PREFIX, as far as they are known."""


class ContainerSpec(msgspec.Struct, frozen=True):
    """A network container to be created; security and limits are the same for each (engine)."""

    name: str
    image: str
    network: str
    lan: str
    link: str | None
    host_gateway: bool
    environment: dict[str, str]
    files: dict[str, str]
    """What is put into its volume, by name, before it is started."""
    labels: dict[str, str]


class BuildImage(msgspec.Struct, frozen=True, tag=True):
    """Build the image that every network container runs."""

    image: str
    base: str | None

    def __str__(self) -> str:
        return f"build image {self.image} on {self.base or 'alpine'}"


class CreateNetwork(msgspec.Struct, frozen=True, tag=True):
    """Make the LAN network of an interface."""

    name: str
    interface: str
    subnet: str | None
    labels: dict[str, str]

    def __str__(self) -> str:
        pool = f"throw-away subnet {self.subnet}" if self.subnet else "no address pool"
        return f"create macvlan network {self.name} on {self.interface} ({pool})"


class CreatePrivateNetwork(msgspec.Struct, frozen=True, tag=True):
    """Make an internal bridge network for one service and its network container."""

    name: str
    service: str
    subnet: str
    gateway: str
    """The address that the host has on it. Nobody's default route leads there."""
    labels: dict[str, str]

    def __str__(self) -> str:
        return f"create internal network {self.name} ({self.subnet}) for {self.service} alone"


class ConnectService(msgspec.Struct, frozen=True, tag=True):
    """Connect a service to its private network while it runs."""

    container: str
    network: str

    def __str__(self) -> str:
        return (
            f"connect {self.container}, as it runs, to the internal network {self.network}; its"
            " default route stays as it is, its name server becomes Docker's, which asks the same"
            " ones as before"
        )


class DisconnectService(msgspec.Struct, frozen=True, tag=True):
    """Take a container off a private network, whether it runs or not."""

    container: str
    network: str

    def __str__(self) -> str:
        return f"disconnect {self.container} from {self.network}"


class RemoveContainer(msgspec.Struct, frozen=True, tag=True):
    """Stop a network container, which releases its lease, and remove it."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"stop and remove {self.name}: {self.why}"


class CreateContainer(msgspec.Struct, frozen=True, tag=True):
    """Create the network container on the service's network."""

    spec: ContainerSpec

    def __str__(self) -> str:
        return f"create container {self.spec.name} on network {self.spec.network}"


class PutFiles(msgspec.Struct, frozen=True, tag=True):
    """Put into a network container what it must have before it is started.

    Whoever created it may have been killed before that.
    """

    name: str
    files: dict[str, str]

    def __str__(self) -> str:
        return f"put into {self.name}: {', '.join(self.files)}"


class Connect(msgspec.Struct, frozen=True, tag=True):
    """Link a network container to the LAN."""

    name: str
    network: str

    def __str__(self) -> str:
        return f"connect {self.name} to {self.network}"


class Start(msgspec.Struct, frozen=True, tag=True):
    """Start a network container."""

    name: str

    def __str__(self) -> str:
        return f"start {self.name}"


class RemoveNetwork(msgspec.Struct, frozen=True, tag=True):
    """Remove a network of netc's own with its last user."""

    name: str

    def __str__(self) -> str:
        return f"remove network {self.name}: no network container uses it any more"


Step = (
    BuildImage
    | CreateNetwork
    | CreatePrivateNetwork
    | RemoveContainer
    | CreateContainer
    | PutFiles
    | ConnectService
    | DisconnectService
    | Connect
    | Start
    | RemoveNetwork
)


def up(world: World, wanted: Wanted) -> tuple[Step, ...]:
    """The steps that turn a service on; none when all is as wanted.

    Raises NetcError when the name is taken by a container that is not netc's, or the interface
    by an ipvlan network.
    """
    steps: list[Step] = []
    lan, create = lan_network(world, wanted.interface)
    spec = container_spec(world, wanted, lan)
    own = world.existing[0] if world.existing else None
    why = own and (difference(own, spec, wanted) or stale(own.container, world, create))
    if own is not None and not why and world.base is not None and not world.image_built:
        why = f"its image is to be on {world.base}"
    if own is None or why:
        _refuse_foreign(world, spec.name)
    if own is not None and why:
        steps.append(RemoveContainer(own.container.name, why))
        own = None
    steps += [
        RemoveContainer(other.container.name, "the service has another one")
        for other in world.existing[1:]
    ]
    existing = own.container if own is not None else None
    if not world.image_built and existing is None:
        steps.insert(0, BuildImage(world.image, world.base))
    if create is not None:
        steps.append(create)
    private = wanted.private
    if private is not None and not private.id:
        steps.append(_create_private(private, wanted.service))
    name = spec.name if existing is None else existing.name
    if existing is None:
        steps.append(CreateContainer(spec))
    elif existing.state == "created":
        # Not removed: another netc may be about to finish it.
        steps.append(PutFiles(existing.name, spec.files))
    if private is not None:
        # After the network container: a private network without one would be taken for an orphan.
        steps += _connections(private, wanted.target, world.guests)
    if existing is None or lan.name not in existing.addresses:
        steps.append(Connect(name, lan.name))
    if existing is None or not existing.running:
        steps.append(Start(name))
    used = world.used | {lan.name, wanted.network}
    return (*steps, *orphans(world.networks, used, world.guests))


def down(world: World, name: str) -> tuple[Step, ...]:
    """The steps that turn a service off; none when nothing is there."""
    if not world.existing:
        _refuse_foreign(world, name)
    off = tuple(
        RemoveContainer(own.container.name, "its lease is released") for own in world.existing
    )
    return (*off, *orphans(world.networks, world.used, world.guests))


def orphans(
    networks: Sequence[Network], used: frozenset[str], guests: Sequence[Guest]
) -> tuple[Step, ...]:
    """Remove each network of ours that no network container is on; one may be left from a run
    that died. Services are taken off a private one before.

    Also off one that is gone by now: Docker would not start the service any more.
    """
    known = {network.name for network in networks}
    unused = [network for network in networks if network.ours and network.name not in used]
    empty = {network.name for network in unused if network.private is not None}
    return (
        *(
            DisconnectService(guest.container, guest.network)
            for guest in guests
            if guest.network in empty or (guest.network not in known and guest.network not in used)
        ),
        *(RemoveNetwork(network.name) for network in unused),
    )


def used_networks(containers: Sequence[Container], but: str = "") -> frozenset[str]:
    """The networks that network containers use, those of service ``but`` left out, and those that
    any other container is on, but for private networks: on those services are because of netc."""
    others = {
        name
        for one in services(containers)
        for name in one.addresses
        if not name.startswith(PRIVATE)
    }
    own = [own.labels for own in owned(containers) if own.service != but]
    return frozenset(others.union(*((labels.lan, labels.network) for labels in own)))


def guests(containers: Sequence[Container]) -> tuple[Guest, ...]:
    """Who is on private networks, but for network containers."""
    return tuple(
        Guest(one.name, name, one.network_ids.get(name, ""))
        for one in containers
        if not one.ours
        for name in one.addresses
        if name.startswith(PRIVATE)
    )


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


def _create_private(network: Network, service: str) -> CreatePrivateNetwork:
    return CreatePrivateNetwork(
        network.name, service, network.subnets[0], network.gateways[0], dict(network.labels)
    )


def _connections(network: Network, target: str, guests: Sequence[Guest]) -> list[Step]:
    """Have the service on its private network, and nobody else."""
    there = [guest for guest in guests if guest.network == network.name]
    # The record of one that was removed under a service that did not run then.
    good = [g for g in there if g.container == target and g.network_id in ("", network.id)]
    off = [DisconnectService(g.container, g.network) for g in there if g not in good]
    return [*off, *(() if good else (ConnectService(target, network.name),))]


def _refuse_foreign(world: World, name: str) -> None:
    if world.taken is not None:
        raise NetcError(
            f"the name {name} is taken by a container that is not netc's; rename or remove it"
        )


def lan_network(world: World, interface: str) -> tuple[Network, CreateNetwork | None]:
    """The LAN network of an interface, and the step that makes it when it is not there.

    A macvlan network that somebody else made on the interface is used as it is: engines before
    27.0.1 allow one for each parent.
    """
    on_parent = [network for network in world.networks if network.parent == interface]
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


def container_spec(world: World, wanted: Wanted, lan: Network) -> ContainerSpec:
    """The network container that is wanted, down to its environment and labels."""
    identity = wanted.identity
    by_alias = wanted.linked or not wanted.target
    lookup = Lookup.LINK if wanted.linked else Lookup.DNS if wanted.target else Lookup.HOST
    known = world.networks if wanted.private is None else (wanted.private,)
    subnets = next((n.subnets for n in known if n.name == wanted.network), ())
    # A file and not a variable: of those each has 128 KiB at most, and 800 ports need more.
    ports = rules.forwarding(wanted.forwards, wanted.bridge, subnets)
    rules_hash = hashlib.sha256(ports.encode()).hexdigest()
    labels = Labels(
        schema=SCHEMA,
        service=wanted.service,
        service_id=wanted.service_id,
        interface=wanted.interface,
        network=wanted.network,
        lan=lan.name,
        target=wanted.target,
        ports=as_text(wanted.forwards),
        mac=identity.mac,
        client_id=identity.client_id,
        hostname=identity.hostname,
        rules=rules_hash,
    ).as_docker()
    if wanted.compose is not None:
        # As a one-off of its service it can go down with the project, which could not remove its
        # network otherwise; `docker compose up`, `ps`, `stop` and `exec` leave one-offs alone.
        # Compose 2 sees only what has a hash, and takes the lowest number for `exec`.
        project, service = wanted.compose
        labels |= {
            "com.docker.compose.project": project,
            "com.docker.compose.service": service,
            "com.docker.compose.oneoff": "True",
            "com.docker.compose.config-hash": "netc",
            "com.docker.compose.container-number": "1",
        }
    return ContainerSpec(
        name=container_name(wanted.service),
        image=world.image,
        network=wanted.network,
        lan=lan.name,
        link=wanted.target if wanted.linked else None,
        host_gateway=not wanted.target,
        environment={
            Env.NAME.value: TARGET_ALIAS if by_alias else wanted.target,
            Env.LOOKUP.value: lookup.value,
            Env.PTR.value: "" if by_alias else f"{wanted.target}.{wanted.network}",
            Env.SVC_SUBNETS.value: " ".join(subnets),
            Env.LAN_SUBNET.value: next(iter(lan.subnets), ""),
            Env.MAC.value: identity.mac,
            Env.CLIENT_ID.value: identity.client_id,
            Env.HOSTNAME.value: identity.hostname,
            Env.HOST_ADDRESSES.value: " ".join(world.host_addresses),
            Env.BASE_RULES.value: rules.BASE,
            Env.RULES_HASH.value: rules_hash,
        },
        files={RULES: ports},
        labels=labels,
    )


def difference(own: Own, spec: ContainerSpec, wanted: Wanted) -> str | None:
    """Why a network container must be made anew to be as wanted; None when it need not."""
    existing, labels = own.container, own.labels
    if own.renamed:
        return f"the service was called {labels.service} when it was made"
    if labels.interface != wanted.interface or labels.lan != spec.lan:
        return f"moves from {labels.interface} to {wanted.interface}"
    if labels.network != wanted.network:
        return f"the service is now reached over {wanted.network}, not {labels.network}"
    if labels.target != wanted.target:
        return f"the service is now reached at {wanted.target or 'the host itself'}"
    if labels.ports != as_text(wanted.forwards):
        return f"ports change from {labels.ports or 'none'} to {as_text(wanted.forwards)}"
    if (labels.mac, labels.client_id, labels.hostname) != (
        wanted.identity.mac,
        wanted.identity.client_id,
        wanted.identity.hostname,
    ):
        return "its MAC address or hostname changes"
    if wanted.linked and labels.service_id != wanted.service_id:
        # On the default bridge a link is to one container and ends with it.
        return "the service was made anew, and a link on the default bridge does not follow that"
    if labels.rules != spec.environment[Env.RULES_HASH]:
        return "the rules that netc makes for its ports are others now"
    if existing.image != spec.image:
        return f"its image changes from {existing.image} to {spec.image}"
    return None


def stale(existing: Container, world: World, create: CreateNetwork | None) -> str | None:
    """Why a network container cannot be started again as it is; None when it can."""
    ids = {network.name: network.id for network in world.networks}
    if existing.running:
        return None
    for name, recorded in existing.network_ids.items():
        if recorded and recorded != ids.get(name):
            return f"its network {name} was removed or made anew"
    if create is not None and create.name in existing.addresses:
        return f"its network {create.name} was removed"
    return None
