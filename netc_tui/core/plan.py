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
from netc_tui.core.identity import Identity, container_name, lan_network_name
from netc_tui.core.model import OWN, SCHEMA, Container, Engine, Labels, Network
from netc_tui.core.ownership import Own, owned, services
from netc_tui.core.ports import Forward, as_text
from netc_tui.core.protocol import RULES, Env, Lookup

TARGET_ALIAS = "netc-target"
"""The name in /etc/hosts by which a linked service, or the host, is found."""

DUMMY_POOL = ipaddress.IPv4Network("198.18.0.0/15")
"""Where the throw-away subnets of LAN networks come from (RFC 2544: never on a real LAN)."""


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


class World(msgspec.Struct, frozen=True):
    """What the engine has that matters for one service."""

    engine: Engine
    networks: tuple[Network, ...]
    existing: tuple[Own, ...]
    """The network containers of the service; more than one where somebody interfered."""
    taken: Container | None
    """The container that has the network container's name and is none."""
    used: frozenset[str]
    """The LAN networks that other network containers are on."""
    image: str
    image_built: bool
    """Is it there, and on the base that was asked for?"""
    base: str | None = None
    """What it is to be built on; None: whatever netc takes by itself."""
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
    """Remove the LAN network with its last user."""

    name: str

    def __str__(self) -> str:
        return f"remove network {self.name}: no network container uses it any more"


Step = (
    BuildImage
    | CreateNetwork
    | RemoveContainer
    | CreateContainer
    | PutFiles
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
    name = spec.name if existing is None else existing.name
    if existing is None:
        steps.append(CreateContainer(spec))
    elif existing.state == "created":
        # Not removed: another netc may be about to finish it.
        steps.append(PutFiles(existing.name, spec.files))
    if existing is None or lan.name not in existing.addresses:
        steps.append(Connect(name, lan.name))
    if existing is None or not existing.running:
        steps.append(Start(name))
    return (*steps, *orphans(world.networks, world.used | {lan.name}))


def down(world: World, name: str) -> tuple[Step, ...]:
    """The steps that turn a service off; none when nothing is there."""
    if not world.existing:
        _refuse_foreign(world, name)
    off = tuple(
        RemoveContainer(own.container.name, "its lease is released") for own in world.existing
    )
    return (*off, *orphans(world.networks, world.used))


def orphans(networks: Sequence[Network], used: frozenset[str]) -> tuple[Step, ...]:
    """Remove each LAN network of ours that nobody is on; one may be left from a run that died."""
    return tuple(
        RemoveNetwork(network.name)
        for network in networks
        if network.ours and network.name not in used
    )


def used_networks(containers: Sequence[Container], but: str = "") -> frozenset[str]:
    """The LAN networks that network containers use, those of service ``but`` left out, and those
    that any other container is on."""
    others = {name for one in services(containers) for name in one.addresses}
    return frozenset(others | {own.labels.lan for own in owned(containers) if own.service != but})


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
    subnet = None if world.engine.addressless_links else free_subnet(interface, world.networks)
    labels = {OWN: str(SCHEMA), "netc.interface": interface}
    create = CreateNetwork(name, interface, subnet, labels)
    made = Network("", name, "macvlan", (subnet,) if subnet else (), interface, labels=labels)
    return made, create


def free_subnet(interface: str, networks: Sequence[Network]) -> str:
    """A /22 of DUMMY_POOL that no network has; for an interface the same one while it is free."""
    # Engines before 25.0 keep a subnet as it was typed, host bits and all.
    taken = [
        ipaddress.IPv4Network(subnet, strict=False)
        for network in networks
        for subnet in network.subnets
    ]
    candidates = list(DUMMY_POOL.subnets(new_prefix=22))
    start = hashlib.sha256(interface.encode()).digest()[0] % len(candidates)
    for candidate in candidates[start:] + candidates[:start]:
        if not any(candidate.overlaps(other) for other in taken):
            return str(candidate)
    raise NetcError(f"no free subnet in {DUMMY_POOL} for the LAN network; remove unused networks")


def container_spec(world: World, wanted: Wanted, lan: Network) -> ContainerSpec:
    """The network container that is wanted, down to its environment and labels."""
    identity = wanted.identity
    by_alias = wanted.linked or not wanted.target
    lookup = Lookup.LINK if wanted.linked else Lookup.DNS if wanted.target else Lookup.HOST
    subnets = next((n.subnets for n in world.networks if n.name == wanted.network), ())
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
