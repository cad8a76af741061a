"""A list to choose one thing from; what cannot be chosen says why and is passed over."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from netc_tui.tui.draw import Line, line_fit
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.widgets.lines import Lines


class Option(msgspec.Struct, frozen=True):
    """Something to choose."""

    id: str
    line: Line
    enabled: bool = True


class Choice(Lines, can_focus=True):
    """Options with a cursor on one of those that can be chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
    ]

    class Moved(Message):
        """The cursor is on another option."""

    class Chosen(Message):
        """Two clicks; enter is the dialog's key."""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(glyphs, id=id)
        self.options: Sequence[Option] = ()
        self._at = -1
        self.wanted: str | None = None
        """What was chosen, whether it can be or not."""

    @property
    def current(self) -> str | None:
        """The id of the option under the cursor."""
        return self.options[self._at].id if 0 <= self._at < len(self.options) else None

    def show_options(self, options: Sequence[Option], current: str | None = None) -> None:
        """Offer these. The cursor goes to ``current``, or stays where it was, or is on none when
        that cannot be chosen now: nobody has chosen another. It goes to the first if there was
        none."""
        self.wanted, self.options = current or self.wanted, options
        usable = [at for at, option in enumerate(options) if option.enabled]
        if self.wanted is not None:
            usable = [at for at in usable if options[at].id == self.wanted]
        self._at = (usable or [-1])[0]
        self.wanted = self.current or self.wanted
        self.redraw()

    def view(self, columns: int, rows: int) -> list[Line]:
        """The options that fit, those around the cursor among them."""
        # The last line says how many more there are, above and below.
        room = max(1, rows - 1) if len(self.options) > rows else rows
        ids = [option.id for option in self.options]
        at = self._at if self._at >= 0 or self.wanted not in ids else ids.index(self.wanted)
        if at >= 0:
            self.top = max(min(self.top, at), at - room + 1)
        self.top = max(0, min(self.top, len(self.options) - room))
        shown = self.options[self.top : self.top + room]
        lines = [
            tuple(
                (part, f"{style} cursor".strip())
                for part, style in line_fit(option.line, columns, self.glyphs.cut)
            )
            if at == self._at
            else option.line
            for at, option in enumerate(shown, self.top)
        ]
        below = len(self.options) - self.top - len(shown)
        if rows > room:
            told = [
                f"{count} {where}"
                for count, where in ((self.top, "above"), (below, "below"))
                if count
            ]
            lines.append(((f"{self.glyphs.cut} {', '.join(told)}", "dim"),))
        return lines

    def action_move(self, count: int) -> None:
        """Move the cursor to the next option that can be chosen."""
        at = self._at + count
        while 0 <= at < len(self.options) and not self.options[at].enabled:
            at += count
        if 0 <= at < len(self.options):
            self._go(at)
        elif count > 0:
            self.scroll_lines(1)

    def _go(self, at: int) -> None:
        self._at = at
        self.wanted = self.current
        self.redraw()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """The cursor to what was clicked; twice takes it."""
        at = self.top + event.y
        if at < len(self.options) and self.options[at].enabled:
            self._go(at)
            if event.chain == 2:
                self.post_message(self.Chosen())
