"""Which sockets of a service listen, as the kernel tells it: proc_net_tcp(5)."""

import ipaddress
from collections.abc import Iterable, Sequence

import msgspec

from netc_tui.core.ports import Forward

LISTEN = "0A"
"""The state of a TCP socket that listens."""
UNCONNECTED = "07"
"""That of a UDP socket that takes datagrams from anybody."""


class Socket(msgspec.Struct, frozen=True):
    """One that listens."""

    proto: str
    """``tcp`` or ``udp``."""
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int

    @property
    def loopback(self) -> bool:
        """Can only its own container reach it?"""
        mapped = getattr(self.address, "ipv4_mapped", None)
        return (mapped or self.address).is_loopback

    def __str__(self) -> str:
        six = isinstance(self.address, ipaddress.IPv6Address)
        return f"[{self.address}]:{self.port}" if six else f"{self.address}:{self.port}"


def parse(text: str) -> tuple[Socket, ...]:
    """What listens, of the files ``tcp``, ``tcp6``, ``udp`` and ``udp6`` of /proc/net one after
    the other, each headed by a line with its name. Lines that make no sense are passed over."""
    found: list[Socket] = []
    proto = ""
    for line in text.splitlines():
        words = line.split()
        if words in (["tcp"], ["tcp6"], ["udp"], ["udp6"]):
            proto = words[0][:3]
            continue
        wanted = LISTEN if proto == "tcp" else UNCONNECTED
        if not proto or len(words) < 4 or words[3] != wanted:
            continue
        address, _, port = words[1].partition(":")
        try:
            found.append(Socket(proto, _address(address), int(port, 16)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def _address(digits: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address from words of 32 bits, each in the byte order of the machine.

    Raises ValueError for what is none. A big-endian machine writes them the other way round; netc
    looks at its own kernel or at one behind a socket, and takes that for little-endian as nearly
    all are.
    """
    raw = b"".join(bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8))
    return ipaddress.IPv4Address(raw) if len(raw) == 4 else ipaddress.IPv6Address(raw)


def of(sockets: Iterable[Socket], proto: str, port: int) -> tuple[Socket, ...]:
    """Those on a port."""
    return tuple(socket for socket in sockets if socket.proto == proto and socket.port == port)


def unheard(
    service: str, forwards: Iterable[Forward], sockets: Sequence[Socket]
) -> tuple[str, ...]:
    """What to say of forwards that lead where nobody listens now, or only for the service itself;
    nothing of protocols whose sockets are not seen."""
    said = []
    for forward in forwards:
        if forward.proto not in ("tcp", "udp"):
            continue
        there = [of(sockets, forward.proto, each.private) for each in forward.singles()]
        none = sum(not found for found in there)
        inside = [found for found in there if found and all(socket.loopback for socket in found)]
        ports = f"{forward.ports_of_service}/{forward.proto}"
        if none:
            some = f"{none} of " if none < forward.count else ""
            said.append(f"nothing listens on {some}{ports} in {service} now")
        if inside:
            where = ", ".join(f"{socket}/{forward.proto}" for found in inside for socket in found)
            said.append(f"{service} listens on {where} alone, which nobody else reaches")
    return tuple(said)
