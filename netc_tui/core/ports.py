"""Ports: what a service exposes, and which port of the LAN address leads to which port of it."""

import itertools
import re
from collections.abc import Iterable, Sequence

import msgspec

from netc_tui.core.errors import Exit, NetcError

PROTOCOLS = ("tcp", "udp", "sctp")
REMAPPED_AT_MOST = 256
"""Longest range that may be remapped: each of its ports takes a rule of its own."""


class Port(msgspec.Struct, frozen=True, order=True):
    """A port that a service exposes, with the host addresses that Docker publishes it on."""

    port: int
    proto: str
    published: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.port}/{self.proto}"

    @property
    def host_only(self) -> bool:
        """Does Docker publish it, but on this host's loopback alone?"""
        return bool(self.published) and all(map(_on_loopback, self.published))

    @property
    def published_text(self) -> tuple[str, ...]:
        """Where it is published, each place once: ``8080/tcp`` on all addresses of this host,
        ``127.0.0.1:8080/tcp`` on one."""
        on = {address.rpartition(":")[::2] for address in self.published}
        everywhere = {number for address, number in on if address in _ANY_ADDRESS}
        single = {(a, n) for a, n in on if a not in _ANY_ADDRESS and n not in everywhere}
        return (
            *(f"{number}/{self.proto}" for number in sorted(everywhere, key=int)),
            *(f"{address}:{number}/{self.proto}" for address, number in sorted(single)),
        )


_ANY_ADDRESS = ("0.0.0.0", "[::]")  # noqa: S104 # as Docker writes it


def _on_loopback(published: str) -> bool:
    address = published.rpartition(":")[0]
    return address.startswith("127.") or address == "[::1]"


class Forward(msgspec.Struct, frozen=True, order=True):
    """``count`` ports of the LAN address from ``public``, led to the service from ``private``.

    Ports are 1 to 65535; ``proto`` is one of PROTOCOLS.
    """

    proto: str
    public: int
    private: int
    count: int = 1

    def __str__(self) -> str:
        """As the command line takes it: ``PUB[:PRIV][/PROTO]``, the protocol always named."""
        remapped = f":{_span(self.private, self.count)}" if self.private != self.public else ""
        return f"{_span(self.public, self.count)}{remapped}/{self.proto}"

    @property
    def last(self) -> int:
        """The last of the public ports."""
        return self.public + self.count - 1

    @property
    def ports_of_service(self) -> str:
        """Where they lead: ``80``, ``5000-5010``."""
        return _span(self.private, self.count)

    def singles(self) -> Iterable["Forward"]:
        """The same as forwards of one port each."""
        for step in range(self.count):
            yield Forward(self.proto, self.public + step, self.private + step)


def _span(first: int, count: int) -> str:
    return str(first) if count == 1 else f"{first}-{first + count - 1}"


_SPEC = re.compile(
    r"(\d{1,5})(?:-(\d{1,5}))?(?::(\d{1,5})(?:-(\d{1,5}))?)?(?:/([a-z]+))?", re.ASCII
)


def parse(text: str) -> Forward:
    """Read ``PUB[:PRIV][/PROTO]``; PUB and PRIV are ports or ranges ``A-B`` of equal length.

    Raises NetcError (usage) for anything else.
    """
    match = _SPEC.fullmatch(text.strip().lower())
    if match is None:
        raise _bad(text, "write PUB[:PRIV][/PROTO], for example 80, 80:8080 or 5000-5010/udp")
    first, last, to_first, to_last, proto = match.groups()
    proto = proto or "tcp"
    if proto not in PROTOCOLS:
        raise _bad(text, f"the protocol is one of {', '.join(PROTOCOLS)}")
    public, private = int(first), int(to_first or first)
    count = int(last or first) - public + 1
    if to_first is not None and int(to_last or to_first) - private + 1 != count:
        raise _bad(text, "both ranges must be of one length")
    if count < 1:
        raise _bad(text, "the range ends before it begins")
    if not (public >= 1 and public + count <= 65536 and private >= 1 and private + count <= 65536):
        raise _bad(text, "ports are 1 to 65535")
    if public != private and count > REMAPPED_AT_MOST:
        raise _bad(text, f"a range that is remapped has at most {REMAPPED_AT_MOST} ports")
    return Forward(proto, public, private, count)


def _bad(text: str, why: str) -> NetcError:
    return NetcError(f"port {text!r}: {why}", Exit.USAGE)


def parse_all(texts: Iterable[str]) -> tuple[Forward, ...]:
    """Read several, sorted. Raises NetcError (usage) when a public port is named twice."""
    forwards = tuple(sorted({parse(text) for text in texts}))
    for one, other in itertools.pairwise(forwards):
        if one.proto == other.proto and other.public <= one.last:
            raise NetcError(
                f"ports {one} and {other} overlap; name each public port once", Exit.USAGE
            )
    return forwards


def as_exposed(ports: Sequence[Port]) -> tuple[Forward, ...]:
    """Forward exactly what a service exposes, neighbouring ports joined to ranges."""
    forwards: list[Forward] = []
    for proto, number in sorted({(port.proto, port.port) for port in ports}):
        if forwards and forwards[-1].proto == proto and forwards[-1].last + 1 == number:
            begun = forwards.pop()
            forwards.append(Forward(proto, begun.public, begun.private, begun.count + 1))
        else:
            forwards.append(Forward(proto, number, number))
    return tuple(forwards)


def unasked(ports: Sequence[Port]) -> tuple[Forward, ...]:
    """What is forwarded when nobody names ports: what a service exposes, but not what its operator
    published on this host's loopback alone, so that nobody else should reach it."""
    return as_exposed([port for port in ports if not port.host_only])


def as_list(forwards: Iterable[Forward]) -> str:
    """To be read, and as a field of the screen takes them: with a blank after each comma."""
    return ", ".join(map(str, forwards))


def as_text(forwards: Iterable[Forward]) -> str:
    """As the label of a network container holds them; ``parse_all(text.split(","))`` reads it."""
    return ",".join(map(str, forwards))
