"""Who is connected to a service now, behind the masquerade."""

from collections.abc import Sequence
from datetime import datetime

from netc_tui.core.clients import Caller, left_out
from netc_tui.core.text import printable
from netc_tui.core.words import clock, count, octets, short_clock
from netc_tui.tui.draw import Line, fit, text, wrap
from netc_tui.tui.panels.panel import Feed, Panel, Room, Snapshot, awaited

ADDRESS, NAME = 15, 40
"""Cells of an address; of a name at most."""
ROOMY, WIDE = 68, 100
"""Columns from which on names are shown, and from which on more of them and of ports."""


def lines(shown: Snapshot, room: Room) -> list[Line]:
    """A client a line, the busiest first."""
    own, found = shown.service.network_container, shown.clients
    if found is None and not shown.alive:
        return [(("Not read yet; the engine is away.", "dim"),)]
    if own is None:
        return [(("No network container, so no clients.", "dim"),)]
    if found is None or found.network_container != own.name:
        return [(("reading" + room.glyphs.cut, "dim"),)]
    if found.error is not None:
        return [(text(part, "warn"),) for part in wrap(found.error, room.columns)]
    said: list[Line] = [(text(remark, "dim"),) for remark in left_out(found.more, found.tracked)]
    if all(caller.last_seen for caller in found.clients):
        said.insert(0, (("No client now.", "dim"),))
    if not found.clients:
        return said
    titles = ("CLIENT", "NAME", "PORT", "CONNS", "BYTES", "UNANSWERED")
    return [
        (("".join(_fitted(titles, room)), "head"),),
        *(
            _client(caller, found.names.get(caller.address, ""), shown.now, room)
            for caller in found.clients
        ),
        *said,
    ]


def _client(caller: Caller, called: str, now: datetime, room: Room) -> Line:
    size = "-" if caller.bytes is None else octets(caller.bytes)
    told = (
        *(caller.address, called or "-", _ports(caller.ports, _port_cells(room.columns))),
        *(count(caller.connections), size, count(caller.unanswered)),
    )
    address, name, port, *numbers, unanswered = _fitted(told, room)
    if caller.last_seen is not None:
        # When, and not how long ago: nothing is drawn anew every second.
        last = f"last seen {short_clock(caller.last_seen, now)}"
        return (text(f"{address}{name}{port}  {last:>{5 + 2 + 7 + 2 + 10}}", "dim"),)
    return (
        text(address),
        text(name, "" if called else "dim"),
        text(port + "".join(numbers)),
        text(unanswered, "warn" if caller.unanswered else "dim"),
    )


def _fitted(parts: Sequence[str], room: Room) -> tuple[str, ...]:
    """The parts of a line, each in its cells; between two are two blanks."""
    address, name, port, connections, size, unanswered = map(printable, parts)
    cells, cut = _name_cells(room.columns), room.glyphs.cut
    return (
        f"{address:{ADDRESS}}",
        f"  {fit(name, cells, cut)}" if cells else "",
        f"  {fit(port, _port_cells(room.columns), cut)}",
        f"  {connections:>5}",
        f"  {size:>7}",
        f"  {unanswered:>10}",
    )


def _port_cells(columns: int) -> int:
    return 20 if columns >= WIDE else 14 if columns >= ROOMY else 9


def _name_cells(columns: int) -> int:
    """What is left for names; none where it is too little to tell them apart."""
    left = columns - ADDRESS - _port_cells(columns) - 5 - 7 - 10 - 5 * 2
    return min(NAME, left) if columns >= ROOMY else 0


def _ports(ports: Sequence[str], cells: int) -> str:
    """As many of them as there is room for, and how many more there are."""
    for shown in range(len(ports), 0, -1):
        more = f" +{len(ports) - shown}" if shown < len(ports) else ""
        said = " ".join(ports[:shown]) + more
        if len(said) <= cells:
            return said
    return f"{len(ports)} ports"


def coming(shown: Snapshot) -> bool:
    """Are those of this service about to be read?"""
    own, read = shown.service.network_container, shown.clients
    if own is None or read is None:
        return False
    return awaited(shown, known=read.network_container == own.name)


def of(shown: Snapshot) -> str:
    """When they were read, while nobody can read them."""
    if shown.clients is None or shown.alive:
        return ""
    return f", of {clock(shown.clients.at, shown.now)}"


PANEL = Panel("clients", lines, feeds=frozenset({Feed.CLIENTS}), coming=coming, of=of)
