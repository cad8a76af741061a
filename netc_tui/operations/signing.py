"""Who did it, for what is to be remembered of a deed."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from netc_tui.core import records
from netc_tui.core.errors import NetcError
from netc_tui.core.lease import fold
from netc_tui.core.ownership import Own
from netc_tui.core.records import Record
from netc_tui.engine import EngineApi
from netc_tui.host.operator import operator

TAIL = 20
"""Lines of a log in which the address is looked for."""


async def signed(engine: EngineApi, existing: Sequence[Own] = ()) -> Record:
    """A record to be filled in: who asks for something, now, and which LAN address there was."""
    had = ""
    for own in existing[:1]:
        with suppress(NetcError):
            last = fold(await engine.log(own.container.name, TAIL))
            had = (last and last.ip) or ""
    return records.signed(operator(), datetime.now(UTC), had)
