"""The clients of one service, read again and again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from netc_tui.core.clients import Caller, Seen, folded, settled, with_gone
from netc_tui.core.errors import NetcError
from netc_tui.core.model import NetworkContainer
from netc_tui.engine import EngineApi
from netc_tui.operations.clients import clients

OFTEN, SELDOM = 2.0, 6.0
"""Seconds between two looks: while something changes, and at most when all is still."""

Named = Callable[[Iterable[str]], Awaitable[Mapping[str, str]]]
"""Finds the names of addresses, of those that have one and whose is told soon."""


class Callers(msgspec.Struct, frozen=True):
    """The clients as they were at one moment."""

    network_container: str
    clients: tuple[Caller, ...] = ()
    """The busiest first, by and large: a row stays where it is for small differences. Those that
    went since it is looked are among them."""
    names: Mapping[str, str] = msgspec.field(default_factory=dict)
    """By address, as far as they are known."""
    more: int = 0
    """So many further clients were left out."""
    tracked: int | None = None
    """Of so many connections only the first were looked at; None: all were."""
    at: datetime | None = None
    error: str | None = None
    """Why they could not be read."""


async def watch(
    engine: EngineApi,
    own: NetworkContainer,
    deliver: Callable[[Callers], None],
    named: Named,
    clock: Callable[[], datetime],
) -> None:
    """Deliver a reading now and then a few seconds apart. Each look is a command of its own in
    the network container. Names come after: nobody waits for a name server."""
    before, seen = Callers(own.name), Seen()
    pause = OFTEN
    while True:
        try:
            read = await clients(engine, own)
        except NetcError as error:
            deliver(Callers(own.name, error=error.message))
            pause = SELDOM
        else:
            order = [caller.address for caller in before.clients]
            there, at = folded(read.clients), clock()
            gone = seen.gone((caller.address for caller in there), at)
            now = settled(with_gone(there, before.clients, gone), order)
            pause = OFTEN if now != before.clients else min(pause * 1.5, SELDOM)
            before = Callers(own.name, now, before.names, read.more, read.tracked, at)
            deliver(before)
            names = await named([caller.address for caller in now])
            if names != before.names:
                before = msgspec.structs.replace(before, names=names)
                deliver(before)
        await asyncio.sleep(pause)
