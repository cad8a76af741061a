"""The steps that a plan is made of, as values; what each does is in ``operations.actions``."""

from enum import Enum, auto
from typing import ClassVar

import msgspec

from netc_tui.core.ports import Forward
from netc_tui.core.records import Record


class When(Enum):
    """The phases of turning a service on, in their order; each step lies in one."""

    BEFORE_LEASE = auto()
    """Before there is an address: all that a network container needs to ask for one."""
    BOUND = auto()
    """When the address is bound, and only then: what needs to know it."""
    END = auto()
    """At the end, whether or not a lease came: what nobody uses any more is removed."""


class Step(msgspec.Struct, frozen=True, tag=True):
    """One step of a plan; as text, what it does, on one line."""

    when: ClassVar[When] = When.BEFORE_LEASE


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


class BuildImage(Step, frozen=True, tag=True):
    """Build the image that every network container runs."""

    image: str
    base: str | None

    def __str__(self) -> str:
        return f"build image {self.image} on {self.base or 'alpine'}"


class CreateNetwork(Step, frozen=True, tag=True):
    """Make the LAN network of an interface."""

    name: str
    interface: str
    subnet: str | None
    labels: dict[str, str]

    def __str__(self) -> str:
        pool = f"throw-away subnet {self.subnet}" if self.subnet else "no address pool"
        return f"create macvlan network {self.name} on {self.interface} ({pool})"


class CreatePrivateNetwork(Step, frozen=True, tag=True):
    """Make an internal bridge network for one service and its network container."""

    name: str
    service: str
    subnet: str
    gateway: str
    """The address that the host has on it. Nobody's default route leads there."""
    labels: dict[str, str]

    def __str__(self) -> str:
        return f"create internal network {self.name} ({self.subnet}) for {self.service} alone"


class ConnectService(Step, frozen=True, tag=True):
    """Connect a service to its private network while it runs."""

    container: str
    network: str

    def __str__(self) -> str:
        return (
            f"connect {self.container}, as it runs, to the internal network {self.network}; its"
            " default route stays as it is, its name server becomes Docker's, which asks the same"
            " ones as before"
        )


class DisconnectService(Step, frozen=True, tag=True):
    """Take a container off a private network, whether it runs or not."""

    container: str
    network: str

    def __str__(self) -> str:
        return f"disconnect {self.container} from {self.network}"


class DisconnectGuest(DisconnectService, frozen=True, tag=DisconnectService.__name__):
    """The same at the end, off a network that is removed then or is gone already."""

    when: ClassVar[When] = When.END


class RemoveContainer(Step, frozen=True, tag=True):
    """Stop a network container, which releases its lease, and remove it."""

    name: str
    why: str
    record: Record | None = None
    """What the engine is told before."""

    def __str__(self) -> str:
        return f"stop and remove {self.name}: {self.why}"


class CreateContainer(Step, frozen=True, tag=True):
    """Create the network container on the service's network."""

    spec: ContainerSpec

    def __str__(self) -> str:
        return f"create container {self.spec.name} on network {self.spec.network}"


class PutFiles(Step, frozen=True, tag=True):
    """Put into a network container what it must have before it is started.

    Whoever created it may have been killed before that.
    """

    name: str
    files: dict[str, str]

    def __str__(self) -> str:
        return f"put into {self.name}: {', '.join(self.files)}"


class Connect(Step, frozen=True, tag=True):
    """Link a network container to the LAN."""

    name: str
    network: str

    def __str__(self) -> str:
        return f"connect {self.name} to {self.network}"


class Start(Step, frozen=True, tag=True):
    """Start a network container."""

    name: str
    record: Record | None = None
    """What the engine is told then; of a new one its labels tell."""

    def __str__(self) -> str:
        return f"start {self.name}"


class PublishName(Step, frozen=True, tag=True):
    """Have a name lead to the address, where names are published."""

    when: ClassVar[When] = When.BOUND
    service: str
    name: str
    """A label, or a name in full."""
    zone: str
    """Empty: the domain that the DHCP server tells."""
    client_id: str
    forwards: tuple[Forward, ...]
    shared: bool

    def __str__(self) -> str:
        return f"publish the name {self.name} {_in_zone(self.zone)}, unless somebody else has it"


class WithdrawName(Step, frozen=True, tag=True):
    """Take back a name that was published for a network container."""

    name: str
    zone: str
    client_id: str
    container: str
    """Empty: it is gone."""
    shared: bool
    forwards: tuple[Forward, ...] = ()

    def __str__(self) -> str:
        return f"take back the name {self.name} {_in_zone(self.zone)}, where it is its own"


def _in_zone(zone: str) -> str:
    return f"in the zone {zone}" if zone else "in the domain of the lease"


class Verify(Step, frozen=True, tag=True):
    """Look at the path through a network container that stands by to take an address over."""

    name: str
    service: str

    def __str__(self) -> str:
        return f"look whether {self.service} answers through {self.name}; if not, switch nothing"


class HandOver(Step, frozen=True, tag=True):
    """Have one network container leave its address to another."""

    name: str
    to: str
    address: str

    def __str__(self) -> str:
        return (
            f"switch: {self.name} leaves {self.address} to {self.to}, without a word to the DHCP"
            " server"
        )


class RemoveNetwork(Step, frozen=True, tag=True):
    """Remove a network of netc's own with its last user."""

    when: ClassVar[When] = When.END
    name: str

    def __str__(self) -> str:
        return f"remove network {self.name}: no network container uses it any more"
