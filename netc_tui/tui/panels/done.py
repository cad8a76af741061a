"""Who did what to a service, and what came of it."""

from rich.cells import cell_len

from netc_tui.core.records import Did, Entry, reach
from netc_tui.core.words import short_clock
from netc_tui.tui.draw import Line, text, wrap
from netc_tui.tui.panels.panel import Panel, Room, Snapshot

BAD = ("no lease", "it is still there", "never started")
"""How it begins that nothing came of it."""
UNASKED = frozenset({Did.ENDED, Did.REMOVED})
"""What an operator did not want, or did without netc."""


def lines(shown: Snapshot, room: Room) -> list[Line]:
    """The latest at the top; below, how far back that is known."""
    found = [line for entry in reversed(shown.entries) for line in _entry(entry, shown, room)]
    if shown.service.replicas is not None:
        return [(("Who turned a service of a Swarm on or off is not remembered.", "dim"),)]
    if shown.memory is None:
        said = "what the engine remembers of it is not known yet"
    else:
        said = reach(shown.memory, shown.now)
        found = found or [(("Nothing is known to have been done.", "dim"),)]
    return [*found, *((text(part, "dim"),) for part in wrap(said, room.columns))]


def _entry(entry: Entry, shown: Snapshot, room: Room) -> list[Line]:
    record = entry.record
    when = f"{short_clock(record.at, shown.now):8} "
    left = max(20, room.columns - len(when))
    who = record.who or "-"
    first, *more = wrap(f"{who} {record}", left)
    style = "warn" if record.did in UNASKED else ""
    whole = first.startswith(f"{who} ")
    head: Line = (text(who, "strong"), text(first[len(who) :], style)) if whole else (text(first),)
    found: list[Line] = [((when, "dim"), *head)]
    found += [((" " * len(when), ""), text(part, style)) for part in more]
    if entry.came:
        tone = "bad" if entry.came.startswith(BAD) else "dim"
        arrow = f" {room.glyphs.arrow} "
        if not more and cell_len(first) + len(arrow) + cell_len(entry.came) <= left:
            found[0] = (*found[0], (arrow, "dim"), text(entry.came, tone))
        else:
            found += [((" " * len(when), ""), text(part, tone)) for part in wrap(entry.came, left)]
    return found


PANEL = Panel("done", lines)
