"""The iptables rules of one network container, read again and again, with their rates."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import msgspec

from netc_tui.core.errors import NetcError
from netc_tui.core.model import NetworkContainer
from netc_tui.core.rules import Difference, Rule
from netc_tui.engine import EngineApi
from netc_tui.operations.rules import compared

CHAINS = "NETC-"
"""What the names of the chains begin with that forward to the service."""
OFTEN, SELDOM = 2.0, 6.0
"""Seconds between two looks: while something is counted, and at most when all is still."""
LONG = 3 * SELDOM
"""Seconds between two readings from which on they tell no rate."""


class Reading(msgspec.Struct, frozen=True):
    """Rules as they were at one moment."""

    network_container: str
    rules: tuple[Rule, ...] = ()
    """What each has counted does not begin again when it is loaded anew; see ``Counts``."""
    rates: tuple[float | None, ...] = ()
    """Packets a second for each rule since the reading before; None when that cannot be told."""
    at: datetime | None = None
    difference: Difference | None = None
    """From those that were planned; None when that cannot be told."""
    error: str | None = None
    """Why they could not be read."""


async def watch(
    engine: EngineApi,
    own: NetworkContainer,
    deliver: Callable[[Reading], None],
    counts: "Counts",
    clock: Callable[[], datetime],
) -> None:
    """Deliver a reading now and then a few seconds apart. Each look is a command of its own in
    the network container, over before the answer is: nothing stays behind there.

    ``counts`` is what was counted until now, by an earlier watch of the same network container.
    """
    loop = asyncio.get_running_loop()
    pause = OFTEN
    while True:
        before, then = counts.totals, counts.at
        try:
            read, difference = await compared(engine, own)
        except NetcError as error:
            deliver(Reading(own.name, error=error.message))
            pause = SELDOM
        else:
            now = loop.time()
            found = counts.going_on(read, now)
            # Of a long time nobody looked it would be no rate of now.
            known = before if now - then < LONG else ()
            rated = rates(known, found, now - then)
            deliver(Reading(own.name, found, rated, clock(), difference))
            # Its own look for the service counts too, on the loopback, every few seconds.
            moved = tuple(filter(_of_interest, found)) != tuple(filter(_of_interest, before))
            pause = OFTEN if moved else min(pause * 1.5, SELDOM)
        await asyncio.sleep(pause)


def rates(
    before: tuple[Rule, ...], after: tuple[Rule, ...], seconds: float
) -> tuple[float | None, ...]:
    """Packets a second for each rule of ``after``; None for one that was not there ``before``, or
    was loaded anew since."""
    counted: dict[tuple[str, str, str, str], int] = {}
    for rule in before:
        counted.setdefault(_key(rule), rule.packets)
    return tuple(
        (rule.packets - was) / seconds
        if (was := counted.get(_key(rule))) is not None and rule.packets >= was and seconds > 0
        else None
        for rule in after
    )


class Counts:
    """What rules have counted, over all the times that they were loaded.

    The network container loads a chain as a whole, and its rules then begin at 0 (iptables-restore
    with ``--noflush`` empties each chain that is declared).
    """

    def __init__(self) -> None:
        self._read: dict[_Place, tuple[int, int]] = {}
        """Packets and bytes of each rule in the last reading."""
        self._ended: dict[_Place, tuple[int, int]] = {}
        """The same of all the times that it was loaded before."""
        self.totals: tuple[Rule, ...] = ()
        """The last reading, with both."""
        self.at = 0.0
        """The loop's time of that."""

    def going_on(self, found: tuple[Rule, ...], at: float) -> tuple[Rule, ...]:
        """A reading, with what was counted before the rules were loaded anew. What was counted
        between the last reading and that moment is lost."""
        places = _places(found)
        now = {place: (rule.packets, rule.bytes) for place, rule in zip(places, found, strict=True)}
        # A busy rule may have passed its old count again: one of its chain tells of all.
        anew = {
            place[0][:2]
            for place, was in self._read.items()
            if place in now and _less(now[place], was)
        }
        for place, was in self._read.items():
            if place not in now or place[0][:2] in anew:
                self._ended[place] = _sum(self._ended.get(place, (0, 0)), was)
        self._read = now
        sums = (_sum(now[place], self._ended.get(place, (0, 0))) for place in places)
        self.totals = tuple(
            msgspec.structs.replace(rule, packets=packets, bytes=octets)
            for rule, (packets, octets) in zip(found, sums, strict=True)
        )
        self.at = at
        return self.totals


def _of_interest(rule: Rule) -> bool:
    return rule.chain.startswith(CHAINS)


_Key = tuple[str, str, str, str]
_Place = tuple[_Key, int]
"""A rule, and which it is of those that read alike."""


def _key(rule: Rule) -> _Key:
    return rule.table, rule.chain, rule.match, rule.target


def _places(found: tuple[Rule, ...]) -> list[_Place]:
    alike: Counter[_Key] = Counter()
    places = []
    for key in map(_key, found):
        places.append((key, alike[key]))
        alike[key] += 1
    return places


def _less(now: tuple[int, int], was: tuple[int, int]) -> bool:
    return now[0] < was[0] or now[1] < was[1]


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]
