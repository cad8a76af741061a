"""Asking a network container to renew its lease now."""

from collections.abc import Callable

from netc_tui.core import protocol, records
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event
from netc_tui.core.lease import why as reason
from netc_tui.core.model import NetworkContainer
from netc_tui.core.protocol import Said
from netc_tui.core.records import Did
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory
from netc_tui.operations.actions import tell
from netc_tui.operations.execute import execute
from netc_tui.operations.signing import signed
from netc_tui.operations.waiting import mark, stands_by, wait_for, why_no_lease

ANSWERS = frozenset({Said.RENEWED, Said.BOUND, Said.MOVED})
ASKED = frozenset({Said.RENEW_ASKED, Said.RENEWING, Said.REBINDING})
"""What it says when it asks a server."""


async def renew(
    engine: EngineApi,
    service: str,
    seconds: float = 10,
    heard: Callable[[Event], None] = lambda _: None,
) -> NetworkContainer:
    """Renew and wait for the answer. A lease that runs is kept when none comes.

    Raises NetcError (no lease) when no server answers within ``seconds``.
    """
    _, own = await inventory.turned_on(engine, service)
    if own.node is None:
        held = await inventory.owned(engine, own.service)
        said = await inventory.lease(engine, held.container)
        if held.container.running and said is not None and said.stands_by:
            raise stands_by(own.service, own.interface, said, stays=True)
    last = await mark(engine, own.name)
    await tell(engine, own.name, records.filled(await signed(engine), Did.RENEWED))
    # Not the API's kill: Docker takes any signal for a stop by hand, and would not start the
    # container again with the engine (moby 47792).
    await execute(engine, own, protocol.RENEW)
    found = await wait_for(
        engine, own.name, last, lambda event: event.event in ANSWERS, seconds, heard
    )
    if found.wanted is None:
        kept = f"; the lease of {own.ip} is kept while it runs" if own.ip else ""
        asked = any(event.event in ASKED for event in found.said)
        unanswered = asked and reason(found.said) is None and found.state is None
        # It tells no more of that until its lease ends: there is nothing to find in its log.
        silence = f"{own.server or 'the DHCP server'} has not answered"
        why = silence if unanswered else why_no_lease(own.name, [], found)
        raise NetcError(f"no renewal within {seconds:g} s: {why}{kept}", Exit.NO_LEASE)
    return (await inventory.turned_on(engine, service))[1]
