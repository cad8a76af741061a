"""What is known of the service under the cursor: lease, rules and events, as room allows."""

import time
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Container

from netc_tui.core.model import Service
from netc_tui.core.words import clock
from netc_tui.tui import panels
from netc_tui.tui.draw import Line
from netc_tui.tui.widgets.panel import Panel

if TYPE_CHECKING:
    from netc_tui.tui.app import NetcApp

NAMES = ("lease", "rules", "events")
ALL_WIDTH, ALL_HEIGHT, LOW_HEIGHT = 100, 34, 22
"""From which size of the terminal on all panels are shown; below which height the one panel that
is in front is a low one."""
LEAST, TOP, RULES = 22, 13, 17
"""Lines of all panels together at least; of lease and events at least; and those that all rules of
most network containers take, so that what is left goes to the events."""
AROUND = 4
"""Lines of a screen beside table and panels: two for the header, message, keys."""
LEAST_TABLE = 4
"""Lines that the table keeps on a small screen."""
RULES_COME = 1.5
"""Seconds from a move of the cursor within which rules are read."""


class About(Container):
    """The three panels: one in front, or all where there is room."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.front = "lease"
        self._service: Service | None = None
        self._since = 0.0

    def compose(self) -> ComposeResult:
        """In the order in which they stand where all are shown."""
        for name in ("lease", "events", "rules"):
            yield Panel(id=name)

    @property
    def shown(self) -> tuple[str, ...]:
        """The panels that can be seen now."""
        return NAMES if self.has_class("-all") else (self.front,)

    def lay_out(self, rows: int) -> None:
        """Lay out for the size of the terminal, beside a table of so many rows."""
        width, height = self.app.size
        self.set_class(width >= ALL_WIDTH and height >= ALL_HEIGHT, "-all")
        for name in NAMES:
            self.query_one(f"#{name}").set_class(name == self.front, "-active")
        if self.has_class("-all"):
            # As much as the table leaves, which has its titles and a blank line.
            wanted = max(LEAST, height - rows - 2 - AROUND)
        else:
            wanted = max(0, min(8 if height < LOW_HEIGHT else 12, height - LEAST_TABLE - AROUND))
        # Only when it is another: setting it lays all out anew.
        if self.styles.height is None or self.styles.height.value != wanted:
            self.styles.height = wanted
            self.styles.grid_rows = f"{max(TOP, wanted - RULES)} 1fr"

    def show(self, service: Service | None) -> None:
        """What there is now of this service, in the panels that can be seen."""
        if (service and service.name) != (self._service and self._service.name):
            self._since = time.monotonic()
            for panel in self.query(Panel):
                panel.top = 0
        self._service = service
        for name in self.shown:
            self._show(name)

    def tick(self) -> None:
        """What changes with the time alone: the countdown."""
        if "lease" in self.shown:
            self._show("lease")

    def scroll_front(self, count: int) -> None:
        """Scroll the panel in front by lines."""
        self.query_one(f"#{self.front}", Panel).scroll_lines(count)

    def _show(self, name: str) -> None:
        if name == "rules" and self._rules_come():
            return
        panel = self.query_one(f"#{name}", Panel)
        if columns := panel.size.width:
            lines = self._lines(name, columns)
            panel.show_titled(self._titles(name), lines, fixed=int(panels.is_heading(lines)))

    def _rules_come(self) -> bool:
        """Are those of this service about to be read? Until then the former stay, under their
        name: to clear the panel for a moment costs more than all else that the cursor moves."""
        site = self._netc.site
        companion = self._service.network_container if self._service is not None else None
        if companion is None or companion.state != "running" or not site.connection.alive:
            return False
        read = site.rules is not None and site.rules.network_container == companion.name
        return site.rules is not None and not read and time.monotonic() < self._since + RULES_COME

    def _titles(self, name: str) -> list[tuple[str, str]]:
        of = f": {self._service.name}" if self._service is not None else ""
        alive = self._netc.site.connection.alive
        if name == "rules" and (read := self._netc.site.rules) is not None and not alive:
            of += f", of {clock(read.at, self._netc.now())}"
        if self.has_class("-all"):
            return [(name.capitalize() + of, "strong" if name == self.front else "dim")]
        return [
            (f"{at} {one.capitalize()}{of}", "strong")
            if one == name
            else (f"{at} {one.capitalize()}", "dim")
            for at, one in enumerate(NAMES, 1)
        ]

    def _lines(self, name: str, columns: int) -> list[Line]:
        app, service = self._netc, self._service
        site, now, glyphs = app.site, app.now(), app.glyphs
        if service is None:
            return []
        if name == "lease":
            job, hints = site.jobs.get(service.name), app.shortcuts.hints
            return panels.lease(service, job, now, columns, glyphs, hints, app.interface)
        if name == "rules":
            if site.rules is None and not site.connection.alive:
                return [(("Not read yet; the engine is away.", "dim"),)]
            return panels.rules(service.network_container, site.rules_known, columns, glyphs)
        notes = site.notes.get(service.name, ())
        return panels.events(site.events(service.name), notes, now, columns)

    @property
    def _netc(self) -> "NetcApp":
        return cast("NetcApp", self.app)
