"""A widget that shows lines of text and sends to the terminal only what of them changed.

Over SSH every byte is waited for: a line is compared with what the terminal shows of it, and only
the columns that differ are drawn again.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from netc_tui.tui.draw import Line, differing, line_fit, spelled
from netc_tui.tui.glyphs import Glyphs

STYLES = ("dim", "strong", "head", "ok", "busy", "warn", "bad", "key", "cursor", "match", "mark")
"""The names that cells may have, each a component class ``lines--NAME`` in the style sheet."""


class Lines(Widget):
    """Lines from the first that is shown on; more than fit can be scrolled."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{name}" for name in STYLES}
    ALLOW_SELECT = False

    def __init__(self, glyphs: Glyphs, *, id: str, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self.lines: Sequence[Line] = ()
        self.top = 0
        """The line that is at the top."""
        self._view: list[Line] = []
        self._strips: dict[Line, Strip] = {}
        self._styles: dict[str, Style] = {}

    def show(self, lines: Sequence[Line]) -> None:
        """Show these in place of those before."""
        self.lines = lines
        self.redraw()

    def view(self, columns: int, rows: int) -> list[Line]:
        """What is to be on screen, from the top; for subclasses to say."""
        self.top = max(0, min(self.top, len(self.lines) - rows))
        return list(self.lines[self.top : self.top + rows])

    def redraw(self) -> None:
        """Draw what differs from what is on screen."""
        columns, rows = self.size
        if not columns or not rows:
            return
        before = self._view
        self._view = after = self._fitted(columns, rows)
        if len(before) != rows:
            self.refresh()
            return
        changed = [
            Region(found[0], y, found[1] - found[0], 1)
            for y, (was, now) in enumerate(zip(before, after, strict=True))
            if (found := differing(was, now)) is not None
        ]
        if changed:
            self.refresh(*changed)

    def scroll_lines(self, count: int) -> None:
        """Move what is shown by so many lines, as far as there are any."""
        self.top += count
        self.redraw()

    def _fitted(self, columns: int, rows: int) -> list[Line]:
        cut = self.glyphs.cut
        fitted = [line_fit(line, columns, cut) for line in self.view(columns, rows)[:rows]]
        if cut.isascii():
            fitted = [spelled(line) for line in fitted]
        return fitted + [((" " * columns, ""),)] * (rows - len(fitted))

    def on_resize(self) -> None:
        """Nothing of what is on screen is known any more."""
        self._view = []
        self.redraw()

    def notify_style_update(self) -> None:
        """Another theme."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """One line of what is on screen."""
        if y >= len(self._view):
            return Strip.blank(self.size.width, self.rich_style)
        line = self._view[y]
        strip = self._strips.get(line)
        if strip is None:
            if len(self._strips) > 500:
                self._strips.clear()
            strip = Strip([Segment(part, self._style(name)) for part, name in line])
            self._strips[line] = strip
        return strip

    def _style(self, names: str) -> Style:
        style = self._styles.get(names)
        if style is None:
            style = self.rich_style
            for name in names.split():
                style += self.get_component_rich_style(f"lines--{name}", partial=True)
            self._styles[names] = style
        return style
