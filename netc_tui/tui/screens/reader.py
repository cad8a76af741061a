"""A screen to read a long text on, with search."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from netc_tui.tui.draw import Cell, Line
from netc_tui.tui.look import Look
from netc_tui.tui.widgets.field import Field
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.titled import Titled


class Reader(Screen[None]):
    """Lines under a title. Subclasses say which lines, and keep them current."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back"),
        Binding("slash", "search", "search"),
        Binding("n", "match(1)", "next match"),
        Binding("N", "match(-1)", "previous"),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("pagedown,space,ctrl+f", "page(1)", "page", show=True),
        Binding("pageup,b,ctrl+b", "page(-1)", "page up", show=False),
        Binding("home,g", "scroll(-1000000)", "begin", show=False),
        Binding("end,G", "scroll(1000000)", "end", show=False),
    ]

    AUTO_FOCUS = ""
    heading = ""

    def __init__(self, look: Look) -> None:
        super().__init__(classes="reader")
        self.look = look
        self.lines: Sequence[Line] = ()
        self.word = ""
        self._match: int | None = None
        """The line with the match that was gone to last."""

    def compose(self) -> ComposeResult:
        yield Titled(self.look.glyphs, id="text")
        yield Field(id="word", placeholder="search")
        yield KeyLine(self.look.glyphs, id="keys")

    def on_mount(self) -> None:
        """Nothing has the focus until a search does."""
        self.text = self.query_one("#text", Titled)
        self.set_focus(None)

    def show_lines(self, lines: Sequence[Line], *, end: bool = False) -> None:
        """Show these; at their end if asked to."""
        self.lines = lines
        if end:
            self.text.top = len(lines)
        titles = [(self.heading, "strong")]
        if self.word:
            found = sum(self._has(line) for line in lines)
            at = ""
            if self._match is not None:
                at = f"{sum(self._has(line) for line in lines[: self._match + 1])} of "
            titles.append((f"{at}{found} with {self.word!r}", "warn"))
        marked = [
            self._marked(line, "cursor" if at == self._match else "match")
            for at, line in enumerate(lines)
        ]
        self.text.show_titled(titles, marked)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Matches can be gone to when something is searched for."""
        return (bool(self.word) or None) if action == "match" else True

    def action_close(self) -> None:
        """Back, or out of the search first."""
        search = self.query_one(Input)
        if search.has_focus or self.word:
            search.value, self.word, self._match = "", "", None
            search.display = False
            self.set_focus(None)
            self.show_lines(self.lines)
            self.refresh_bindings()
        else:
            self.dismiss()

    def action_search(self) -> None:
        """Type what to look for."""
        search = self.query_one(Input)
        search.display = True
        self.set_focus(search)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.word, self._match = event.value.lower(), None
        self.show_lines(self.lines)
        self.refresh_bindings()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.set_focus(None)
        self.action_match(1, stay=True)

    def action_match(self, step: int, stay: bool = False) -> None:
        """To the next line that has the word, or the one before; from the end to the begin."""
        count = len(self.lines)
        # Not from the top on: the last page has lines that never come to the top.
        begin = self.text.top if self._match is None else self._match
        order = [(begin + step * at) % count for at in range(0 if stay else 1, count + 1)]
        for at in order if count else ():
            if self._has(self.lines[at]):
                self._match = at
                self.text.top = at
                self.show_lines(self.lines)
                return

    def action_scroll(self, count: int) -> None:
        self.text.scroll_lines(count)

    def action_page(self, count: int) -> None:
        self.text.scroll_lines(count * max(1, self.text.size.height - 2))

    def _has(self, line: Line) -> bool:
        return bool(self.word) and self.word in "".join(part for part, _ in line).lower()

    def _marked(self, line: Line, style: str) -> Line:
        """With each occurrence of the word shown as one."""
        if not self._has(line):
            return line
        cells: list[Cell] = []
        for part, own in line:
            low, at = part.lower(), 0
            while (found := low.find(self.word, at)) >= 0:
                end = found + len(self.word)
                cells += [(part[at:found], own), (part[found:end], style)]
                at = end
            cells.append((part[at:], own))
        return tuple(cell for cell in cells if cell[0])
