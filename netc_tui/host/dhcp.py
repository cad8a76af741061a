"""Which DHCP servers answer on a LAN. It takes root, and no lease.

Two questions go out (RFC 2131): a DISCOVER for an address, and an INFORM of an address that this
machine has, which a server answers that has none to give. Nothing is requested of what is offered.

A server on this machine itself, in a container on the same interface too, is not heard: the kernel
keeps macvlan links apart from their parent.

Not pyroute2's codec: it stops at an option that it cannot decode, and logs.
"""

import asyncio
import hashlib
import secrets
import socket
import struct
from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import NamedTuple

from netc_tui.core.diagnosis.facts import Server
from netc_tui.host import frames
from netc_tui.host.frames import Instruction

PATIENCE = 4.0
"""So long is waited for offers: dnsmasq pings for 3 s before it offers an address."""
SERVER_PORT, CLIENT_PORT = 67, 68
DISCOVER, OFFER, ACK, INFORM = 1, 2, 5, 8
MASK, ROUTER, OVERLOAD, TYPE, SERVER, WANTED, SIZE, CLIENT_ID, END = (
    1,
    3,
    52,
    53,
    54,
    55,
    57,
    61,
    255,
)
COOKIE = b"\x63\x82\x53\x63"
FIXED = 240
"""Bytes of a message before its options."""
SNAME, FILE = slice(44, 108), slice(108, 236)
SHORTEST = 300
"""A message is padded to that (RFC 1542 2.1): relays drop shorter ones."""
UDP = 17
BROADCAST_FLAG = 0x8000
EVERYBODY = b"\xff" * 6
NOWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it


class Asker(NamedTuple):
    """Whom a server is asked to have an address for."""

    mac: bytes
    id: bytes = b""
    """Option 61; empty: none."""


async def servers(
    interface: str, own: str | None, seconds: float = 2.0, client: Asker | None = None
) -> tuple[Server, ...]:
    """The DHCP servers that answer on the LAN of an interface, by address.

    ``own`` is this machine's address there. ``client`` is one that has a lease, or is to have one:
    what it is offered nobody else misses, while some servers hold what they offer to a stranger.

    It takes ``seconds``; longer while one of them may yet offer an address. Raises NetcError when
    not permitted, or when the interface is gone or down.
    """
    loop = asyncio.get_running_loop()
    found: dict[Found, Server] = {}
    xid = secrets.token_bytes(4)
    with frames.listening(interface, frames.ETH_P_IP, wanted(xid)) as held:
        mac = frames.own_mac(held)
        asking = client or Asker(client_mac(mac))
        frames.hear(held, asking.mac)  # some servers do not broadcast though asked to
        begun = loop.time()

        def ask() -> None:
            # The INFORM first: dnsmasq does nothing else while it pings.
            if own is not None:
                held.send(inform(mac, xid, own))
            held.send(discover(mac, xid, asking))

        async def collect(span: float, *, enough: bool = False) -> None:
            until = begun + span
            while loop.time() < until and not (enough and complete(found)):
                for frame in await frames.arrived(held, until):
                    merge(found, answer(frame, xid))

        ask()
        await collect(seconds / 2)
        if not found:
            ask()  # one frame may get lost
        await collect(seconds)
        # An INFORM is answered at once: who has sent one and heard nothing need not wait.
        if found or own is None:
            await collect(PATIENCE, enough=True)
    return tuple(
        sorted(found.values(), key=lambda server: (IPv4Address(server.address), server.mac))
    )


Found = tuple[str, str]
"""A server's address and MAC: a stranger may go by the address of another."""
MOST = 32
"""Servers that are told; a stranger can make up any number."""


def complete(found: dict[Found, Server]) -> bool:
    """Is there a server, and has each offered an address?"""
    return bool(found) and all(server.offer for server in found.values())


def merge(found: dict[Found, Server], server: Server | None) -> None:
    """Keep of each server what it said first, but an offer before anything else."""
    if server is not None:
        key = server.address, server.mac
        known = found.get(key)
        if (known is None and len(found) < MOST) or (known and server.offer and not known.offer):
            found[key] = server


def client_mac(mac: bytes) -> bytes:
    """Whom the DISCOVER is for: always the same, so that a server has one entry for all of them,
    and not the interface's own, so that the lease of this machine is not touched."""
    digest = hashlib.sha256(b"netc doctor\0" + mac).digest()
    return bytes([digest[0] & 0xFC | 0x02]) + digest[1:6]


def discover(mac: bytes, xid: bytes, client: Asker) -> bytes:
    """A frame that asks who has an address to give.

    The Ethernet source is the interface's own: a hypervisor's switch may drop any other.
    """
    message = _message(DISCOVER, xid, client.mac, NOWHERE, BROADCAST_FLAG, client.id)
    return _frame(mac, NOWHERE, message)


def inform(mac: bytes, xid: bytes, own: str) -> bytes:
    """A frame that asks for what else there is to know. In it the interface's own MAC: some
    servers send their answer there without a look at ARP."""
    return _frame(mac, own, _message(INFORM, xid, mac, own, 0))


def wanted(xid: bytes) -> bytes:
    """The filter for answers: to the client's port, with this transaction id."""
    steps = (
        Instruction(frames.HALF, 12),
        Instruction(frames.EQUAL, frames.ETH_P_IP, no="drop"),
        Instruction(frames.BYTE, frames.HEADER + 9),
        Instruction(frames.EQUAL, UDP, no="drop"),
        Instruction(frames.HALF, frames.HEADER + 6),
        Instruction(frames.ANY_BIT, 0x1FFF, yes="drop"),  # a fragment that is not the first
        Instruction(frames.LENGTH, frames.HEADER),
        Instruction(frames.HALF_X, frames.HEADER + 2),
        Instruction(frames.EQUAL, CLIENT_PORT, no="drop"),
        Instruction(frames.WORD_X, frames.HEADER + 8 + 4),
        Instruction(frames.EQUAL, int.from_bytes(xid), no="drop"),
    )
    return frames.program(steps)


def answer(frame: bytes, xid: bytes) -> Server | None:
    """The server that a frame is an answer of, to the question ``xid``; None: it is not."""
    packet = frame[frames.HEADER :]
    if len(packet) < 20 or packet[0] >> 4 != 4 or packet[9] != UDP:
        return None
    # Behind a short packet is padding.
    length = int.from_bytes(packet[2:4])
    message = packet[(packet[0] & 15) * 4 + 8 : length]
    if len(message) < FIXED or message[0] != 2 or message[4:8] != xid:
        return None
    options = options_of(message)
    kind = options.get(TYPE)
    if kind not in (bytes([OFFER]), bytes([ACK])):
        return None
    address = _address(options.get(SERVER, b"")) or str(IPv4Address(packet[12:16]))
    mac = frame[6:12].hex(":")
    offer = _address(message[16:20]) if kind == bytes([OFFER]) else None
    if offer is None:
        return Server(address=address, mac=mac)
    return Server(
        address=address,
        mac=mac,
        offer=offer,
        prefix=_prefix(options.get(MASK, b"")),
        gateway=_address(options.get(ROUTER, b"")[:4]),
    )


def options_of(message: bytes) -> dict[int, bytes]:
    """The options of a message; what makes no sense ends them.

    The parts of a long one are joined (RFC 3396); fields of the header may hold some more (RFC
    2132 9.3).
    """
    if message[FIXED - 4 : FIXED] != COOKIE:
        return {}
    found: dict[int, bytes] = {}
    _read(message[FIXED:], found)
    overload = int.from_bytes(found.get(OVERLOAD, b""))
    for bit, field in ((1, FILE), (2, SNAME)):
        if overload in (bit, 3):
            _read(message[field], found)
    return found


def _read(text: bytes, found: dict[int, bytes]) -> None:
    at = 0
    while at < len(text) and text[at] != END:
        if text[at] == 0:
            at += 1
            continue
        begin, end = at + 2, at + 2 + int.from_bytes(text[at + 1 : at + 2])
        if end > len(text):
            return
        found[text[at]] = found.get(text[at], b"") + text[begin:end]
        at = end


def _address(value: bytes) -> str | None:
    """An address of one machine; None: it is none."""
    if len(value) != 4:
        return None
    address = IPv4Address(value)
    told = not (address.is_unspecified or address.is_multicast or address.is_reserved)
    return str(address) if told else None


def _prefix(mask: bytes) -> int | None:
    """The length of a netmask; None: it is none."""
    if len(mask) != 4:
        return None
    hosts = int.from_bytes(mask) ^ 0xFFFFFFFF
    return None if hosts & (hosts + 1) else (32 - hosts.bit_length() or None)


def _message(
    kind: int, xid: bytes, chaddr: bytes, ciaddr: str, flags: int, client_id: bytes = b""
) -> bytes:
    options = [
        (TYPE, bytes([kind])),
        (SIZE, struct.pack("!H", 1500)),
        (WANTED, bytes([MASK, ROUTER])),
    ]
    if client_id:
        options.append((CLIENT_ID, client_id))
    header = struct.pack("!BBBB4sHH", 1, 1, 6, 0, xid, 0, flags)
    fixed = header + socket.inet_aton(ciaddr).ljust(16, b"\0") + chaddr.ljust(16, b"\0")
    text = b"".join(bytes([code, len(value)]) + value for code, value in options)
    return (fixed.ljust(FIXED - 4, b"\0") + COOKIE + text + bytes([END])).ljust(SHORTEST, b"\0")


def _frame(mac: bytes, source: str, message: bytes) -> bytes:
    """A message to all on the LAN, in UDP, IPv4 and Ethernet."""
    ends = socket.inet_aton(source) + b"\xff" * 4
    size = 8 + len(message)
    udp = struct.pack("!HHHH", CLIENT_PORT, SERVER_PORT, size, 0)
    total = _checksum((ends, struct.pack("!HH", UDP, size), udp, message)) or 0xFFFF
    udp = udp[:6] + struct.pack("!H", total)
    plain = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 0, 0, 64, UDP, 0)
    ip = plain[:10] + struct.pack("!H", _checksum((plain, ends))) + ends
    return EVERYBODY + mac + struct.pack("!H", frames.ETH_P_IP) + ip + udp + message


def _checksum(parts: Iterable[bytes]) -> int:
    """That of the internet (RFC 1071), over an even number of bytes."""
    text = b"".join(parts)
    total: int = sum(struct.unpack(f"!{len(text) // 2}H", text))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
