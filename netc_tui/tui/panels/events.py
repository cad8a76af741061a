"""What happened to a service's network container."""

from datetime import datetime, timedelta

from netc_tui.core.lease import Event, in_words
from netc_tui.core.protocol import TROUBLE, WARNINGS, Said
from netc_tui.core.words import short_clock
from netc_tui.tui.draw import Line, text, wrap
from netc_tui.tui.panels.panel import Panel, Place, Room, Snapshot

GOOD = frozenset({Said.BOUND, Said.RENEWED, Said.TARGET})


def lines(shown: Snapshot, room: Room) -> list[Line]:
    """The latest at the top: what its network container said, and what this program did."""
    said, now = shown.events, shown.now
    entries: list[tuple[datetime, int, str, str]] = [
        # It tells whole seconds, so what this program did in that second came before.
        (event.time + timedelta(microseconds=999_999), at, in_words(event), tone(event))
        for at, event in enumerate(said)
    ]
    entries += [
        (
            note.time,
            len(said) + at,
            f"{'! ' if note.trouble else ''}{note.text}",
            "bad" if note.trouble else "dim",
        )
        for at, note in enumerate(shown.notes)
    ]
    found: list[Line] = []
    for time, _, words, style in sorted(entries, reverse=True):
        when = f"{short_clock(time, now):8} "
        first, *more = wrap(words, max(20, room.columns - len(when)))
        found.append(((when, "dim"), text(first, style)))
        found += [((" " * len(when), ""), text(part, style)) for part in more]
    of_swarm = shown.service.replicas is not None and shown.service.network_container is not None
    if of_swarm:  # its tasks may be on any node, and are followed only where their log is shown
        found.insert(0, (("What it says is in its log.", "dim"),))
    return found or [(("Nothing yet.", "dim"),)]


def tone(event: Event) -> str:
    """The style of an event."""
    styles = {"bad": TROUBLE, "warn": WARNINGS, "ok": GOOD}
    return next((style for style, those in styles.items() if event.event in those), "")


PANEL = Panel("events", lines, Place.RIGHT)
