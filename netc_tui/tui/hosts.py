"""Several hosts, as lines: how many answer; which does not, since when and why. For the header in a
few lines, else each with all that is known of it.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from rich.cells import cell_len

from netc_tui.core.keeping import Written
from netc_tui.core.model import Service
from netc_tui.core.words import clock
from netc_tui.operations.live.connection import Connection
from netc_tui.tui.draw import Cell, Line, fit_ends, text, width, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.standing import BROKEN, trouble

MOST = 3
"""Lines for those that are away, at most."""


class Reached(msgspec.Struct, frozen=True):
    """A host, and whether its engine answers."""

    host: str
    connection: Connection
    services: Sequence[Service] = ()
    written: Written | None = None
    """What is written down there."""


def answering(hosts: Sequence[Reached], glyphs: Glyphs, key: str = "") -> list[Cell]:
    """How many there are, and how many of them answer; the ``key`` that tells why some do not."""
    there = sum(each.connection.alive for each in hosts)
    if there == len(hosts):
        return [(f"{glyphs.bound} ", "ok"), (f"{there} hosts", "")]
    said = f"{there} of {len(hosts)} hosts"
    if any(each.connection.error is not None for each in hosts):
        return [(f"{glyphs.failed} {said}", "bad"), *([(f" ({key}: why)", "dim")] if key else [])]
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


def told(
    hosts: Sequence[Reached], twins: Sequence[str], now: datetime, columns: int, glyphs: Glyphs
) -> list[Line]:
    """Each with all that is known of it, those first that do not answer; and what is to be said of
    such as are ``twins``."""
    names = min(max((cell_len(each.host) for each in hosts), default=0), columns // 3)
    # In a stable order: nothing moves while it is read.
    order = sorted(hosts, key=lambda each: (each.connection.alive, each.connection.error is None))
    found: list[Line] = []
    for each in order:
        sign, style, about = _standing(each, now, glyphs)
        begin = f"{fit_ends(each.host, names, glyphs.cut)}  " if names else ""
        (said, *more), own = about, width((text(begin),)) + 2
        first, *rest = wrap(said, columns - own)
        found.append(((f"{sign} ", style), text(begin, "strong"), text(first)))
        parts = [*rest, *(part for line in more for part in wrap(line, columns - own))]
        found += [((" " * own, ""), text(part, "dim")) for part in parts]
    for line in twins:
        found += [(), *((text(part, "warn"),) for part in wrap(line, columns))]
    return found


def _standing(each: Reached, now: datetime, glyphs: Glyphs) -> tuple[str, str, list[str]]:
    """A sign, its style, and lines."""
    found, engine = each.connection, each.connection.engine
    named = [f"{engine.name} docker {engine.version}, {engine.host}"] if engine is not None else []
    if found.error is None:
        if engine is None:
            return glyphs.acquiring, "busy", ["connecting"]
        on = sum(service.network_container is not None for service in each.services)
        broken = sum(trouble(service) == BROKEN for service in each.services)
        counted = f"{on} of {len(each.services)} on the LAN"
        counted += f", {broken} in trouble" if broken else ""
        return glyphs.bound, "ok", [f"{counted}, answers since {clock(found.since, now)}", *named]
    said = f"{'away' if engine is not None else 'not reached'} since {clock(found.since, now)}"
    if found.retry_at is not None and found.retry_at > now:
        said += f", next try at {clock(found.retry_at, now)}"
    return glyphs.failed, "bad", [said, found.error, *named]


def _away(each: Reached, now: datetime, glyphs: Glyphs) -> str:
    found = each.connection
    since = f" since {clock(found.since, now)}" if found.since is not None else ""
    what = "away" if found.engine is not None else "not reached"
    return f"{glyphs.failed} {each.host} {what}{since}: {found.error}"
