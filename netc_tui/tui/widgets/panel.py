"""A panel: a line with titles, and lines below that can be scrolled."""

from collections.abc import Sequence

from netc_tui.tui.draw import Line
from netc_tui.tui.panels import titled_tabs
from netc_tui.tui.widgets.lines import Lines


class Panel(Lines):
    """Lines under a title. When there are more than fit, the title says which are shown."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.titles: Sequence[tuple[str, str]] = ()
        self._heading: Sequence[Line] = ()

    def show_titled(
        self, titles: Sequence[tuple[str, str]], lines: Sequence[Line], *, fixed: int = 0
    ) -> None:
        """Show these lines under these titles; the first ``fixed`` are not scrolled."""
        self.titles, self._heading = titles, lines[:fixed]
        self.show(lines[fixed:])

    def view(self, columns: int, rows: int) -> list[Line]:
        """The title, and what fits below."""
        room = max(0, rows - 1 - len(self._heading))
        below = super().view(columns, room)
        titles = list(self.titles)
        if len(self.lines) > room:
            last = self.top + len(below)
            titles.append((f"{self.top + 1}-{last} of {len(self.lines)}", "dim"))
        return [titled_tabs(titles, columns, self.glyphs), *self._heading, *below]

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self.scroll_lines(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self.scroll_lines(-3)
