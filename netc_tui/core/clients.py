"""Who is connected to a service through its LAN address: what ``clients`` prints, read.

It comes from a container and is no trusted text: a line that makes no sense is left out.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

_NUMBER = "[0-9]{1,20}"
_CLIENT = re.compile(
    rf"client ([0-9.]{{7,15}}) (tcp|udp|sctp) ([1-9][0-9]{{0,4}}) ({_NUMBER}) (?:- -|({_NUMBER})"
    rf" ({_NUMBER})) ({_NUMBER})"
)
_LEFT_OUT = re.compile(rf"(more|tracked) ({_NUMBER})")
REMEMBERED = 50
"""Clients that went and are still told of."""
JUMP = 1.25
"""So many times the bytes of the client above it must a client have to pass it."""


class Client(msgspec.Struct, frozen=True):
    """The connections of one client to one public port."""

    address: str
    proto: str
    port: int
    connections: int
    packets: int | None
    """Of both directions, of the connections that there are; None where it is not counted."""
    bytes: int | None
    unanswered: int
    """Connections that the service did not answer, or whose answer the client did not take."""


class Clients(msgspec.Struct, frozen=True):
    """Who is connected at one moment, the busiest first."""

    clients: tuple[Client, ...] = ()
    more: int = 0
    """So many further clients, less busy ones, were left out."""
    tracked: int | None = None
    """There were so many connections that only the first of them were looked at; None: at all."""


class Caller(msgspec.Struct, frozen=True):
    """A client with all its ports."""

    address: str
    ports: tuple[str, ...]
    """``80/tcp``, the busiest first."""
    connections: int
    bytes: int | None
    unanswered: int
    last_seen: datetime | None = None
    """When it was connected last; None: it is now."""


class Seen:
    """Who was connected, and when last, for as long as somebody looks on."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}

    def gone(self, connected: Iterable[str], at: datetime) -> Mapping[str, datetime]:
        """Those that were there before and are not ``connected`` at this moment, of very many the
        ones that went last."""
        there = dict.fromkeys(connected, at)
        known = self._last | there
        gone = [address for address in known if address not in there]
        for address in sorted(gone, key=known.__getitem__)[:-REMEMBERED]:
            del known[address]
        self._last = known
        return {address: known[address] for address in gone if address in known}


def parse(text: str) -> Clients:
    """All that was told, each line by itself."""
    found: list[Client] = []
    rest: dict[str, int] = {}
    for line in text.split("\n"):
        if (told := _CLIENT.fullmatch(line.strip())) and (client := _client(told)) is not None:
            found.append(client)
        elif counted := _LEFT_OUT.fullmatch(line.strip()):
            rest[counted[1]] = int(counted[2])
    return Clients(tuple(found), rest.get("more", 0), rest.get("tracked"))


def _client(told: re.Match[str]) -> Client | None:
    address, proto, port, connections, packets, octets, unanswered = told.groups()
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        return None
    count = int(connections)
    if int(port) > 65535 or not 0 < count >= int(unanswered):
        return None
    return Client(
        address,
        proto,
        int(port),
        count,
        None if packets is None else int(packets),
        None if octets is None else int(octets),
        int(unanswered),
    )


def left_out(more: int, tracked: int | None) -> list[str]:
    """What is not in a list of clients, in words."""
    said = []
    if more:
        said.append(f"and {more} more client{'s' if more > 1 else ''}, less busy")
    if tracked is not None:
        said.append(f"of {tracked} connections only the first were looked at")
    return said


def folded(found: Iterable[Client]) -> tuple[Caller, ...]:
    """Each client once, over all its ports, the busiest first."""
    by_address: dict[str, list[Client]] = {}
    for client in found:
        by_address.setdefault(client.address, []).append(client)
    return tuple(
        sorted((_fold(address, of) for address, of in by_address.items()), key=_busiest_first)
    )


def _fold(address: str, of: Sequence[Client]) -> Caller:
    counted = [client.bytes for client in of if client.bytes is not None]
    ports = sorted(of, key=lambda client: (-(client.bytes or 0), -client.connections, client.port))
    return Caller(
        address,
        tuple(dict.fromkeys(f"{client.port}/{client.proto}" for client in ports)),
        sum(client.connections for client in of),
        sum(counted) if len(counted) == len(of) else None,
        sum(client.unanswered for client in of),
    )


def _busiest_first(caller: Caller) -> tuple[int, int, int]:
    size = caller.bytes or 0
    return -size, -caller.connections, int(ipaddress.IPv4Address(caller.address))


def with_gone(
    now: Sequence[Caller], before: Iterable[Caller], gone: Mapping[str, datetime]
) -> tuple[Caller, ...]:
    """Those that are there, and those that have ``gone`` as they were ``before``, which keep their
    places."""
    went = (
        msgspec.structs.replace(caller, connections=0, unanswered=0, last_seen=gone[caller.address])
        for caller in before
        if caller.address in gone
    )
    return (*now, *went)


def settled(found: Iterable[Caller], before: Sequence[str]) -> tuple[Caller, ...]:
    """In the order of ``before``, which has their addresses, but for those that are by now JUMP
    times as busy as one above them: a row that is read should not jump for a few bytes."""
    at = {address: place for place, address in enumerate(before)}
    busiest = sorted(found, key=_busiest_first)
    kept = sorted(
        (caller for caller in busiest if caller.address in at), key=lambda known: at[known.address]
    )
    # New ones go where they belong; then each goes up as far as it is much busier.
    order: list[Caller] = []
    for caller in [*kept, *(each for each in busiest if each.address not in at)]:
        factor = JUMP if caller.address in at else 1
        place = len(order)
        while place and _size(caller) > factor * _size(order[place - 1]):
            place -= 1
        order.insert(place, caller)
    return tuple(order)


def _size(caller: Caller) -> int:
    # Where bytes are not counted, by connections.
    return caller.connections if caller.bytes is None else caller.bytes
