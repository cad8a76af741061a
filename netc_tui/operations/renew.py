"""Asking a network container to renew its lease now."""

import time
from collections.abc import Callable

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event
from netc_tui.core.model import NetworkContainer
from netc_tui.core.protocol import RENEW
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory
from netc_tui.operations.execute import execute
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
    since = time.time()
    # Not the API's kill: Docker takes any signal for a stop by hand, and would not start the
    # container again with the engine (moby 47792).
    await execute(engine, companion, RENEW)
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
