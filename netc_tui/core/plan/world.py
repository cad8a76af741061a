"""What a plan is made from: what the engine has, and what the operator wants."""

from collections.abc import Mapping, Sequence

import msgspec

from netc_tui.core.identity import PRIVATE, Identity
from netc_tui.core.model import Container, Engine, Keeper, Network
from netc_tui.core.named import NameMemo
from netc_tui.core.ownership import Own, owned, services
from netc_tui.core.ports import Forward
from netc_tui.core.records import Record


class Naming(msgspec.Struct, frozen=True):
    """Under which name a network container is published."""

    zone: str = ""
    """Empty: the domain that the DHCP server tells."""
    name: str = ""
    """As it was asked for; empty: its hostname."""
    shared: bool = False
    """May others have the same?"""


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
    keeper: Keeper = Keeper.HAND
    """Who will see to it that the network container is there."""
    naming: Naming | None = None
    """None: names are not published."""
    seed: str = ""
    moved: str = ""
    """Where the identity comes from: see ``core.origin``."""
    takes: bool = False
    """Is it to be taken from another machine, should one have it?"""
    after: str = ""
    """Whose address it takes over, in words; empty: nobody's."""
    files: Mapping[str, str] = {}
    """What else is put into its volume, by name, before it is started."""


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
    zone: str | None = None
    """The zone that names are published in, empty: that of the lease; None: they are not."""
    named: tuple[NameMemo, ...] = ()
    """The names that were published for the service and may stand still."""
    former: str | None = None
    """The address that the first of ``existing`` had last, as far as it is known."""
    host_addresses: tuple[str, ...] = ()
    """The host's own addresses on the interface, ADDRESS/PREFIX, as far as they are known."""
    signed: Record | None = None
    """Who wants it, and when; None: that is not to be remembered."""


def used_networks(containers: Sequence[Container], but: str = "") -> frozenset[str]:
    """The networks that network containers use, those of service ``but`` left out, and those that
    any other container is on, but for private networks: on those services are because of netc."""
    others = {
        name
        for container in services(containers)
        for name in container.addresses
        if not name.startswith(PRIVATE)
    }
    own = [own.labels for own in owned(containers) if own.service != but]
    return frozenset(others.union(*((labels.lan, labels.network) for labels in own)))


def guests(containers: Sequence[Container]) -> tuple[Guest, ...]:
    """Who is on private networks, but for network containers."""
    return tuple(
        Guest(container.name, name, container.network_ids.get(name, ""))
        for container in containers
        if not container.ours
        for name in container.addresses
        if name.startswith(PRIVATE)
    )
