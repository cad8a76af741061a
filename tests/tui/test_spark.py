"""Sparklines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from netc_tui.tui.spark import spark

NUMBERS = st.lists(st.one_of(st.none(), st.just(0.0), st.floats(1e-3, 1e9)), max_size=40)


@given(NUMBERS, st.integers(-3, 40), st.sampled_from((UNICODE, ASCII)))
def test_the_newest_is_at_the_right_and_only_nothing_looks_like_nothing(
    numbers: list[float | None], columns: int, glyphs: Glyphs
) -> None:
    drawn = spark(numbers, columns, glyphs)
    assert len(drawn) == max(0, columns)
    shown = numbers[-columns:] if columns > 0 else []
    for number, sign in zip(reversed(shown), reversed(drawn), strict=False):
        if number is None:
            assert sign == " "
        else:
            assert (number == 0) is (sign == glyphs.levels[0])
    assert not drawn[: max(0, columns - len(numbers))].strip()


@pytest.mark.parametrize(("glyphs", "drawn"), [(UNICODE, "▁▂▅█"), (ASCII, "_.=#")])
def test_the_greatest_has_the_highest(glyphs: Glyphs, drawn: str) -> None:
    assert spark([0, 1, 50, 90], 4, glyphs) == drawn
    assert all(len(set(one.levels)) == 8 and " " not in one.levels for one in (UNICODE, ASCII))
