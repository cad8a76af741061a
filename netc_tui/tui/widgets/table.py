"""The table of services, with a cursor, marks, and no more drawn than what changed."""

from collections.abc import Iterable, Sequence

from textual import events
from textual.message import Message

from netc_tui.desk.fleet import Which
from netc_tui.tui import rows
from netc_tui.tui.columns import SORTS
from netc_tui.tui.draw import Line
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.rows import Row
from netc_tui.tui.widgets.lines import Lines


class ServiceTable(Lines, can_focus=True):
    """Rows of services under a line of titles. The cursor stays on its service when rows move."""

    class Moved(Message):
        """The cursor is on another service, or on none."""

    class SortAsked(Message):
        """A column's title was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(glyphs, id=id)
        self.rows: Sequence[Row] = ()
        self.marked: frozenset[Which] = frozenset()
        self.sort, self.reverse = "name", False
        self.empty: Sequence[Line] = ()
        """What is shown when there are no rows."""
        self._at = 0
        self._under: Which | None = None
        self._sizes: dict[str, int] = {}
        self._looks: tuple[object, ...] = ()
        """What it was drawn by last, as far as that comes from outside."""

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self._at] if 0 <= self._at < len(self.rows) else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that there is room for."""
        return tuple(self._sizes)

    def show_rows(
        self, found: Sequence[Row], known: Iterable[Which], *, sort: str, reverse: bool
    ) -> None:
        """Show these; the cursor follows its service, or stays where it was if that is gone.
        ``known`` are all services: a mark ends with its service, not with a filter."""
        self.rows, self.sort, self.reverse = found, sort, reverse
        there = [row.which for row in found]
        self.marked &= frozenset(known)
        if self._under in there:
            self._at = there.index(self._under)
        self._at = max(0, min(self._at, len(found) - 1))
        # Of hundreds, one says each second that it is as it was.
        cells = [(row.cells, row.wanted) for row in found]
        looks = (there, cells, sort, reverse, self.marked, self._at, self.empty)
        if looks != self._looks:
            self._looks = looks
            self.redraw()
        self._moved()

    def go(self, which: Which) -> None:
        """Put the cursor on a service, if it is listed."""
        for at, row in enumerate(self.rows):
            if row.which == which:
                self.move(at - self._at)

    def flip_mark(self) -> None:
        """Mark the service under the cursor or unmark it, and go to the next."""
        if self.current is not None:
            self.marked ^= {self.current.which}
            self.move(1)
            self.redraw()

    def mark_all(self) -> None:
        """Mark all that are listed; none of them if all are."""
        all_ = frozenset(row.which for row in self.rows)
        self.marked = self.marked - all_ if all_ <= self.marked else self.marked | all_
        self.redraw()

    def clear_marks(self) -> None:
        """Mark none."""
        self.marked = frozenset()
        self.redraw()

    def view(self, columns: int, height: int) -> list[Line]:
        """The titles and the rows that fit."""
        glyphs = self.glyphs
        room = max(1, height - 1)
        if self._at < self.top:
            self.top = self._at
        elif self._at >= self.top + room:
            self.top = self._at - room + 1
        self.top = max(0, min(self.top, len(self.rows) - room))
        shown = self.rows[self.top : self.top + room]
        position = ""
        if len(shown) < len(self.rows):
            position = f" {self.top + 1}-{self.top + len(shown)}/{len(self.rows)}"
        self._sizes = rows.widths(self.rows, columns, position)
        more = rows.hidden(self.rows, self._sizes)
        titles = rows.header(self._sizes, self.sort, self.reverse, columns, glyphs, position, more)
        lines = [titles]
        lines += [
            rows.line(
                row,
                self._sizes,
                glyphs.marked if row.which in self.marked else " ",
                "cursor" if at == self._at else "",
                columns,
                glyphs,
            )
            for at, row in enumerate(shown, self.top)
        ]
        return lines if self.rows else [*lines, *self.empty]

    def move(self, count: int) -> None:
        """Move the cursor by so many rows, as far as there are any."""
        self._at = max(0, min(self._at + count, len(self.rows) - 1))
        self.redraw()
        self._moved()

    def page(self, count: int) -> None:
        """Move it by as many rows as are on screen."""
        self.move(count * max(1, self.size.height - 2))

    def on_click(self, event: events.Click) -> None:
        """The cursor to the row; a title sorts; twice opens."""
        if event.y == 0:
            x = 2
            for column, size in self._sizes.items():
                if x <= event.x < x + size + 2 and column in SORTS:
                    self.post_message(self.SortAsked(column))
                x += size + 2
            return
        at = self.top + event.y - 1
        if at < len(self.rows):
            self.move(at - self._at)
            if event.chain == 2:
                self.post_message(self.Opened())

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor."""
        self.move(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the cursor."""
        self.move(-3)

    def _moved(self) -> None:
        which = self.current.which if self.current is not None else None
        if which != self._under:
            self._under = which
            self.post_message(self.Moved())
