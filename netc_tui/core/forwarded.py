"""What was forwarded, by forward: what a network container tells, and the sum of all its lives."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

MOST = 20
"""Forwards of one network container that are counted; of further ones nothing is told."""


class Direction(StrEnum):
    """Which way."""

    IN = "in"
    """From the LAN to the service."""
    OUT = "out"


class Forwarded(msgspec.Struct, frozen=True, array_like=True):
    """What was forwarded one way since a network container began, as its rules count it."""

    forward: str
    """By its public ports: ``80/tcp``, ``5000-5010/udp``."""
    direction: str
    packets: int
    bytes: int
    """Without the headers of the link."""


_FORWARD = re.compile(r"[1-9][0-9]{0,4}(?:-[1-9][0-9]{0,4})?/(?:tcp|udp|sctp)")
_LARGEST = 1 << 63


def sensible(told: Iterable[Forwarded]) -> tuple[Forwarded, ...]:
    """What can be counts, and no more than there are: a log is no trusted text."""
    found = (
        each
        for each in told
        if _FORWARD.fullmatch(each.forward)
        and each.direction in list(Direction)
        and 0 <= each.packets < _LARGEST
        and 0 <= each.bytes < _LARGEST
    )
    return tuple(found)[: MOST * len(Direction)]


Life = tuple[str | None, float | None]
"""A start of a network container: the host's boot, and the seconds from that to the start."""
_Flow = tuple[str, str]
"""Forward and direction."""
_Count = tuple[int, int]
"""Packets and bytes."""


class Totals:
    """What one network container has forwarded in all its lives, as far as it was heard. It never
    becomes less, in whatever order and however often it is told, and has no more forwards than
    there can be, whatever else a log may name."""

    def __init__(self) -> None:
        self._flows: dict[_Flow, None] = {}
        self._lives: dict[Life, dict[_Flow, _Count]] = {}
        """What is not 0: one that is started again and again is not remembered each time."""

    def take(self, life: Life, told: Iterable[Forwarded]) -> None:
        """What it said in that life."""
        for each in told:
            flow = each.forward, each.direction
            if flow not in self._flows and len(self._flows) == MOST * len(Direction):
                continue
            self._flows[flow] = None
            if not each.packets:
                continue
            known = self._lives.setdefault(life, {})
            packets, octets = known.get(flow, (0, 0))
            known[flow] = max(packets, each.packets), max(octets, each.bytes)

    @property
    def flows(self) -> Mapping[_Flow, _Count]:
        """Packets and bytes of each forward, both ways."""
        found: dict[_Flow, _Count] = dict.fromkeys(self._flows, (0, 0))
        for known in self._lives.values():
            for flow, (packets, octets) in known.items():
                before = found[flow]
                found[flow] = before[0] + packets, before[1] + octets
        return found
