"""The panels of the service under the cursor: one in front, or several where there is room."""

from collections.abc import Iterable
from datetime import datetime

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Container

from netc_tui.desk.fleet import Fleet, Placed
from netc_tui.tui.look import Look
from netc_tui.tui.panels import PANELS
from netc_tui.tui.panels.panel import Feed, Panel, Place, Room, Snapshot, snapshot
from netc_tui.tui.widgets.titled import Titled

ALL_WIDTH, ALL_HEIGHT, LOW_HEIGHT = 100, 34, 22
"""From which size of the terminal on all panels are shown; below which height the one panel that
is in front is a low one."""
WHOLE_WIDTH, MIDDLE = 160, 6
"""The width from which on really all are shown, if there is room for so many lines of those in the
middle."""
LEAST, TOP, RULES = 22, 13, 17
"""Lines of all panels together at least; of lease and events at least; and those that all rules of
most network containers take, so that what is left goes to the events."""
AROUND = 4
"""Lines of a screen beside table and panels: two for the header, message, keys."""
LEAST_TABLE = 4
"""Lines that the table keeps on a small screen."""


class Stack(Container):
    """Each panel under its title."""

    def __init__(self, fleet: Fleet, look: Look, *, id: str) -> None:
        super().__init__(id=id)
        self._now, self._look = fleet.desks[0].now, look
        self.front: Panel = PANELS[0]
        self._service: Placed | None = None
        self._since: datetime = self._now()
        self._laid_out = 0, ""
        """The height of all, and of each row of panels."""

    def compose(self) -> ComposeResult:
        """In the order in which they stand where all are shown."""
        for panel in sorted(PANELS, key=lambda panel: (panel.place.value, panel.wide)):
            classes = "-below" if panel.place is Place.BELOW else ""
            yield Titled(self._look.glyphs, id=panel.name, classes=classes)

    @property
    def shown(self) -> tuple[Panel, ...]:
        """The panels that can be seen now."""
        if self.has_class("-whole"):
            return PANELS
        if not self.has_class("-all"):
            return (self.front,)
        of = {panel.place: panel for panel in reversed(PANELS)} | {self.front.place: self.front}
        return tuple(panel for panel in PANELS if of[panel.place] is panel)

    def needs(self, feed: Feed) -> bool:
        """Does one that can be seen show what comes from there?"""
        return any(feed in panel.feeds for panel in self.shown)

    def shows(self, name: str) -> bool:
        """Can the panel of that name be seen?"""
        return any(panel.name == name for panel in self.shown)

    def bring(self, name: str) -> None:
        """The panel of that name to the front."""
        self.front = next(panel for panel in PANELS if panel.name == name)

    def asked(self, titled: Titled, at: int) -> str:
        """The name of the panel whose title was clicked."""
        several = self.has_class("-all")
        return str(titled.id) if several else PANELS[at].name

    def bring_next(self) -> None:
        """The next one to the front."""
        self.front = PANELS[(PANELS.index(self.front) + 1) % len(PANELS)]

    def lay_out(self, rows: int) -> None:
        """Lay out for the size of the terminal, beside a table of so many rows."""
        width, height = self.app.size
        left = height - rows - 2 - AROUND  # what the table leaves, with its titles and a blank line
        self.set_class(width >= ALL_WIDTH and height >= ALL_HEIGHT, "-all")
        self.set_class(width >= WHOLE_WIDTH and left >= TOP + MIDDLE + RULES, "-whole")
        shown = self.shown
        for panel in PANELS:
            self._widget(panel).set_class(panel in shown, "-shown")
        if self.has_class("-all"):
            wanted = max(LEAST, left)
        else:
            wanted = max(0, min(8 if height < LOW_HEIGHT else 12, height - LEAST_TABLE - AROUND))
        heights = f"{max(TOP, wanted - RULES)} 1fr"
        if self.has_class("-whole"):
            heights = f"{TOP} {wanted - TOP - RULES} 1fr"
        # Only when it is another: setting it lays all out anew.
        if (wanted, heights) != self._laid_out:
            self._laid_out = wanted, heights
            self.styles.height, self.styles.grid_rows = wanted, heights

    def show(self, service: Placed | None) -> None:
        """What there is now of this service, in the panels that can be seen."""
        if (service and service.which) != (self._service and self._service.which):
            self._since = self._now()
            for widget in self.query(Titled):
                widget.top = 0
        self._service = service
        self._show(self.shown)

    def tick(self) -> None:
        """What changes with the time alone: the countdown."""
        self._show(panel for panel in self.shown if panel.ticks)

    def scroll_front(self, count: int) -> None:
        """Scroll the panel in front by lines."""
        self._widget(self.front).scroll_lines(count)

    def _widget(self, panel: Panel) -> Titled:
        return self.query_one(f"#{panel.name}", Titled)

    def _show(self, panels: Iterable[Panel]) -> None:
        shown = None
        if self._service is not None:
            rested = (self._now() - self._since).total_seconds()
            shown = snapshot(self._service.desk, self._service.service, rested)
        for panel in panels:
            widget = self._widget(panel)
            columns = widget.size.width
            if not columns or (shown is not None and panel.coming(shown)):
                continue
            room = Room(
                columns, self._look.glyphs, self._look.hints, alone=not self.has_class("-all")
            )
            lines = panel.lines(shown, room) if shown is not None else []
            heading = int(bool(lines) and bool(lines[0]) and lines[0][0][1] == "head")
            left = columns - widget.place_cells(lines, fixed=heading)
            widget.show_titled(self._titles(panel, shown, left), lines, fixed=heading)

    def _titles(self, panel: Panel, shown: Snapshot | None, columns: int) -> list[tuple[str, str]]:
        of = f": {shown.called}{panel.of(shown)}" if shown is not None else ""
        if self.has_class("-all"):
            style = "strong" if panel is self.front else "dim"
            return [(panel.name.capitalize() + of, style)]
        names = [f"{at} {each.name.capitalize()}" for at, each in enumerate(PANELS, 1)]
        front = PANELS.index(panel)
        names[front] += of
        # That of the one in front is to be read: of the others the number is enough.
        for at in (at for at in range(len(names)) if at != front):
            if sum(cell_len(name) + 3 for name in names) < columns:
                break
            names[at] = names[at].partition(" ")[0]
        return [(name, "strong" if at == front else "dim") for at, name in enumerate(names)]
