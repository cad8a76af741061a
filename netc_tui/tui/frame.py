"""What is around table and panels, as lines: the header, and the keys at the foot."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from netc_tui.core.keeping import Written
from netc_tui.core.model import Interface, Service
from netc_tui.core.words import clock, span
from netc_tui.operations.live.connection import Connection
from netc_tui.tui.draw import Cell, Line, text, width, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.hosts import Reached, absent, answering
from netc_tui.tui.standing import BROKEN, stands_by, trouble


def header(
    connection: Connection,
    read_at: datetime | None,
    services: Sequence[Service],
    interfaces: Sequence[Interface],
    chosen: str,
    now: datetime,
    columns: int,
    glyphs: Glyphs,
    *,
    read_only: bool = False,
    written: Written | None = None,
    hosts: Sequence[Reached] = (),
    host: str = "",
    untold: str = "",
    key: str = "",
) -> list[Line]:
    """Engine, host and whether it answers; how many are on; the interfaces of the LANs; how a
    watcher stands, of which ``written`` tells. Of several ``hosts``: how many answer, how many are
    on on all of them, the watcher that stands worst; the interfaces are those of ``host``, and of
    that is told what is ``untold`` of its Swarm; ``key`` tells why some do not answer."""
    of_all = hosts or [Reached("", connection, services, written)]
    counted = _counted(of_all, len(services))
    broken = sum(trouble(service) == BROKEN for service in services)
    told = f"{glyphs.failed} {broken} in trouble  " if broken else ""
    first = answering(hosts, glyphs, key) if hosts else _engine(connection, now, glyphs)
    if read_only:
        first = [("READ-ONLY ", "warn"), *first]
    wide = columns >= ROOMY
    watch = _worst_watch(of_all, now, glyphs, roomy=wide)
    said = f"{watch[0]}  " if watch is not None else ""
    right = len(told) + len(said) + len(counted)
    whose = [text(f"{host}: ", "dim")] if host else []
    room = columns - width(first) - width(whose) - right - 10
    # Those of a host that is away are not heard of.
    seen = interfaces if connection.alive or not hosts else ()
    carried = _interfaces(seen, chosen, room, glyphs)
    if host and all(style == "dim" for _, style in carried):
        carried = []  # a number alone says nothing of a host
    line = [("netc ", "strong"), *first]
    if carried:
        line += [("   ", ""), *whose, *carried]
    gap = " " * max(2, columns - width(line) - right)
    style = watch[1] if watch is not None else ""
    lines: list[Line] = [(*line, (gap, ""), (told, "bad"), (said, style), (counted, "dim"))]
    if hosts:
        lines += absent(hosts, now, columns, glyphs)
    elif connection.error:
        lines += outage(connection, read_at, now, columns)
    if untold and connection.alive:
        said = f"{host}: {untold}" if host else untold
        lines += [(text(part, "warn"),) for part in wrap(said, columns)[:3]]
    return lines


def _counted(hosts: Sequence[Reached], listed: int) -> str:
    """How many are on. Of one that stands by another has the address; one whose host is away may
    have ended since."""
    on = unknown = 0
    for each in hosts:
        owned = [own for service in each.services if (own := service.network_container)]
        holding = sum(not stands_by(own) for own in owned)
        if each.connection.alive:
            on += holding
        else:
            unknown += holding
    if not unknown:
        return f"{on} of {listed} on the LAN"
    if not any(each.connection.alive for each in hosts):
        return f"{unknown} of {listed} unknown"
    return f"{on} of {listed} on, {unknown} unknown"


WORST = ("bad", "warn", "dim")
"""How a watcher may stand, as it is shown."""
ROOMY = 110
"""Columns from which on there is room for how a watcher stands in full."""


def _worst_watch(
    hosts: Sequence[Reached], now: datetime, glyphs: Glyphs, *, roomy: bool
) -> Cell | None:
    """How the watcher stands that stands worst, of those of hosts that answer."""
    found = [
        text(f"{each.host}: {said}" if each.host and style != WORST[-1] else said, style)
        for each in hosts
        if each.connection.alive
        for said, style in _watch(each.written, each.services, now, glyphs, roomy=roomy)
    ]
    return min(found, key=lambda cell: WORST.index(cell[1]), default=None)


def _watch(
    written: Written | None,
    services: Sequence[Service],
    now: datetime,
    glyphs: Glyphs,
    *,
    roomy: bool,
) -> list[Cell]:
    """How the watcher stands; nothing where there is none and no labels ask."""
    follows = any(each.keeping is not None and each.keeping.follows for each in services)
    watcher = written.watcher if written is not None else None
    if written is None or (watcher is None and not follows):
        return []
    if watcher is None:
        return [("watch not known" if written.unread else "no watch", "warn")]
    if watcher.silent(now):
        since = f" since {clock(watcher.at, now)}" if roomy else ""
        return [(f"watch silent{since}", "bad")]
    trouble = len(watcher.troubles) + watcher.more
    if not trouble:
        return [("watch runs", "dim")]
    said = f"watch: {trouble} in trouble" if roomy else f"watch {glyphs.failed} {trouble}"
    return [(said, "warn")]


def _engine(connection: Connection, now: datetime, glyphs: Glyphs) -> list[Cell]:
    engine = connection.engine
    if connection.alive and engine is not None:
        where = "" if engine.local else f" at {engine.host}, a remote one"
        return [(f"{glyphs.bound} ", "ok"), text(f"{engine.name} docker {engine.version}{where}")]
    if connection.error is None:
        return [(f"{glyphs.acquiring} ", "busy"), ("connecting to the engine", "dim")]
    name = f"{engine.name}: " if engine is not None else ""
    age = ""
    if connection.since is not None:
        age = f" for {span((now - connection.since).total_seconds())}"
    retry = ""
    if connection.retry_at is not None and connection.retry_at > now:
        retry = f", next try at {clock(connection.retry_at, now)}"
    return [text(f"{glyphs.failed} {name}engine away{age}{retry}", "bad")]


def outage(
    connection: Connection, read_at: datetime | None, now: datetime, columns: int
) -> list[Line]:
    """How old what is shown is while the engine is away, and why it is; nothing while it is not."""
    if connection.error is None:
        return []
    seen = f"what is shown is of {clock(read_at, now)}; " if read_at is not None else ""
    return [(text(part, "warn"),) for part in wrap(f"{seen}{connection.error}", columns)[:3]]


def _interfaces(
    interfaces: Sequence[Interface], chosen: str, room: int, glyphs: Glyphs
) -> list[Cell]:
    """Those that can carry a LAN network and the one in force, as many as there is room for."""
    cells: list[Cell] = []
    if chosen and interfaces and chosen not in {interface.name for interface in interfaces}:
        cells.append(text(f"{glyphs.failed} there is no {chosen}", "bad"))
    shown = [
        interface for interface in interfaces if interface.unfit is None or interface.name == chosen
    ]
    shown.sort(
        key=lambda interface: (interface.name != chosen, not interface.addresses, interface.name)
    )
    for at, interface in enumerate(shown):
        sign = glyphs.up if interface.carrier else glyphs.down
        style = ("strong" if interface.name == chosen else "") if interface.unfit is None else "bad"
        name = f"{'via ' if interface.name == chosen else ''}{sign} {interface.name}"
        name += "" if interface.carrier else " no carrier"
        more = f" +{len(shown) - at - 1}" if at + 1 < len(shown) else ""
        for address in (f" {interface.addresses[0]}" if interface.addresses else "", ""):
            cell = text(name + address, style)
            gap = 2 if cells else 0
            if width(cells) + gap + width((cell,)) + len(more) <= room:
                cells += [("  ", ""), cell] if cells else [cell]
                break
        else:
            left = f"{' ' if cells else ''}+{len(shown) - at}"
            return [*cells, (left, "dim")] if cells or len(left) <= room else []
    return cells


LAST = 2
"""So many keys at the end of the footer are always there: help, and the way out."""


def footer(keys: Iterable[tuple[str, str, bool]], columns: int, glyphs: Glyphs) -> Line:
    """Keys with what they do; those that cannot be used now are left out. When there is no room
    for all, a sign says so, and the help has them."""
    usable = [(key, label) for key, label, enabled in keys if enabled]
    for gap in ("  ", " "):
        line = _keys(usable, gap)
        if width(line) - len(gap) <= columns:
            return line
    last = _keys(usable[-LAST:], " ")
    shown = usable[:-LAST]
    while shown and width(_keys(shown, " ")) + width(last) + 1 > columns:
        shown.pop()
    return (*_keys(shown, " "), (f"{glyphs.cut} ", "dim"), *last)


def _keys(keys: Sequence[tuple[str, str]], gap: str) -> Line:
    return tuple(cell for key, label in keys for cell in (text(key, "key"), text(f" {label}{gap}")))
