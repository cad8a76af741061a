"""Sparklines: how a number went, a cell for each moment."""

from collections.abc import Sequence

from netc_tui.tui.glyphs import Glyphs


def spark(numbers: Sequence[float | None], columns: int, glyphs: Glyphs) -> str:
    """The last of ``numbers``, oldest first, in so many columns: the greatest that is shown has the
    highest level, and only 0 the lowest. A blank where one is not known."""
    shown = ([None] * columns + list(numbers))[len(numbers) :][-columns:] if columns > 0 else []
    most = max((number for number in shown if number is not None), default=0.0)
    top = len(glyphs.levels) - 1

    def level(number: float | None) -> str:
        if number is None:
            return " "
        return glyphs.levels[max(1, round(number / most * top)) if number > 0 else 0]

    return "".join(map(level, shown))
