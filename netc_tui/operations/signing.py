"""Who did it, for what is to be remembered of a deed."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from netc_tui.core import records
from netc_tui.core.errors import NetcError
from netc_tui.core.lease import fold
from netc_tui.core.model import Keeper
from netc_tui.core.ownership import Own
from netc_tui.core.records import Operator, Record
from netc_tui.engine import EngineApi
from netc_tui.host.operator import operator

AUTOMATION = "netc watch"
"""Who is told to have done what no operator did."""
TAIL = 20
"""Lines of a log in which the address is looked for."""
PATIENCE = 1.0
"""Seconds for that: nobody waits long for what is only told."""


async def signed(
    engine: EngineApi, existing: Sequence[Own] = (), keeper: Keeper = Keeper.HAND
) -> Record:
    """A record to be filled in: who asks for something, now, and which LAN address there was."""
    by, had = await asyncio.gather(_who(keeper), _address(engine, existing[:1]))
    return records.signed(by, datetime.now(UTC), had)


async def _who(keeper: Keeper) -> Operator:
    if keeper is Keeper.LABELS:
        return Operator(AUTOMATION)
    return await asyncio.to_thread(operator)


async def _address(engine: EngineApi, existing: Sequence[Own]) -> str:
    for own in existing:
        with suppress(NetcError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                last = fold(await engine.log(own.container.name, TAIL))
            return (last and last.ip) or ""
    return ""
