"""The iptables rules of one network container, read again and again, with their rates."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import msgspec

from netc_tui.core.errors import NetcError
from netc_tui.core.model import NetworkContainer
from netc_tui.core.rules import Rule
from netc_tui.engine import EngineApi
from netc_tui.operations.rules import rules

CHAINS = "NETC-"
"""What the names of the chains begin with that forward to the service."""
OFTEN, SELDOM = 2.0, 6.0
"""Seconds between two looks: while something is counted, and at most when all is still."""


class Reading(msgspec.Struct, frozen=True):
    """Rules as they were at one moment."""

    network_container: str
    rules: tuple[Rule, ...] = ()
    rates: tuple[float | None, ...] = ()
    """Packets a second for each rule since the reading before; None when that cannot be told."""
    at: datetime | None = None
    error: str | None = None
    """Why they could not be read."""


async def watch(
    engine: EngineApi,
    companion: NetworkContainer,
    deliver: Callable[[Reading], None],
    clock: Callable[[], datetime],
) -> None:
    """Deliver a reading now and then a few seconds apart. Each look is a command of its own in
    the network container, over before the answer is: nothing stays behind there."""
    loop = asyncio.get_running_loop()
    before: tuple[Rule, ...] = ()
    then, pause = loop.time(), OFTEN
    while True:
        try:
            found = await rules(engine, companion)
        except NetcError as error:
            deliver(Reading(companion.name, error=error.message))
            before, pause = (), SELDOM
        else:
            now = loop.time()
            deliver(Reading(companion.name, found, rates(before, found, now - then), clock()))
            # Its own look for the service counts too, on the loopback, every few seconds.
            moved = tuple(filter(_of_interest, found)) != tuple(filter(_of_interest, before))
            pause = OFTEN if moved else min(pause * 1.5, SELDOM)
            before, then = found, now
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


def _of_interest(rule: Rule) -> bool:
    return rule.chain.startswith(CHAINS)


def _key(rule: Rule) -> tuple[str, str, str, str]:
    return rule.table, rule.chain, rule.match, rule.target
