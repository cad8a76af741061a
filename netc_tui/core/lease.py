"""What a network container says, folded into a lease; its phase and timers at a time ``now``.

Each line of its log is one JSON object that carries its whole state, so the last line that can
be read says it all: lines that are doubled, missing, or not ours cannot add up to a wrong lease.
"""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from netc_tui.core.findings import TWIN
from netc_tui.core.forwarded import Forwarded, sensible
from netc_tui.core.protocol import TROUBLE, Hop, Said, is_code
from netc_tui.core.words import span


class Phase(StrEnum):
    """Where a network container stands with its lease (RFC 2131 4.4)."""

    ACQUIRING = "acquiring"
    BOUND = "bound"
    RENEWING = "renewing"
    REBINDING = "rebinding"
    EXPIRED = "expired"
    STOPPED = "stopped"


class Boot(msgspec.Struct, frozen=True):
    """A boot of a machine, on its wall clock as that goes now."""

    id: str
    """/proc/sys/kernel/random/boot_id."""
    began: datetime
    """Now, less the seconds since boot (CLOCK_BOOTTIME). It moves when the clock is put."""


STEP = 2
"""Seconds of difference that are no step of the clock: network containers tell whole seconds."""


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
    dns: str | None = None
    """The LAN's name servers as the DHCP server tells them, separated by blanks."""
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
    code: str | None = None
    """The code of the finding (core.findings); None: nothing is wrong, or an older netc's image."""
    reason: str | None = None
    """What is wrong there."""
    warning: str | None = None
    """What breaks no hop and stays so: IPv6 that is not filtered."""
    began: float | None = None
    """When it was started, in seconds since the host's boot."""
    forwarded: tuple[Forwarded, ...] = ()
    """What was forwarded since then; empty before its rules are loaded, and by an older netc's
    image."""
    clients: int | None = None
    """How many clients are connected, as counted within the last minutes; None: not known."""

    @property
    def stands_by(self) -> bool:
        """Has another machine its identity, so that it waits until that one is silent?"""
        return self.ip is None and self.code == TWIN

    def rebased(self, boot: Boot | None) -> "Event":
        """As the wall clock goes now, if it was put since, and this was said in the same boot.

        Without that, a host that steps its clock by an hour takes a lease that runs for one that
        ran out. The same event is returned where nothing was put, or nobody can know.
        """
        if boot is None or self.up is None or self.boot != boot.id:
            return self
        try:
            began = self.time - timedelta(seconds=self.up)
            put = timedelta(seconds=round((boot.began - began).total_seconds()))
            if abs(put) <= timedelta(seconds=STEP):
                return self
            moved = {name: at + put for name in _TIMES if (at := getattr(self, name)) is not None}
        except (OverflowError, ValueError):  # from a log, which is no trusted text
            return self
        return msgspec.structs.replace(self, **moved)

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


_TIMES = ("time", "bound_at", "renew_at", "rebind_at", "expires_at")
_decoder = msgspec.json.Decoder(Event)


def parse(line: bytes | str) -> Event | None:
    """An event, or None for a line that is none (a network container's log is no trusted text).

    What stands in place of an address and is none is left out: addresses are copied into shells
    and configuration files, where a line break or a quote would be an instruction. So is a code
    that has not the form of one, and what are no counts.
    """
    try:
        event = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    if not all(_comparable(getattr(event, name)) for name in _TIMES):
        return None
    said = {name: getattr(event, name) for name in _ADDRESSES}
    right: dict[str, object] = {
        name: None for name, text in said.items() if text is not None and not _address(text)
    }
    if event.dns is not None:
        right["dns"] = " ".join(filter(_address, event.dns.split())) or None
    if event.code is not None and not is_code(event.code):
        right["code"] = None
    if event.clients is not None and event.clients < 0:
        right["clients"] = None
    if (counted := sensible(event.forwarded)) != event.forwarded:
        right["forwarded"] = counted
    return msgspec.structs.replace(event, **right) if right else event


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


def in_words(event: Event) -> str:
    """What happened, with its message or what belongs to it: ``target 172.17.0.2``."""
    words = event.event.replace("_", " ")
    if event.message:
        return f"{words}: {event.message}"
    match event.event:
        case Said.BOUND | Said.RENEWED:
            words += f" {event.ip}/{event.prefix} from {event.server}"
            if event.bound_at is not None and event.expires_at is not None:
                words += f" for {span((event.expires_at - event.bound_at).total_seconds())}"
        case Said.TARGET:
            words += f" {event.target}"
        case Said.HEALTH if event.hop is not None:
            words += f": broken at {event.hop}: {event.reason}"
        case Said.HEALTH:
            words += f": {event.health or 'not known'}"
    return words


NOTHING_YET = "no lease yet"
"""What a network container gives for a reason before anything has happened: it is none."""
_SILENCE = "since then no DHCP server has answered"
_GRANTED = frozenset({Said.BOUND, Said.MOVED, Said.RENEWED})
_HOPS = frozenset({Hop.LAN, Hop.ADDRESS})


def why(said: Iterable[Event]) -> str | None:
    """Why there is no lease, as far as what was said tells, oldest first; None: it does not.

    That no server answers is told only when the network container said so itself, on a link that
    is up. It does not make a conflict forgotten, which is the reason why there is no lease.
    """
    told: Event | None = None
    silent = False
    last: Event | None = None
    for event in said:
        last = event
        if event.event in _GRANTED or event.event == Said.START:
            told, silent = None, False
        elif event.event == Said.NO_OFFER and told is not None and told.event == Said.CONFLICT:
            silent = True
        elif event.event in _NO_LEASE and event.message:
            told, silent = event, False
    if last is not None and last.hop == Hop.LAN and last.reason:
        return last.reason  # nothing that DHCP said matters without a link
    if told is not None:
        return f"{told.message}; {_SILENCE}" if silent else told.message
    known = last is not None and last.hop in _HOPS and last.reason != NOTHING_YET
    return last.reason if known and last is not None else None


_NO_LEASE = TROUBLE - {Said.TARGET_LOST, Said.IPV6_OPEN}
