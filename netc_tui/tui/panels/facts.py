"""Lines that name what they say, and what Docker knows of a service."""

from netc_tui.core.keeping import Written, silence
from netc_tui.core.model import Service
from netc_tui.core.ports import as_exposed, as_list
from netc_tui.core.words import clock
from netc_tui.tui.columns import published_text
from netc_tui.tui.draw import Line, fit, text, wrap
from netc_tui.tui.glyphs import Glyphs

LABEL = 10
"""Columns that the names take."""


def fact(label: str, *value: tuple[str, str]) -> Line:
    """A line that names what it says."""
    return ((fit(label, LABEL, ""), "dim"), *value)


def folded(label: str, value: str, columns: int, style: str = "") -> list[Line]:
    """The same, on as many lines as it takes."""
    first, *more = wrap(value, max(20, columns - LABEL))
    return [fact(label, text(first, style)), *(fact("", text(part, style)) for part in more)]


def kept(service: Service, columns: int) -> list[Line]:
    """Who keeps it on or off and why, where its labels have to do with that."""
    keeping = service.keeping
    if keeping is None or not keeping.follows:
        return []
    return folded("kept", str(keeping), columns, "warn" if keeping.trouble else "")


def about_service(service: Service, columns: int, glyphs: Glyphs) -> list[Line]:
    """What Docker knows of a service."""
    if service.id is None:
        return []
    facts = {
        "state": service.stands + (f", {service.health}" if service.health else ""),
        "image": service.image or "-",
        "Compose": f"{service.project}, service {service.compose}" if service.project else "",
        "network": service.borrows,
        "exposes": as_list(as_exposed(service.ports)) or "-",
        "published": published_text(service, glyphs),
    }
    return [
        line for label, value in facts.items() if value for line in folded(label, value, columns)
    ]


def at_work(written: Written, columns: int) -> list[Line]:
    """How the watcher stands that was heard of here, and all its troubles."""
    watcher, now = written.watcher, written.at
    if watcher is None:
        return []
    found = [
        fact("version", text(watcher.version)),
        fact("since", text(clock(watcher.since, now))),
        fact("heard of", text(clock(watcher.at, now))),
    ]
    if said := silence(watcher, now):
        found += folded("", f"{said}: systemctl status netc-watch", columns, "bad")
    for trouble in watcher.troubles:
        found += folded("trouble", f"{trouble.service}: {trouble.why}", columns, "warn")
    if watcher.more:
        found.append(fact("", text(f"and {watcher.more} more services", "warn")))
    if watcher.last is not None and watcher.last not in watcher.troubles:
        at = clock(watcher.last_at, now)
        found += folded("last", f"{at} {watcher.last.service}: {watcher.last.why}", columns)
    return found
