"""What passes through all network containers of this machine, read again and again."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from netc_tui.core.model import Container, Labels
from netc_tui.core.traffic import Counters, Meters, Traffic

OFTEN, SELDOM = 2.5, 5.0
"""Seconds between two readings: while something passes, and at most when all is still."""

Read = Callable[[Mapping[str, str]], Mapping[str, Counters]]
"""Reads the counters of network containers, of which each has its address on the network of its
service, both by their ids; see ``host.traffic``. It blocks."""


async def watch(
    there: Callable[[], tuple[Container, ...]],
    read: Read,
    meters: Meters,
    deliver: Callable[[Mapping[str, Traffic | None]], None],
) -> None:
    """Deliver what passes through the network containers among those that are ``there``, by their
    ids, whenever something of it is another; None of one whose counters cannot be read. No engine
    is called, and nothing runs in a container.

    ``meters`` know what was counted until now, by an earlier watch.
    """
    loop = asyncio.get_running_loop()
    containers: tuple[Container, ...] = ()
    wanted: Mapping[str, str] = {}
    before: Mapping[str, Traffic | None] = {}
    pause = OFTEN
    while True:
        if (seen := there()) is not containers:  # labels take long to read
            containers, wanted = seen, addresses(seen)
        found = await asyncio.to_thread(read, wanted)
        told = meters.take((container.id for container in containers), found, loop.time())
        now = {**dict.fromkeys(wanted), **told}
        pause = OFTEN if now != before else min(pause * 1.5, SELDOM)
        if now != before:
            before = now
            deliver(now)
        await asyncio.sleep(pause)


def addresses(containers: Iterable[Container]) -> dict[str, str]:
    """Of the network containers among these that run, the addresses on the networks of their
    services, by id."""
    found: dict[str, str] = {}
    for container in containers:
        labels = Labels.of(container)
        address = container.addresses.get(labels.network) if labels is not None else None
        if container.running and address:
            found[container.id] = address
    return found
