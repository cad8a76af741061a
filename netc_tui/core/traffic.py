"""What passes through network containers: readings of the kernel's counters, made rates and totals.

A network container has one link on the LAN and one on the service's network, and each carries more
than what is forwarded: on the LAN there are DHCP and everybody's broadcasts; towards the service it
asks each second whether somebody is there, and tries ports. What passed through is therefore told
from three counts. The kernel counts the packets that it forwarded, exactly, but not their bytes nor
which way they went. No more came in than either link has, and no more went out: of what both leave
open it is the middle. Bytes are those of the link that had fewer, less what the frames that were
not forwarded have at the least. Where nothing was forwarded all is 0. What the Docker host itself
sends to the service never was on the LAN, and does not count.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

LEAST_FRAME = 42
"""Bytes of the smallest frame that is counted: Ethernet and ARP."""
WINDOW = 5.0
"""Seconds that a rate is taken over: shorter, and it would never stand still."""
LONG = 20.0
"""Seconds between two readings from which on they tell no rate."""
SLOT = 10.0
"""Seconds of one piece of the history."""
SLOTS = 18
"""Pieces that are kept: three minutes."""


class Carried(msgspec.Struct, frozen=True):
    """What a link has counted since it was made."""

    packets_in: int = 0
    bytes_in: int = 0
    packets_out: int = 0
    bytes_out: int = 0

    def plus(self, other: "Carried") -> "Carried":
        """Both together."""
        return Carried(*map(sum, zip(_numbers(self), _numbers(other), strict=True)))

    def since(self, before: "Carried") -> "Carried":
        """What was counted since ``before``; all of it when it began again meanwhile."""
        pairs = [(now - was) for now, was in zip(_numbers(self), _numbers(before), strict=True)]
        return self if min(pairs) < 0 else Carried(*pairs)


class Counters(msgspec.Struct, frozen=True):
    """What the kernel has counted for a network container since that was started."""

    life: int
    """Which start of it that was: another number each time."""
    since: datetime
    """When it was started."""
    forwarded: int
    """Packets, both ways."""
    lan: Carried
    service: Carried
    """The link on the service's network."""

    def after(self, before: "Counters | None") -> "Counters":
        """What was counted since ``before``; all of it after a new start."""
        if before is None or before.life != self.life:
            return self
        more = self.forwarded - before.forwarded
        return msgspec.structs.replace(
            self,
            forwarded=more if more >= 0 else self.forwarded,
            lan=self.lan.since(before.lan),
            service=self.service.since(before.service),
        )


class Flow(msgspec.Struct, frozen=True):
    """Packets and bytes: to the service, and from it to the LAN. Counts, or so many a second."""

    packets_in: float = 0
    bytes_in: float = 0
    packets_out: float = 0
    bytes_out: float = 0

    @property
    def packets(self) -> float:
        """Both ways."""
        return self.packets_in + self.packets_out

    def plus(self, other: "Flow") -> "Flow":
        """Both together."""
        return Flow(*map(sum, zip(_numbers(self), _numbers(other), strict=True)))

    def each_second(self, other: "Flow", seconds: float) -> "Flow":
        """The rate that leads from ``other`` to this in so many seconds."""
        pairs = zip(_numbers(self), _numbers(other), strict=True)
        return Flow(*((now - was) / seconds for now, was in pairs))


class Traffic(msgspec.Struct, frozen=True):
    """What passes through a network container, as it is shown."""

    since: datetime
    """From when on ``total`` counts: a start of the network container."""
    total: Flow
    rate: Flow | None = None
    """A second, now; None when that cannot be told yet."""
    history: tuple[float | None, ...] = ()
    """Packets a second in each SLOT of the last minutes, oldest first; None where nobody looked.
    Empty when nothing passed."""


def passed(counted: Counters) -> Flow:
    """What passed through, of what the links have counted: see above."""
    lan, service, both = counted.lan, counted.service, counted.forwarded
    most_in = min(lan.packets_in, service.packets_out, both)
    most_out = min(lan.packets_out, service.packets_in, both)
    out = (most_out + min(most_out, both - most_in)) // 2
    into = min(most_in, both - out)
    return Flow(
        packets_in=into,
        bytes_in=min(
            _bytes(into, lan.packets_in, lan.bytes_in),
            _bytes(into, service.packets_out, service.bytes_out),
        ),
        packets_out=out,
        bytes_out=min(
            _bytes(out, lan.packets_out, lan.bytes_out),
            _bytes(out, service.packets_in, service.bytes_in),
        ),
    )


def _bytes(forwarded: int, packets: int, octets: int) -> int:
    """Of what a link has counted, at most what was forwarded."""
    return max(0, octets - LEAST_FRAME * (packets - forwarded)) if forwarded else 0


class Meter:
    """Makes of one network container's readings what passes through it.

    Its total only grows: over renewals, restarts, and counters that begin again. What was counted
    between the last reading and a restart is lost.
    """

    def __init__(self) -> None:
        self._before: Counters | None = None
        self._since: datetime | None = None
        self._total = Flow()
        self._recent: deque[tuple[float, Flow]] = deque()
        """The last totals, with their times: from the last before WINDOW on."""
        self._slots: deque[float] = deque(maxlen=SLOTS)
        """Packets in each slot, the last of which is still going on."""
        self._seen: deque[float] = deque(maxlen=SLOTS)
        """Seconds of each slot that are known."""
        self._slot = 0
        """The number of the last slot."""

    def take(self, counted: Counters, at: float) -> Traffic:
        """What passes, after a reading at ``at``, in seconds of a clock that only goes on."""
        first = self._before is None
        more = passed(counted.after(self._before))
        self._since = self._since or counted.since
        self._before, self._total = counted, self._total.plus(more)
        then = self._recent[-1][0] if self._recent else at
        if first or not 0 < at - then < LONG:
            self._recent.clear()
        else:
            self._remember(more.packets, then, at)
        self._recent.append((at, self._total))
        while len(self._recent) > 2 and self._recent[1][0] <= at - WINDOW:
            self._recent.popleft()
        return Traffic(self._since, self._total, self._rate(), self._history(at))

    def _rate(self) -> Flow | None:
        (begin, was), (end, now) = self._recent[0], self._recent[-1]
        return now.each_second(was, end - begin) if end > begin else None

    def _remember(self, packets: float, begin: float, end: float) -> None:
        """Spread what passed over the slots of its time."""
        each_second = packets / (end - begin)
        at = begin
        while at < end:
            number = int(at // SLOT)
            self._open(number)
            until = min(end, (number + 1) * SLOT)
            self._slots[-1] += each_second * (until - at)
            self._seen[-1] += until - at
            at = until

    def _open(self, number: int) -> None:
        """Have this slot be the last."""
        if not self._slots:
            self._slot = number - 1
        for _ in range(min(number - self._slot, SLOTS)):
            self._slots.append(0.0)
            self._seen.append(0.0)
        self._slot = number

    def _history(self, at: float) -> tuple[float | None, ...]:
        """Of the slots that are over; the one that goes on would be too low."""
        over = int(at // SLOT) - 1
        missing = max(0, over - self._slot)
        found = [
            packets / seconds if seconds > 0 else None
            for packets, seconds in zip(self._slots, self._seen, strict=True)
        ]
        if self._slot > over:
            found = found[: len(found) - (self._slot - over)]
        found = [*found, *[None] * min(missing, SLOTS)][-SLOTS:]
        return tuple(found) if any(found) else ()


class Meters:
    """The meters of all network containers, by their containers' ids."""

    def __init__(self) -> None:
        self._kept: dict[str, Meter] = {}

    def take(
        self, there: Iterable[str], found: Mapping[str, Counters], at: float
    ) -> Mapping[str, Traffic]:
        """What passes through those that were ``found`` at ``at``. Nothing is told of others; the
        totals of those that are ``there`` go on when they are found again."""
        ids = set(there)
        self._kept = {id: meter for id, meter in self._kept.items() if id in ids}
        return {
            id: self._kept.setdefault(id, Meter()).take(counted, at)
            for id, counted in found.items()
            if id in ids
        }


def _numbers(of: "Carried | Flow") -> tuple[int, ...]:
    return msgspec.structs.astuple(of)
