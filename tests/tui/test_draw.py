"""Lines: cut, wrapped, and what differs between two of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from netc_tui.tui.draw import (
    SHORT,
    Line,
    differing,
    fit,
    fit_ends,
    line_fit,
    spelled,
    text,
    width,
    wrap,
)
from tests.tui.drawn import plain

LETTERS = "ab -,:.サ名e\u0301👩…"
TEXTS = st.text(LETTERS, max_size=20)
STYLES = st.sampled_from(("", "dim", "ok cursor"))
LINES = st.lists(st.tuples(TEXTS, STYLES), max_size=6).map(tuple)


@given(LINES, st.integers(0, 60))
def test_a_line_takes_exactly_its_columns_and_says_when_it_is_cut(line: Line, columns: int) -> None:
    fitted = line_fit(line, columns, "…")
    assert width(fitted) == columns
    whole = plain(line)
    if cell_len(whole) <= columns:
        assert plain(fitted) == whole + " " * (columns - cell_len(whole))
    elif columns:
        assert plain(fitted).endswith("…")
        kept = plain(fitted)[:-1].rstrip(" ")
        assert whole.startswith(kept)


@pytest.mark.parametrize(
    ("parts", "columns", "shown"),
    [
        (("ab", "c"), 3, "abc"),
        (("ab", "c"), 2, "a…"),
        (("ab", "", "c"), 2, "a…"),
        (("ab", ""), 2, "ab"),
        (("サ", "b"), 2, " …"),
        (("aサ", "b"), 3, "a …"),
        (("ab",), 0, ""),
    ],
)
def test_a_line_is_cut_where_cells_meet(parts: tuple[str, ...], columns: int, shown: str) -> None:
    assert plain(line_fit(tuple((part, "") for part in parts), columns, "…")) == shown


@given(TEXTS, st.integers(0, 30))
def test_a_text_takes_exactly_its_columns(value: str, columns: int) -> None:
    assert cell_len(fit(value, columns, "~")) == columns
    if columns and cell_len(value) > columns:
        assert fit(value, columns, "~")[-1] == "~"


@given(LINES, LINES, st.integers(1, 40))
def test_what_differs_is_within_the_columns_that_are_told(
    one: Line, other: Line, columns: int
) -> None:
    before, after = line_fit(one, columns, "…"), line_fit(other, columns, "…")
    found = differing(before, after)
    if found is None:
        assert before == after
        return
    first, end = found
    assert 0 <= first < end <= columns
    # All that is outside of it is there already.
    assert _cells(before)[:first] == _cells(after)[:first]
    assert _cells(before)[end:] == _cells(after)[end:]


def _cells(line: Line) -> list[tuple[str, str]]:
    """Column by column what is drawn there: marks that take none go with what is before."""
    cells: list[tuple[str, str]] = []
    for part, style in line:
        for one in part:
            size = cell_len(one)
            if size == 0 and cells:
                cells[-1] = (cells[-1][0] + one, cells[-1][1])
            cells += [(one, style)] + [("", style)] * (size - 1) if size else []
    return cells


@given(LINES)
def test_without_unicode_a_line_is_as_wide_as_it_was(line: Line) -> None:
    made = spelled(line)
    assert width(made) == len(plain(made)) == width(line)
    assert plain(made).isascii()
    if plain(line).isascii():
        assert made == line


def test_a_countdown_is_all_that_differs() -> None:
    before = (("renews ", "dim"), ("03:20:00 ", ""), ("19m 58s", "strong"), ("   ", ""))
    after = (("renews ", "dim"), ("03:20:00 ", ""), ("19m 57s", "strong"), ("   ", ""))
    assert differing(before, after) == (16, 23)
    assert differing(before, before) is None


@given(st.text("ab ,.サ名-", max_size=120), st.integers(1, 40))
def test_wrapping_loses_no_word(value: str, columns: int) -> None:
    lines = wrap(value, columns)
    assert lines
    assert "".join("".join(lines).split()) == "".join(value.split())
    for line in lines:
        assert cell_len(line) <= max(columns, 2)  # a wide one takes two
    # A word is broken only where it is longer than a line.
    words = {word for line in lines for word in line.split()}
    for word in value.split():
        assert word in words or cell_len(word) > columns


@pytest.mark.parametrize("columns", [0, -1, -50])
def test_without_room_there_is_still_an_end(columns: int) -> None:
    assert "".join(wrap("two words", columns)) == "twowords"


@given(st.text(max_size=40))
def test_text_from_outside_is_one_line_that_can_be_printed(value: str) -> None:
    shown, _ = text(value)
    assert len(shown) == len(value)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]", shown)


@given(st.text("ab サ-", max_size=140), st.integers(0, 60))
def test_a_long_name_keeps_both_ends(name: str, columns: int) -> None:
    found = fit_ends(name, columns, "…")
    assert cell_len(found) == columns
    if cell_len(name) > columns >= SHORT:
        assert found.count("…") == 1
    else:
        assert found == fit(name, columns, "…")


def test_names_that_differ_at_their_ends_do_so_when_cut() -> None:
    names = [f"{'project-with-a-long-name-' * 4}{number}" for number in (1, 2)]
    found = [fit_ends(name, 20, "…") for name in names]
    assert found == ["project-wi…ng-name-1", "project-wi…ng-name-2"]
