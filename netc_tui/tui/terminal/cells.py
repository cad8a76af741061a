"""What the terminal shows, cell by cell, so that only cells that differ are sent to it.

Textual draws regions: a countdown that goes from 12s to 11s costs it the whole line. Over SSH
every byte is waited for, so each frame that it writes is compared here with what is there, and
what is left is written with the shortest moves and changes of style (ECMA-48: CUP, CUF, SGR).

Only what Textual uses for drawing is understood. Anything else goes through as it is, and what was
known is forgotten, unless it cannot touch the screen (OSC, modes of input).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import get_character_cell_size

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_TOKEN = re.compile(
    r"\x1b\[(?P<parameters>[0-9;?<>=]*)(?P<final>[ -/]*[@-~])"
    r"|(?P<string>\x1b\].*?(?:\x07|\x1b\\)|\x1bP.*?\x1b\\|\x07)"
    r"|(?P<newline>\r?\n)|(?P<text>[^\x00-\x1f\x7f]+)|(?P<other>.)",
    re.DOTALL,
)
_HARMLESS = re.compile(
    r"\x1b\[(?:\?(?:1000|1003|1004|1006|1015|1016|2004|2048|25)[hl]|[<>]\d*u|\?\d+\$p)"
)
"""Modes of input, whether the cursor is shown, and questions."""
NEAR = 4
"""So many cells that need not change are sent again rather than jumped over."""

Style = tuple[frozenset[str], str, str]
"""Attributes, foreground, background, each as SGR parameters; empty for the terminal's own."""
PLAIN: Style = (frozenset(), "", "")
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
"""The attributes that are known, and what ends each."""
_ON_BLANKS = frozenset("479")
"""Underline, reverse and strike-through show without a letter."""

Drawn = tuple[str, Style]


class Cells:
    """The cells of a terminal, as far as they are known."""

    def __init__(self) -> None:
        self._sync = ""
        """What stands between the two marks of an update: nothing, its first mark, or ``sent``."""
        self.forget()

    def forget(self) -> None:
        """Know nothing: another program wrote, or the size is another one."""
        self._cells: dict[tuple[int, int], Drawn] = {}
        self._style: Style | None = None
        self._at: tuple[int, int] | None = None
        """Where the cursor is."""

    def frame(self, written: str) -> str:
        """What is to be sent so that the terminal shows what ``written`` would make of it."""
        out: list[str] = []
        y = x = 0
        style = PLAIN
        for token in _TOKEN.finditer(written):
            kind, said, final = token.lastgroup, token.group(), token["final"]
            if kind == "text":
                for letter, columns in _letters(said):
                    self._put(out, y, x, letter, columns, style)
                    x += columns
            elif final == "m":
                style = _sgr(token["parameters"], style)
            elif final == "H":
                row, _, column = token["parameters"].partition(";")
                y, x = int(row or 1) - 1, int(column or 1) - 1
            elif kind == "newline":
                y, x = y + 1, 0
            elif said == SYNC_START:
                self._sync = SYNC_START
            elif said == SYNC_END:
                if self._sync != SYNC_START:
                    out.append(said)
                self._sync = ""
            else:
                self._send(out, said)
                if kind != "string" and not _HARMLESS.fullmatch(said):
                    self.forget()
        return "".join(out)

    def _send(self, out: list[str], said: str) -> None:
        """An update is begun with the first that is sent of it, so that nothing costs nothing."""
        if self._sync == SYNC_START:
            out.append(SYNC_START)
            self._sync = "sent"
        out.append(said)

    def _put(self, out: list[str], y: int, x: int, letter: str, columns: int, style: Style) -> None:
        """Show a letter, unless it is there."""
        if letter == " ":
            style = _blank(style)
        cells, cell = self._cells, (letter, style)
        before = cells.get((y, x))
        if before == cell:
            return
        if self._at != (y, x):
            self._send(out, self._way(y, x))
        # A blank looks the same in any colour of letters: no change for its sake.
        if not self._looks(cell):
            self._send(out, _change(self._style, style))
            self._style = style
        self._send(out, letter)
        # Of a wide letter that is overwritten in part, nothing is left.
        if before is not None and not before[0]:
            cells.pop((y, x - 1), None)
        after = cells.get((y, x + columns))
        if after is not None and not after[0]:
            del cells[y, x + columns]
        cells[y, x] = cell
        for rest in range(1, columns):
            cells[y, x + rest] = ("", style)
        self._at = (y, x + columns)

    def _way(self, y: int, x: int) -> str:
        """The shortest way of the cursor to a cell."""
        at = self._at
        if at is None or at[0] != y or at[1] >= x:
            return f"\x1b[{y + 1};{x + 1}H"
        between = [self._cells.get((y, column)) for column in range(at[1], x)]
        if len(between) <= NEAR and all(
            cell is not None and len(cell[0]) == 1 and self._looks(cell) for cell in between
        ):
            return "".join(cell[0] for cell in between if cell is not None)
        return f"\x1b[{len(between)}C" if len(between) > 1 else "\x1b[C"

    def _looks(self, cell: Drawn) -> bool:
        """Would this letter look the same in the style in force?"""
        style = self._style
        return style is not None and cell[1] == (_blank(style) if cell[0] == " " else style)


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """The letters with the columns of each; one without a width goes with the one before."""
    if text.isascii():
        for letter in text:
            yield letter, 1
        return
    whole, columns = "", 0
    for letter in text:
        width = get_character_cell_size(letter)
        if width == 0 and whole:
            whole += letter
            continue
        if whole:
            yield whole, columns
        whole, columns = letter, width
    if whole:
        yield whole, columns


@lru_cache(4096)
def _sgr(parameters: str, style: Style) -> Style:
    """A style after Select Graphic Rendition."""
    attributes, foreground, background = set(style[0]), style[1], style[2]
    codes = iter((parameters or "0").split(";"))
    for code in codes:
        number = int(code or 0)
        if number in (38, 48):
            kind = next(codes, "5")
            colour = ";".join(
                (code, kind, *(next(codes, "0") for _ in range(3 if kind == "2" else 1)))
            )
            if number == 38:
                foreground = colour
            else:
                background = colour
        elif number == 0:
            attributes, foreground, background = set(), "", ""
        elif 30 <= number <= 39 or 90 <= number <= 97:
            foreground = "" if number == 39 else code
        elif 40 <= number <= 49 or 100 <= number <= 107:
            background = "" if number == 49 else code
        elif code in _OFF.values():
            attributes -= {on for on, off in _OFF.items() if off == code}
        else:
            attributes.add(code)
    return frozenset(attributes), foreground, background


@lru_cache(4096)
def _blank(style: Style) -> Style:
    """As much of a style as a blank shows."""
    attributes = style[0] & _ON_BLANKS
    return attributes, style[1] if attributes else "", style[2]


@lru_cache(4096)
def _change(before: Style | None, after: Style) -> str:
    """The shorter of a change from one style to another and a new beginning."""
    attributes, foreground, background = after
    anew = [*sorted(attributes), *filter(None, (foreground, background))]
    whole = f"\x1b[{';'.join(('0', *anew) if anew else ())}m"
    if before is None or not (before[0] - attributes) <= _OFF.keys():
        return whole
    ended = sorted({_OFF[attribute] for attribute in before[0] - attributes})
    # 22 ends bold and dim both.
    begun = sorted(
        attribute
        for attribute in attributes
        if attribute not in before[0] or _OFF.get(attribute) in ended
    )
    parts = [*ended, *begun]
    if foreground != before[1]:
        parts.append(foreground or "39")
    if background != before[2]:
        parts.append(background or "49")
    return min(f"\x1b[{';'.join(parts)}m", whole, key=len)
