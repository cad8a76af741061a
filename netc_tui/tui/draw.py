"""Lines of styled text, as plain values: what widgets show, and what tests compare."""

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size

from netc_tui.core.text import printable

Cell = tuple[str, str]
"""A text and the names of its styles, separated by spaces."""
Line = tuple[Cell, ...]


def text(value: object, style: str = "") -> Cell:
    """A cell of a text from outside: it cannot hold anything but what can be printed."""
    return printable(str(value)), style


def width(line: Iterable[Cell]) -> int:
    """The columns of the terminal it takes."""
    return sum(cell_len(part) for part, _ in line)


def fit(value: str, columns: int, cut: str) -> str:
    """``value`` in exactly so many columns; ``cut`` at its end says that some of it is missing."""
    taken = cell_len(value)
    if taken <= columns:
        return value + " " * (columns - taken)
    return set_cell_size(value, columns - 1) + cut if columns > 0 else ""


SHORT = 9
"""Columns below which nothing is left of both ends."""


def fit_ends(value: str, columns: int, cut: str) -> str:
    """The same with ``cut`` in its middle: long names differ at their ends."""
    if cell_len(value) <= columns or columns < SHORT:
        return fit(value, columns, cut)
    tail = (columns - 1) // 2
    end = value[-tail:]
    while cell_len(end) > tail:
        end = end[1:]
    return set_cell_size(value, columns - 1 - cell_len(end)) + cut + end


def shortened(value: str, columns: int, cut: str) -> str:
    """The same in so many columns at most."""
    return fit_ends(value, min(columns, cell_len(value)), cut)


def line_fit(line: Line, columns: int, cut: str) -> Line:
    """``line`` in exactly so many columns, cut with a sign or filled up with blanks."""
    found: list[Cell] = []
    left = columns
    for at, (part, style) in enumerate(line):
        taken = cell_len(part)
        if taken > left or (taken == left and any(rest for rest, _ in line[at + 1 :])):
            if left:
                found.append(
                    (fit(part + " ", left, cut) if taken == left else fit(part, left, cut), style)
                )
            return tuple(found)
        if part:
            found.append((part, style))
        left -= taken
    if left:
        found.append((" " * left, ""))
    return tuple(found)


def spelled(line: Line) -> Line:
    """In ASCII, as wide as it was: where the terminal has no more, it would make of other letters
    as many cells as they have bytes."""
    return tuple((part if part.isascii() else _spelled(part), style) for part, style in line)


def _spelled(part: str) -> str:
    return "".join(letter if letter.isascii() else "?" * cell_len(letter) for letter in part)


def wrap(value: str, columns: int) -> list[str]:
    """``value`` on several lines, broken between words where that can be."""
    columns = max(1, columns)
    lines: list[str] = []
    line = ""
    for word in value.split():
        while cell_len(word) > columns:
            room = columns - cell_len(line) - (1 if line else 0)
            if room < 1:
                lines.append(line)
                line = ""
                continue
            head = set_cell_size(word, room).rstrip() or word[:1]
            lines.append(f"{line} {head}".strip())
            word, line = word[len(head) :], ""
        if line and cell_len(line) + 1 + cell_len(word) > columns:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line or not lines else lines


def differing(before: Line, after: Line) -> tuple[int, int] | None:
    """The columns, first and one past the last, in which two lines differ; None: in none.

    In whole cells, both lines being of one width.
    """
    if before == after:
        return None
    left = right = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        left += cell_len(one[0])
    for one, other in zip(reversed(before), reversed(after), strict=False):
        if one != other:
            break
        right += cell_len(one[0])
    whole = max(width(before), width(after))
    return (left, whole - right) if left < whole - right else (0, whole)
