"""What a look at a path goes by: facts, as they were gathered at one moment.

Each source may be missing, with a sentence that says why: what it was to tell is not checked then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from netc_tui.core.findings import Finding
from netc_tui.core.lease import Event
from netc_tui.core.model import Interface, NetworkContainer
from netc_tui.core.sockets import Socket


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What a command in the network container found (``protocol.PROBE``, ``protocol.EXAMINE``)."""

    gateway: str | None = None
    """``ok``, ``silent``, ``none`` (the lease names none); None: it did not say."""
    ports: Mapping[str, str] = msgspec.field(default_factory=dict)
    """``tcp/80`` to ``open``, ``refused`` or ``silent``."""
    own: tuple[str, str | None, str | None] | None = None
    """What the network container found of itself when it was asked to look: health, the first
    broken hop, the reason. None: it did not look in time."""
    code: str | None = None
    """The code of that reason."""
    holders: tuple[str, ...] | None = None
    """The MACs of others that have its address; None: nobody was asked."""
    large: str | None = None
    """A packet of full size to the gateway and back: ``ok``, ``lost`` (a small one came back), or
    None: not asked, or the gateway answers no ping."""
    mtu: int | None = None
    """What full size is."""
    planned: tuple[str, ...] | None = None
    """The rules that ought to be there, ``TABLE -A CHAIN ...``; None: not told."""
    there: tuple[str, ...] | None = None
    """Those that were there before it was asked to look."""
    stuck: Mapping[str, int] | None = None
    """Clients whose connections are answered and never established, with how many there are."""
    unforwarded: tuple[int, int] | None = None
    """TCP packets to ports of the address that are not forwarded: until now, and while it was
    looked."""


class Neighbour(msgspec.Struct, frozen=True):
    """An entry in this machine's own neighbour table."""

    state: str
    """``reachable``, ``stale``, ``failed``, ``incomplete`` ... (ip-neighbour(8))."""
    mac: str | None = None


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """The engine's host, as far as the path goes through it."""

    there: bool
    """Is there an interface of that name?"""
    up: bool = False
    carrier: bool = False
    unfit: str | None = None
    """Why it can carry no LAN network, whether or not it is up."""
    addresses: tuple[str, ...] = ()
    """ADDRESS/PREFIX on the interface."""
    filters: bool = False
    """Is it a bridge whose packets the host's iptables see?"""
    virtual: str | None = None
    """The hypervisor that this machine runs on."""
    gateway: Neighbour | None = None
    """What this machine itself knows of the lease's gateway, having asked it just now."""
    address: Neighbour | None = None
    """The same of the leased address: what a program here asks for in vain."""
    routed: bool = False
    """Is there a route to the leased address over the service's network?"""
    elsewhere: str = ""
    """Why it was not asked for what only a program on it can see; empty: it was."""
    astray: tuple[tuple[str, str], ...] | None = None
    """Neighbours that sent packets for the leased address to another MAC address: their own
    address, and that MAC. None: nobody listened, which takes root."""

    @staticmethod
    def of(interface: Interface | None, elsewhere: str = "") -> "Surroundings":
        """What is known of an interface that was listed; None: there is none of that name."""
        if interface is None:
            return Surroundings(there=False, elsewhere=elsewhere)
        sound = interface.up and interface.carrier
        return Surroundings(
            there=True,
            up=interface.up,
            carrier=interface.carrier,
            unfit=interface.unfit if sound else None,
            addresses=interface.addresses,
            elsewhere=elsewhere,
        )


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A DHCP server that answered a question of this machine's own."""

    address: str
    mac: str
    offer: str | None = None
    """The address that it offered; None: it answers, and offers none."""
    prefix: int | None = None
    gateway: str | None = None

    def __str__(self) -> str:
        length = f"/{self.prefix}" if self.prefix is not None else ""
        offers = f"offers {self.offer}{length}" if self.offer else "offers no address"
        via = f", gateway {self.gateway}" if self.gateway else ""
        return f"{self.address} ({self.mac}) {offers}{via}"


def at_odds(servers: Sequence[Server]) -> bool:
    """Are there several, of which one may be a stranger? One that answers from two machines, with
    one gateway and netmask, is not: it stands behind a pair of relays."""
    if len({server.address for server in servers}) > 1:
        return True
    told = {(server.prefix, server.gateway) for server in servers if server.offer}
    return len(told) > 1


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, for one service that is on."""

    own: NetworkContainer
    now: datetime
    probe: Probe | str = "nobody asked"
    asked: Sequence[str] = ()
    """The ports of the service that are asked, ``tcp/80``."""
    left_out: int = 0
    """How many more TCP ports it has."""
    other: Sequence[str] = ()
    """Those of other protocols, in words: ``udp/53``."""
    fault: Finding | None = None
    """What the engine says is wrong with the service."""
    failing: bool = False
    """Does the service's own health check fail?"""
    published: Sequence[int] = ()
    """The ports of this host at which Docker publishes the service."""
    events: Sequence[Event] = ()
    """What the network container said, oldest first."""
    sockets: tuple[Socket, ...] | str = ""
    """What listens in the service, or why that is not known; empty: nobody looked."""
    host: Surroundings | str = ""
    """This machine, or why it was not looked at."""
    servers: tuple[Server, ...] | str = ""
    """The DHCP servers on the interface's LAN, or why nobody asked."""
