"""Asking a network container to renew its lease now."""

import time
from collections.abc import Callable

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event
from netc_tui.core.model import NetworkContainer
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory
from netc_tui.operations.waiting import wait_for


async def renew(
    engine: EngineApi,
    service: str,
    seconds: float = 10,
    heard: Callable[[Event], None] = lambda _: None,
) -> NetworkContainer:
    """Renew and wait for the answer. A lease that runs is kept when none comes.

    Raises NetcError (no lease) when no server answers within ``seconds``.
    """
    _, companion = await inventory.exposed(engine, service)
    if companion.state != "running":
        raise NetcError(
            f"{companion.name} does not run ({companion.state}); start it again with:"
            f" netc up {service} {companion.interface}"
        )
    since = time.time()
    await engine.signal(companion.name, "SIGUSR1")
    answer, _ = await wait_for(
        engine,
        companion.name,
        since,
        lambda event: event.event in ("renewed", "bound"),
        seconds,
        heard,
    )
    if answer is None:
        kept = f"; the lease of {companion.ip} is kept while it runs" if companion.ip else ""
        raise NetcError(f"no DHCP server answered within {seconds:g} s{kept}", Exit.NO_LEASE)
    return (await inventory.exposed(engine, service))[1]
