"""Lines that name what they say, and what Docker knows of a service."""

from netc_tui.core.model import Service
from netc_tui.core.ports import as_exposed, as_list
from netc_tui.tui.columns import published_text
from netc_tui.tui.draw import Line, fit, text, wrap
from netc_tui.tui.glyphs import Glyphs

LABEL = 10
"""Columns that the names take."""


def fact(label: str, *value: tuple[str, str]) -> Line:
    """A line that names what it says."""
    return ((fit(label, LABEL, ""), "dim"), *value)


def folded(label: str, value: str, columns: int) -> list[Line]:
    """The same, on as many lines as it takes."""
    first, *more = wrap(value, max(20, columns - LABEL))
    return [fact(label, text(first)), *(fact("", text(part)) for part in more)]


def about_service(service: Service, columns: int, glyphs: Glyphs) -> list[Line]:
    """What Docker knows of a service."""
    if service.id is None:
        return []
    facts = {
        "state": service.state + (f", {service.health}" if service.health else ""),
        "image": service.image or "-",
        "Compose": f"{service.project}, service {service.compose}" if service.project else "",
        "network": service.borrows,
        "exposes": as_list(as_exposed(service.ports)) or "-",
        "published": published_text(service, glyphs),
    }
    return [
        line for label, value in facts.items() if value for line in folded(label, value, columns)
    ]
