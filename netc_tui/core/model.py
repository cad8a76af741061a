"""What is there: engine, containers, networks, interfaces, as frozen values.

They say what the engine or the kernel said; what to do about it is decided in ``plan``.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import msgspec

from netc_tui.core.errors import NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.health import Health, State, judge
from netc_tui.core.identity import is_image
from netc_tui.core.lease import Boot, Event, Phase
from netc_tui.core.ports import Forward, Port, parse_all
from netc_tui.core.protocol import TROUBLE, Said
from netc_tui.core.swarm import Membership, Replicas

SCHEMA = 1
"""Version of the labels, and of the JSON that the command line prints."""

LABEL = "netc."
OWN = "netc.schema"
"""The label that only what netc made carries."""
HELPER = "netc.helper"
"""The label of the containers that netc runs a command in, for a moment: the container that each
is beside."""
MEMO = "netc.memo"
"""The label of memos, with what each is about."""
FOR = "netc.service"
"""The label with the service that a private network is for."""
SERVICE_ID = "netc.service-id"
"""The label of a network container with the id of its service, which a rename does not change."""
CHOSEN_MAC = "netc.chosen-mac"
"""The label of a network container whose MAC address an operator chose, with that address."""
CAME_FROM = "netc.came-from"
"""The label of a network container that took the place of another, with that one's service, and its
host where that is another."""

DEFAULT_BRIDGE = "bridge"
"""The network that has no name server."""

IMAGE_BASE = "netc.image.base"
"""Label of the images that netc makes: what it is built on."""
IMAGE_ARCHITECTURE = "netc.image.architecture"
IMAGE_CONTENT = "netc.image.content"
"""Label of a base that netc made of this machine's files: their SHA-256."""


class Engine(msgspec.Struct, frozen=True):
    """A Docker engine."""

    id: str
    host: str
    """Where it is reached, as DOCKER_HOST has it."""
    name: str
    version: str
    api: tuple[int, int]
    rootless: bool = False
    desktop: bool = False
    architecture: str = ""
    """In the kernel's words (uname(1)): x86_64, aarch64."""
    local: bool = False
    """Is it on this machine, so that its interfaces are this machine's?"""
    limits_processors: bool = True
    """Can its kernel limit the time of processors that a container has?"""
    swarm: Membership | None = None
    """None: it is in no Swarm."""
    client: tuple[str, ...] = ()
    """What tells Docker's own client of it; empty: ``-H`` and ``host``."""

    @property
    def addressless_links(self) -> bool:
        """Can it make networks without any address pool? (Engine 28.0, API 1.48)"""
        return self.api >= (1, 48)

    @property
    def shares_parents(self) -> bool:
        """Can several of its networks be on one interface? (Engine 27.0.1, API 1.46)"""
        return self.api >= (1, 46)

    @property
    def loses_words(self) -> bool:
        """May it lose what a command printed that is over at once? (Engine 20.10, API 1.41: once in
        some hundred times)"""
        return self.api <= (1, 41)


class Image(msgspec.Struct, frozen=True):
    """An image, mostly one that netc made."""

    id: str
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)
    ports: tuple[Port, ...] = ()
    """What it exposes."""

    @property
    def base(self) -> str:
        """What it was built on; empty when that was not written down."""
        return self.labels.get(IMAGE_BASE, "")

    @property
    def architecture(self) -> str:
        """What it was built for, in the kernel's words (uname(1)): x86_64, aarch64."""
        return self.labels.get(IMAGE_ARCHITECTURE, "")


class Network(msgspec.Struct, frozen=True):
    """A Docker network."""

    id: str
    name: str
    driver: str
    subnets: tuple[str, ...] = ()
    """Its IPv4 subnets."""
    parent: str | None = None
    """The host's interface that a macvlan or ipvlan network is on."""
    bridge: str | None = None
    """The host's bridge of a bridge network."""
    internal: bool = False
    icc: bool = True
    """May the containers on it talk to each other? (com.docker.network.bridge.enable_icc)"""
    attachable: bool = True
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)
    gateways: tuple[str, ...] = ()
    """The IPv4 gateways of its subnets; of a bridge network, the addresses of the bridge."""
    config_only: bool = False
    """Is it no network, but what a Swarm's network is made of on this node?"""
    config_from: str = ""
    """The name of the one that says on each node what this one is there."""
    ingress: bool = False
    """Is it the one over which a Swarm publishes ports?"""

    @property
    def ours(self) -> bool:
        """Made by netc."""
        return OWN in self.labels

    @property
    def private(self) -> str | None:
        """The service that netc made it for; None for any other network, a LAN network too."""
        sound = self.ours and self.driver == "bridge" and self.internal
        return self.labels.get(FOR) if sound else None


class Container(msgspec.Struct, frozen=True, dict=True):
    """A container as the engine lists it."""

    id: str
    name: str
    image: str
    """Its name, or its id when that name is another image's by now."""
    state: str
    """Docker's word: created, running, paused, restarting, exited, dead, removing."""
    status: str
    """Docker's sentence, for people."""
    network_mode: str
    addresses: Mapping[str, str | None] = msgspec.field(default_factory=dict)
    """Network name to IPv4 address; None or empty while it is not running."""
    network_ids: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Network name to the id it had when the container was last started."""
    ports: tuple[Port, ...] = ()
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)
    own_image: bool = False
    """Is the image netc's, though it lost its name?"""
    health: str | None = None
    """What its health check found last: ``healthy``, ``unhealthy`` or ``starting``; None without
    one, or while it does not run."""

    @property
    def running(self) -> bool:
        """Does it run, so that it has addresses?"""
        return self.state in ("running", "paused")

    @property
    def borrows(self) -> bool:
        """Has it no network of its own, but the host's or another container's? Then a listing does
        not tell what it exposes."""
        return self.network_mode == "host" or self.network_mode.startswith("container:")

    @property
    def ours(self) -> bool:
        """A network container; see ``Labels.of``."""
        return self.own_labels is not None

    @cached_property
    def own_labels(self) -> "Labels | None":
        """See ``Labels.of``. Read once: it takes long, and is asked of each, of all the others."""
        if OWN not in self.labels:
            return None
        if not self.own_image and not is_image(self.image):
            return None
        return Labels.read(self.labels)


class Memo(msgspec.Struct, frozen=True):
    """What is to be known of a host when no program of netc's and no container is left that could
    tell: the labels of a volume that nobody uses."""

    name: str
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)


class Change(msgspec.Struct, frozen=True):
    """What an event of the engine tells."""

    kind: str
    """``container``, ``network``, ``service`` or ``node`` (of a Swarm), or ``volume``: of those,
    memos alone."""
    action: str
    """Docker's word: create, start, die, connect, ``health_status: healthy`` ..."""
    id: str
    name: str


class Keeper(StrEnum):
    """Who sees to it that a network container is there."""

    HAND = "hand"
    """An operator: it stays until one turns it off."""
    LABELS = "labels"
    """``netc watch``, because the labels of the service ask for it."""


class Care(StrEnum):
    """How a service stands with what its labels ask for, and with who turns it on and off."""

    BY_LABELS = "by labels"
    """On, and ``netc watch`` sees to it."""
    BY_HAND = "by hand"
    """On because an operator turned it on."""
    LEFT_OFF = "left off"
    """Its labels ask; it is off because an operator turned it off."""
    WAITS = "waits"
    """Its labels ask, and nobody has turned it on yet."""
    REFUSED = "refused"
    """Its labels ask in vain."""


class Keeping(msgspec.Struct, frozen=True):
    """Who keeps a service on or off, and why: see ``core.keeping``."""

    kept: Care
    why: str
    """In a clause, for people."""
    asks: bool = False
    """Do its labels ask for a network container?"""
    trouble: bool = False
    """Is it not as its labels ask, so that somebody has to do something?"""

    @property
    def keeper(self) -> Keeper | None:
        """Who keeps it on; None for one that is off."""
        return {Care.BY_LABELS: Keeper.LABELS, Care.BY_HAND: Keeper.HAND}.get(self.kept)

    @property
    def follows(self) -> bool:
        """Have its labels to do with it?"""
        return self.asks or self.kept is Care.BY_LABELS

    @property
    def withheld(self) -> bool:
        """Is it as an operator left it though its labels ask, so that he can give it back?"""
        return self.asks and self.kept in (Care.BY_HAND, Care.LEFT_OFF)

    def __str__(self) -> str:
        return f"{self.kept}: {self.why}"


class Happened(msgspec.Struct, frozen=True):
    """Something that the engine remembers of a network container, one that is gone, too."""

    at: datetime
    action: str
    """Docker's word: create, start, die, destroy, ``exec_create: COMMAND`` ..."""
    id: str
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Those of netc's."""
    exit_code: str = ""
    """Of one that died."""


class Remembered(msgspec.Struct, frozen=True):
    """What an engine remembers: its last events, whatever they are about, and none of before its
    own start."""

    happened: tuple[Happened, ...] = ()
    """To network containers, oldest first."""
    since: datetime | None = None
    """When the oldest of all happened that it remembers; None: it remembers nothing."""
    until: datetime | None = None
    """When the newest did."""
    whole: bool = False
    """Is that all that happened since it was started?"""


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """What the labels of a network container say of it: all that netc must know to judge it."""

    schema: int
    service: str
    service_id: str
    interface: str
    network: str
    """The Docker network over which it reaches the service."""
    lan: str
    """The Docker network that links it to the LAN."""
    target: str = ""
    """The container whose addresses it forwards to; empty: the host itself."""
    ports: str
    mac: str
    client_id: str
    hostname: str
    rules: str = ""
    """SHA-256 in hex of the rules for its ports."""
    keeper: str = Keeper.HAND
    dns_name: str = ""
    """The name that it was asked to be published under; empty: its hostname."""
    seed: str = ""
    """What its identity is derived from; empty: the engine's id."""
    moved: str = ""
    """The service whose name it is derived from, where it came from that one by a move."""

    @property
    def forwards(self) -> tuple[Forward, ...]:
        """The ports it forwards; none when the label makes no sense."""
        try:
            return parse_all(filter(None, self.ports.split(",")))
        except NetcError:
            return ()

    def as_docker(self) -> dict[str, str]:
        """As Docker keeps them: flat text with a prefix."""
        return {
            LABEL + name.replace("_", "-"): str(value)
            for name, value in msgspec.structs.asdict(self).items()
        }

    @staticmethod
    def of(container: Container) -> "Labels | None":
        """The labels of a network container; None for one whose labels are not whole, or that is
        none. Its name does not matter. Labels alone do not make one: an image may carry any, and a
        container of it has them."""
        return container.own_labels

    @staticmethod
    def read(labels: Mapping[str, str]) -> "Labels | None":
        """What these labels say, if they are whole; whose they are is for the caller to know."""
        plain = {
            field: labels[name]
            for field in Labels.__struct_fields__
            if (name := LABEL + field.replace("_", "-")) in labels
        }
        if any(not text.isprintable() or " " in text for text in plain.values()):
            return None
        try:
            return msgspec.convert(plain, Labels, strict=False)
        except msgspec.ValidationError:
            return None


class Interface(msgspec.Struct, frozen=True):
    """A network interface of this machine, and whether a LAN network can be on it."""

    name: str
    kind: str
    """What the kernel calls its kind (veth, bridge, vlan, ...), or ``ethernet``."""
    mac: str | None = None
    addresses: tuple[str, ...] = ()
    up: bool = True
    """Is it set up, with or without a carrier?"""
    carrier: bool = False
    unfit: str | None = None
    """Why it cannot carry a LAN network; None when it can."""
    of_container: bool = False
    """Is it the host's end of a container's link, in a bridge of Docker's?"""


class Ended(msgspec.Struct, frozen=True):
    """How a container came to its end, or why it could not be started (GET /containers/ID/json)."""

    exit_code: int
    error: str = ""
    """What Docker says of a start that failed; empty where the program itself ended."""

    def __str__(self) -> str:
        return self.error or f"exit code {self.exit_code}"


class Made(msgspec.Struct, frozen=True):
    """How a network container was made and runs (GET /containers/ID/json): what netc chose, and
    nothing that somebody else may have put there."""

    image: str
    """Its id."""
    environment: Mapping[str, str]
    """Of ``core.protocol.Env`` alone."""
    limits: Mapping[str, Any]
    """What it may do and use, in Docker's words."""
    state: Mapping[str, Any]
    """Since when it runs, how often it was started anew, how it ended."""
    links: tuple[str, ...] = ()
    """To its service, and the name of the host: as Docker writes them."""
    mounts: tuple[str, ...] = ()
    """Kind and place of each."""


class NetworkContainer(msgspec.Struct, frozen=True):
    """A network container with its lease, at one moment: what people and scripts are shown."""

    name: str
    service: str
    state: str
    interface: str
    phase: Phase
    ip: str | None
    prefix: int | None
    gateway: str | None
    server: str | None
    mac: str
    client_id: str
    hostname: str
    target: str | None
    ports: tuple[Forward, ...]
    bound_at: datetime | None
    renew_at: datetime | None
    rebind_at: datetime | None
    expires_at: datetime | None
    network: str
    message: str | None
    """What went wrong last, as far as it still does."""
    health: Health
    """The path to the service, as far as it is known."""
    warning: str | None = None
    """What breaks no hop of it and stays so."""
    domain: str | None = None
    """That of the LAN, as the DHCP server tells it."""
    name_servers: tuple[str, ...] = ()
    """Those of the LAN, as the DHCP server tells them."""
    dns_name: str = ""
    """The name that it was asked to be published under; empty: its hostname."""
    keeper: str = Keeper.HAND
    """Who sees to it that it is there."""
    ended: Ended | None = None
    """Why its container does not run, in Docker's words."""
    remedy: str | None = None
    """The command that brings it back, when it does not run."""
    unnamed: Finding | None = None
    """Why its name is not published, where this program tried."""
    again: str = ""
    """The command that makes it anew as it is."""
    node: str | None = None
    """Of a service of a Swarm, the node that it runs on, empty for none; None: it is in no
    Swarm."""
    elsewhere: bool = False
    """Does it run on another node, so that nothing of it but its log is to be had from here?"""
    seed: str = ""
    """What its identity is derived from; empty: the engine's id."""
    moved: str = ""
    """The service whose name it is derived from, where it came from that one by a move."""


class Service(msgspec.Struct, frozen=True):
    """A container that an operator may expose, with its network container if it has one."""

    name: str
    id: str | None
    """None for a service that is gone while its network container is still there."""
    image: str | None
    state: str
    ports: tuple[Port, ...]
    project: str | None = None
    """The Compose project it belongs to."""
    compose: str | None = None
    """Its name as a service of that project."""
    health: str | None = None
    """``healthy``, ``unhealthy`` or ``starting``; None without a health check."""
    network_mode: str = ""
    """Docker's word: ``host``, ``none``, ``container:ID``, or the name of its first network."""
    network_container: NetworkContainer | None = None
    keeping: Keeping | None = None
    """Who keeps it on or off; None for one that is off and whose labels ask for nothing."""
    replicas: Replicas | None = None
    """Of a service of a Swarm; None for a container."""

    @property
    def stands(self) -> str:
        """Docker's word for its state, or how many of its replicas run."""
        return self.state if self.replicas is None else str(self.replicas)

    @property
    def borrows(self) -> str:
        """What it has in place of networks of its own, in words; empty: it has some."""
        if self.network_mode == "host":
            return "the host's own"
        if self.network_mode == "none":
            return "none: nothing reaches it"
        if self.network_mode.startswith("container:"):
            return f"that of container {self.network_mode.removeprefix('container:')[:12]}"
        return ""


_NOTHING = Event("", datetime.fromtimestamp(0, UTC))


def network_container(
    container: Container,
    labels: Labels,
    lease: Event | None,
    now: datetime,
    boot: Boot | None = None,
    error: str | None = None,
) -> NetworkContainer:
    """A network container at ``now`` from what Docker and its own log say. ``error``: why it does
    not run, or why nothing was heard.

    ``boot`` is that of this machine: what was said on a clock that was put since is understood.
    """
    lease = lease.rebased(boot) if lease is not None else None
    running = container.running
    held = lease if lease is not None and running else _NOTHING
    phase = held.phase(now) if running else Phase.STOPPED
    found = judge(container.state, phase, lease, now, error=error)
    if phase is Phase.EXPIRED:
        # It may not have said so yet, but the address is not its own any more.
        held = msgspec.structs.replace(_NOTHING, expires_at=held.expires_at, target=held.target)
    return NetworkContainer(
        name=container.name,
        service=labels.service,
        state=container.state,
        interface=labels.interface,
        phase=phase,
        ip=held.ip,
        prefix=held.prefix,
        gateway=held.gateway,
        server=held.server,
        mac=labels.mac,
        client_id=labels.client_id,
        hostname=labels.hostname,
        target=held.target,
        ports=labels.forwards,
        bound_at=held.bound_at,
        renew_at=held.renew_at,
        rebind_at=held.rebind_at,
        expires_at=held.expires_at,
        network=labels.network,
        message=_trouble(lease, found),
        health=found,
        warning=lease.warning if lease is not None and running else None,
        domain=held.domain,
        name_servers=tuple((held.dns or "").split()),
        dns_name=labels.dns_name,
        keeper=labels.keeper,
        seed=labels.seed,
        moved=labels.moved,
    )


def _trouble(lease: Event | None, found: Health) -> str | None:
    """What is wrong, in the words of the network container. A sign of life between does not end
    it, nor does silence on the LAN make a conflict forgotten: its health has the reason."""
    if found.state is State.BROKEN and found.hop is not None and lease is not None:
        told = lease.reason if lease.health == State.BROKEN else None
        if told and lease.event not in TROUBLE - {Said.NO_OFFER}:
            return told
    return lease.message if lease is not None and lease.event in TROUBLE else None
