"""Several hosts, as lines of the header: how many answer; which does not, since when and why."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from netc_tui.core.keeping import Written
from netc_tui.core.model import Service
from netc_tui.core.words import clock
from netc_tui.operations.live.connection import Connection
from netc_tui.tui.draw import Cell, Line, text, wrap
from netc_tui.tui.glyphs import Glyphs

MOST = 3
"""Lines for those that are away, at most."""


class Reached(msgspec.Struct, frozen=True):
    """A host, and whether its engine answers."""

    host: str
    connection: Connection
    services: Sequence[Service] = ()
    written: Written | None = None
    """What is written down there."""


def answering(hosts: Sequence[Reached], glyphs: Glyphs) -> list[Cell]:
    """How many there are, and how many of them answer."""
    there = sum(each.connection.alive for each in hosts)
    if there == len(hosts):
        return [(f"{glyphs.bound} ", "ok"), (f"{there} hosts", "")]
    said = f"{there} of {len(hosts)} hosts"
    if any(each.connection.error is not None for each in hosts):
        return [(f"{glyphs.failed} {said}", "bad")]
    return [(f"{glyphs.acquiring} ", "busy"), (said, "")]


def absent(hosts: Sequence[Reached], now: datetime, columns: int, glyphs: Glyphs) -> list[Line]:
    """Each that is away, since when and why: nothing that changes with the time alone. One that is
    away alone has two lines; of many, some have only their names."""
    away = [each for each in hosts if each.connection.error is not None]
    told = [_away(each, now, glyphs) for each in away]
    if len(told) == 1:
        first, *more = wrap(told[0], columns)
        told = [first, " ".join(more)] if more else [first]
    if len(told) > MOST:
        names = ", ".join(each.host for each in away[MOST - 1 :])
        told[MOST - 1 :] = [f"{glyphs.failed} and {len(told) - MOST + 1} more: {names}"]
    return [(text(each, "bad"),) for each in told]


def _away(each: Reached, now: datetime, glyphs: Glyphs) -> str:
    found = each.connection
    since = f" since {clock(found.since, now)}" if found.since is not None else ""
    what = "away" if found.engine is not None else "not reached"
    return f"{glyphs.failed} {each.host} {what}{since}: {found.error}"
