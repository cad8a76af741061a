"""What is published of a network container: its name, address and ports, as records of the DNS and
as keys of etcd in the layout of SkyDNS.

A record is owned by whoever wrote the DHCID beside it (RFC 4701), in etcd by whom the value names:
the network container's client-id. Nobody else's is ever changed.
"""

import hashlib
import ipaddress
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import NetworkContainer
from netc_tui.core.ports import Forward

LEAST_TTL = 60
"""Seconds: no record is asked for more often than that."""
DAY = 86_400
"""Seconds that a record of a lease without an end may be remembered."""
_LARGEST_TTL = 2**31 - 1  # RFC 2181 8
PORTS_AT_MOST = 64
"""Ports that get a record of their own. A long range is no list of services."""
_LOOKED_UP = 1000
"""Ports of one forward whose names are looked up."""
PREFIX = "skydns"
"""The folder of etcd that SkyDNS and CoreDNS read unless told otherwise."""
OWNER = "netc"
"""The field of a value in etcd that says whose it is. Name servers skip what they do not know."""

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SERVICE = re.compile(r"(?=.{1,15}\Z)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")  # RFC 6335 5.1
_LONGEST = 255
"""Octets of a name in a message: a length before each label, and the root (RFC 1035 2.3.4)."""


class ServicePort(msgspec.Struct, frozen=True, order=True):
    """A port of the LAN address that has a name in /etc/services."""

    service: str
    proto: str
    port: int

    def at(self, name: str) -> str:
        """Where its SRV record stands (RFC 2782): ``_http._tcp.NAME``."""
        return f"_{self.service}._{self.proto}.{name}"


class Publication(msgspec.Struct, frozen=True):
    """What a network container is to be known by."""

    name: str
    """In full, in lower case, without the dot at its end."""
    zone: str
    """The zone, or the domain, that it is in: the end of ``name``."""
    address: str
    client_id: str
    """Option 61 in hex: whose it is."""
    ttl: int
    """Seconds."""
    seconds: int | None = None
    """Until the lease ends; None: it never does."""
    ports: tuple[ServicePort, ...] = ()
    """Those with a name."""
    port: int = 0
    """The first port; 0: none."""
    shared: bool = False
    """Was it asked for that others may have the same name?"""

    @property
    def reverse(self) -> str:
        """The name that its address has in the DNS: ``50.0.168.192.in-addr.arpa``."""
        return ipaddress.IPv4Address(self.address).reverse_pointer

    @property
    def dhcid(self) -> bytes:
        """What marks its records as its own."""
        return dhcid(self.client_id, self.name)


def plan(
    wanted: str,
    zone: str,
    address: str,
    client_id: str,
    forwards: Iterable[Forward],
    named: Callable[[int, str], str],
    *,
    lease: float | None,
    left: float | None,
    shared: bool = False,
) -> Publication:
    """What to publish. ``wanted`` is a label, or a name in the zone; ``named`` tells a port's name
    in /etc/services, or nothing; ``lease`` is how many seconds the lease lasts, ``left`` how many
    of them are left, None where it never ends.

    Raises NetcError (usage) for a name or a zone that is none.
    """
    name, zone = full(wanted, zone)
    ports: list[ServicePort] = []
    first = 0
    for forward in sorted(forwards, key=lambda each: (each.proto != "tcp", each)):
        first = first or forward.public
        for single in itertools.islice(forward.singles(), _LOOKED_UP):
            if len(ports) == PORTS_AT_MOST:
                break
            service = named(single.public, single.proto).lower()
            port = ServicePort(service, single.proto, single.public)
            if _SERVICE.fullmatch(service) and len(wire(port.at(name))) <= _LONGEST:
                ports.append(port)
    return Publication(
        name, zone, address, client_id, ttl(lease), None if left is None else int(left),
        tuple(sorted(ports)), first, shared,
    )  # fmt: skip


def of(
    own: NetworkContainer,
    zone: str,
    named: Callable[[int, str], str],
    now: datetime,
    *,
    name: str = "",
    shared: bool = False,
) -> Publication | None:
    """What to publish of a network container at ``now``: under its DHCP hostname, unless a name was
    asked for. None while it has no address. Raises NetcError (usage) as ``plan`` does."""
    if own.ip is None:
        return None
    lease = left = None
    if own.expires_at is not None:
        left = (own.expires_at - now).total_seconds()
        lease = (own.expires_at - (own.bound_at or now)).total_seconds()
    return plan(
        name or own.hostname, zone, own.ip, own.client_id, own.ports, named,
        lease=lease, left=left, shared=shared,
    )  # fmt: skip


def ttl(lease: float | None) -> int:
    """Seconds that a record may be remembered: a third of the lease (RFC 4702 5), at least 60."""
    return DAY if lease is None else max(LEAST_TTL, min(int(lease / 3), _LARGEST_TTL))


def full(wanted: str, zone: str) -> tuple[str, str]:
    """The name in full, and the zone. Raises NetcError (usage)."""
    zone = check_name(zone, "zone")
    label = wanted.strip().lower().removesuffix(".")
    if label == zone:
        raise NetcError(f"name {wanted!r} is that of the zone itself; take one in it", Exit.USAGE)
    if "." in label and not label.endswith(f".{zone}"):
        raise NetcError(
            f"name {_short(wanted)} is not in the zone {zone}; take one in it", Exit.USAGE
        )
    return check_name(label if label.endswith(f".{zone}") else f"{label}.{zone}"), zone


def check_name(text: str, what: str = "name") -> str:
    """A name of the DNS in lower case, without the dot at its end: labels of letters, digits, and
    hyphens inside. Raises NetcError (usage)."""
    name = text.strip().lower().removesuffix(".")
    for label in name.split("."):
        if not _LABEL.fullmatch(label):
            raise NetcError(
                f"{what} {_short(text)}: letters, digits, hyphens inside; 63 at most between dots",
                Exit.USAGE,
            )
    if len(wire(name)) > _LONGEST:
        raise NetcError(f"{what} {_short(text)}: 253 characters at most", Exit.USAGE)
    return name


def _short(text: str) -> str:
    return repr(text) if len(text) <= 40 else f"{text[:40]!r}..."


def apart(name: str, others: Iterable[str]) -> str | None:
    """The first of the other names that lies below or above this one; None: they are apart.

    In etcd a name answers with all that lies below it: two such would be taken for one service.
    """
    for other in others:
        if other.endswith(f".{name}") or name.endswith(f".{other}"):
            return other
    return None


def wire(name: str) -> bytes:
    """A name as a message has it (RFC 1035 3.1), in lower case, not compressed."""
    labels = [label.encode() for label in name.lower().removesuffix(".").split(".")]
    return b"".join(bytes([len(label) & 0xFF]) + label for label in labels) + b"\0"


def dhcid(client_id: str, name: str) -> bytes:
    """What a DHCP server writes into a DHCID record for a client (RFC 4701 3).

    A client-id of RFC 4361 (255, an IAID, a DUID) counts by its DUID alone: type 2. Any other: 1.
    """
    client = bytes.fromhex(client_id)
    kind, identifier = (2, client[5:]) if client[:1] == b"\xff" and client[5:] else (1, client)
    return bytes((0, kind, 1)) + hashlib.sha256(identifier + wire(name)).digest()


def key(name: str, prefix: str = PREFIX) -> str:
    """The key of a name: ``/skydns/lan/home/web`` for web.home.lan."""
    return "/".join(("", *filter(None, prefix.split("/")), *reversed(name.split("."))))


def child(client_id: str) -> str:
    """The label under a shared name that is one network container's own."""
    return hashlib.sha256(client_id.encode()).hexdigest()[:8]


def own_key(published: Publication, prefix: str = PREFIX) -> str:
    """The key of a publication: that of its name, or one below where others have the name too."""
    at = key(published.name, prefix)
    return f"{at}/{child(published.client_id)}" if published.shared else at


def above(published: Publication, prefix: str = PREFIX) -> tuple[str, ...]:
    """The keys between the zone and the publication's own, at which nothing may stand."""
    at, end = own_key(published, prefix), key(published.zone, prefix)
    found = []
    while (at := at.rpartition("/")[0]) != end:
        found.append(at)
    return tuple(found)


def is_reserved(published: Publication) -> bool:
    """Is it below a ``dns`` in its zone? There SkyDNS and CoreDNS have what they go by: the zone's
    own address (apex.dns), its name servers (ns.dns), whom they ask for other zones (stub.dns)."""
    inside = published.name.removesuffix(f".{published.zone}").split(".")
    return "dns" in inside[1:]


def value(published: Publication) -> str:
    """What stands at its key."""
    service: dict[str, object] = {"host": published.address}
    if published.port:
        service["port"] = published.port
    return _json(service | {"ttl": published.ttl, OWNER: published.client_id})


def reverse_value(published: Publication) -> str:
    """What stands at the key of its address."""
    return _json({"host": published.name, "ttl": published.ttl, OWNER: published.client_id})


def _json(service: Mapping[str, object]) -> str:
    return json.dumps(service, separators=(",", ":"))


def owner(text: str | bytes) -> str:
    """Whose a value in etcd is; empty for anybody else's."""
    return str(_told(text).get(OWNER, ""))


def host(text: str | bytes) -> str:
    """Where a value in etcd leads; empty when it does not say."""
    return str(_told(text).get("host", ""))


def address(text: str | bytes) -> str:
    """The address to which a value in etcd leads; empty when that is none."""
    try:
        return str(ipaddress.IPv4Address(host(text)))
    except ValueError:
        return ""


def _told(text: str | bytes) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_shared(at: str, text: str | bytes) -> bool:
    """Does a key below a name belong to a network container that shares the name?"""
    whose = owner(text)
    return bool(whose) and at.rpartition("/")[2] == child(whose)
