"""What is sent leads to the same screen as what Textual wrote, and is no more than it must be."""

import pyte
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.tui.terminal.cells import SYNC_END, SYNC_START, Cells

COLUMNS, ROWS = 20, 5
STYLES = ("", "1", "2", "4", "7", "31", "1;31", "38;5;120", "38;2;1;2;3;48;2;9;8;7", "1;7;32;44")
LETTERS = "ab  ─●…é世x"


def frame(*parts: tuple[int, int, str, str]) -> str:
    """As Textual writes one: moves, and texts in a style that is ended at once."""
    return "".join(
        f"\x1b[{y + 1};{x + 1}H\x1b[{style}m{text}\x1b[0m" for y, x, style, text in parts
    )


def shown(*written: str) -> list[list[tuple[object, ...]]]:
    """The cells of a terminal; of a blank only what can be seen of it."""
    screen = pyte.Screen(COLUMNS, ROWS)
    screen.reset_mode(pyte.modes.DECAWM)
    stream = pyte.Stream(screen)
    for one in written:
        stream.feed(one)
    return [[_cell(screen.buffer[y][x]) for x in range(COLUMNS)] for y in range(ROWS)]


def _cell(char: pyte.screens.Char) -> tuple[object, ...]:
    visible = (char.underscore, char.reverse, char.strikethrough)
    if char.data == " ":
        return (" ", char.bg, *visible, char.fg if any(visible) else "")
    return (char.data, char.fg, char.bg, char.bold, char.italics, *visible)


parts = st.tuples(
    st.integers(0, ROWS - 1),
    st.integers(0, COLUMNS - 9),
    st.sampled_from(STYLES),
    st.text(LETTERS, min_size=1, max_size=4),
)
frames = st.lists(st.lists(parts, max_size=4).map(lambda found: frame(*found)), max_size=6)
WHOLE = frame(*((y, 0, "", " " * COLUMNS) for y in range(ROWS)))


@given(frames)
def test_the_screen_is_the_same(written: list[str]) -> None:
    # As Textual does: what is cut through a wide letter is drawn anew as a whole.
    written = [WHOLE + one for one in written]
    cells = Cells()
    sent = [cells.frame(one) for one in written]
    assert shown(*sent) == shown(*written)


@given(st.lists(parts, unique_by=lambda part: part[0]))
def test_what_is_shown_is_not_sent_again(found: list[tuple[int, int, str, str]]) -> None:
    cells = Cells()
    cells.frame(WHOLE)
    cells.frame(frame(*found))
    assert cells.frame(frame(*found)) == ""


def test_a_countdown_costs_what_changes_of_it() -> None:
    cells = Cells()
    line = "renews 14:32:00 in {:02}s and more of the line"
    cells.frame(frame((3, 0, "38;5;120", line.format(12))))
    sent = cells.frame(frame((3, 0, "38;5;120", line.format(11))))
    assert sent == "\x1b[4;21H1"


def test_strings_go_through_whole() -> None:
    """What GNU screen passes on has a string inside a string."""
    cells = Cells()
    cells.frame(WHOLE + frame((0, 0, "", "here")))
    wrapped = "\x1bP\x1b]52;c;YQ==\x07\x1b\\"
    assert cells.frame(wrapped) == wrapped
    assert cells.frame(frame((0, 0, "", "here"))) == "", "it touches no cell"


def test_updates_are_kept_together_and_empty_ones_left_out() -> None:
    cells = Cells()
    assert cells.frame(SYNC_START) == ""
    assert cells.frame(frame((0, 0, "", "x"))) == f"{SYNC_START}\x1b[1;1H\x1b[mx"
    assert cells.frame(SYNC_END) == SYNC_END
    assert cells.frame(SYNC_START) + cells.frame(frame((0, 0, "", "x"))) == ""
    assert cells.frame(SYNC_END) == ""


def test_what_is_not_understood_goes_through_and_ends_what_is_known() -> None:
    cells = Cells()
    cells.frame(frame((0, 0, "", "x")))
    assert cells.frame("\x1b[?1049h") == "\x1b[?1049h"
    assert "x" in cells.frame(frame((0, 0, "", "x")))
    assert cells.frame("\x1b]52;c;YQ==\x07\x1b[?25l") == "\x1b]52;c;YQ==\x07\x1b[?25l"
    assert cells.frame(frame((0, 0, "", "x"))) == "", "the clipboard is no part of the screen"
    cells.forget()
    assert "x" in cells.frame(frame((0, 0, "", "x")))
