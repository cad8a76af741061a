"""Lines under a title, which can be scrolled."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual import events
from textual.message import Message

from netc_tui.tui.draw import Line, shortened, text, width
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.widgets.lines import Lines

LEAST = 14
"""Cells of a title that gives way, at least."""


class Titled(Lines):
    """Lines under a title. When there are more than fit, the title says which are shown."""

    class TitleAsked(Message):
        """A title was clicked: which of them, counted from 0."""

        def __init__(self, titled: "Titled", at: int) -> None:
            super().__init__()
            self.titled, self.at = titled, at

    def __init__(self, glyphs: Glyphs, *, id: str, classes: str = "") -> None:
        super().__init__(glyphs, id=id, classes=classes)
        self.titles: Sequence[tuple[str, str]] = ()
        self._drawn: Sequence[tuple[str, str]] = ()
        """The titles in the room that there is, and what is added to them."""
        self._heading: Sequence[Line] = ()

    def show_titled(
        self, titles: Sequence[tuple[str, str]], lines: Sequence[Line], *, fixed: int = 0
    ) -> None:
        """Show these lines under these titles; the first ``fixed`` are not scrolled."""
        self.titles, self._heading = titles, lines[:fixed]
        self.show(lines[fixed:])

    def place_cells(self, lines: Sequence[Line], *, fixed: int = 0) -> int:
        """The cells that the title needs to say which of these are shown; 0 when all are."""
        count, room = len(lines) - fixed, self.size.height - 1 - fixed
        return cell_len(_place(count, count, count)) + 3 if count > room else 0

    def view(self, columns: int, rows: int) -> list[Line]:
        """The title, and what fits below."""
        room = max(0, rows - 1 - len(self._heading))
        below = super().view(columns, room)
        titles = list(self.titles)
        if len(self.lines) > room:
            last = self.top + len(below)
            titles.append((_place(self.top + 1, last, len(self.lines)), "dim"))
        self._drawn = fitted(titles, columns, self.glyphs)
        return [title_line(self._drawn, columns, self.glyphs), *self._heading, *below]

    def on_click(self, event: events.Click) -> None:
        """One of the titles was clicked."""
        if event.y:
            return
        x = 1
        for at, title in enumerate(self._drawn[: len(self.titles)]):
            cells = width((text(f" {title[0]} "),)) + 1
            if x <= event.x < x + cells:
                self.post_message(self.TitleAsked(self, at))
                return
            x += cells

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self.scroll_lines(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self.scroll_lines(-3)


def _place(first: int, last: int, count: int) -> str:
    return f"{first}-{last} of {count}"


def fitted(
    titles: Sequence[tuple[str, str]], columns: int, glyphs: Glyphs
) -> list[tuple[str, str]]:
    """The titles in so many columns, as far as the longest can give way: in its middle, since names
    differ at their ends."""
    found = list(titles)
    over = width(title_line(found, 0, glyphs)) - columns
    if found and over > 0:
        at = max(range(len(found)), key=lambda at: cell_len(found[at][0]))
        title, style = found[at]
        found[at] = shortened(title, max(LEAST, cell_len(title) - over), glyphs.cut), style
    return found


def title_line(titles: Iterable[tuple[str, str]], columns: int, glyphs: Glyphs) -> Line:
    """The line above; of several titles when they share it."""
    line: list[tuple[str, str]] = [(glyphs.line, "dim")]
    for title, style in titles:
        line += [text(f" {title} ", style), (glyphs.line, "dim")]
    return (*line, (glyphs.line * max(0, columns - width(line)), "dim"))
