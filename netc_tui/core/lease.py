"""What a network container says, folded into a lease; its phase and timers at a time ``now``.

Each line of its log is one JSON object that carries its whole state, so the last line that can
be read says it all: lines that are doubled, missing, or not ours cannot add up to a wrong lease.
"""

import ipaddress
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec


class Phase(StrEnum):
    """Where a network container stands with its lease (RFC 2131 4.4)."""

    ACQUIRING = "acquiring"
    BOUND = "bound"
    RENEWING = "renewing"
    REBINDING = "rebinding"
    EXPIRED = "expired"
    STOPPED = "stopped"


class Event(msgspec.Struct, frozen=True):
    """One line of a network container's log: what happened, and how it stands since."""

    event: str
    time: datetime
    message: str | None = None
    ip: str | None = None
    prefix: int | None = None
    gateway: str | None = None
    server: str | None = None
    domain: str | None = None
    bound_at: datetime | None = None
    renew_at: datetime | None = None
    rebind_at: datetime | None = None
    expires_at: datetime | None = None
    target: str | None = None
    n: int = 0
    """Which of its events it is, counted from its start."""
    up: float | None = None
    """Seconds since the host's boot, sleep included: a wall clock may jump."""
    boot: str | None = None
    """Which boot (/proc/sys/kernel/random/boot_id)."""
    health: str | None = None
    """``healthy``: no hop that it checks by itself is broken; ``broken``; None: not checked yet."""
    hop: str | None = None
    """The first broken hop (core.protocol.Hop)."""
    reason: str | None = None
    """What is wrong there."""

    def phase(self, now: datetime) -> Phase:
        """The phase at ``now``, as far as the lease tells (not whether the container runs)."""
        if self.event == "stopped":
            return Phase.STOPPED
        if self.expires_at is not None and now >= self.expires_at:
            return Phase.EXPIRED  # and stays so, while a new lease is sought
        if self.ip is None:
            return Phase.ACQUIRING
        for at, phase in (
            (self.rebind_at, Phase.REBINDING),
            (self.renew_at, Phase.RENEWING),
        ):
            if at is not None and now >= at:
                return phase
        return Phase.BOUND


_decoder = msgspec.json.Decoder(Event)


def parse(line: bytes | str) -> Event | None:
    """An event, or None for a line that is none (a network container's log is no trusted text).

    What stands in place of an address and is none is left out: addresses are copied into shells
    and configuration files, where a line break or a quote would be an instruction.
    """
    try:
        event = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    times = (event.time, event.bound_at, event.renew_at, event.rebind_at, event.expires_at)
    if not all(map(_comparable, times)):
        return None
    said = {name: getattr(event, name) for name in _ADDRESSES}
    none = {name: None for name, text in said.items() if text is not None and not _address(text)}
    return msgspec.structs.replace(event, **none) if none else event


_ADDRESSES = ("ip", "gateway", "server", "target")


def _address(text: str) -> bool:
    """Is it an IPv4 address, written as a dotted quad and nothing else?"""
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _comparable(at: datetime | None) -> bool:
    """With a zone, and not so near the ends of time that another zone's clock cannot show it."""
    return at is None or (at.tzinfo is not None and 1 < at.year < 9999)


def fold(lines: Iterable[bytes | str]) -> Event | None:
    """The state after ``lines``, oldest first; None when no line tells it."""
    state = None
    for line in lines:
        event = parse(line)
        if event is not None:
            state = event
    return state
