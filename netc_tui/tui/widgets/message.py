"""The line above the keys: what was last said to the operator, for as long as it is so."""

from netc_tui.desk.hearer import Holds
from netc_tui.tui.draw import Line, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.widgets.lines import Lines

MOST = 4
"""Lines that a long one takes at most."""
WHOLE = 7
"""The same of one that is said nowhere else."""


class MessageLine(Lines):
    """Several lines when what is said is long."""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(glyphs, id=id)
        self._holds: Holds | None = None
        """Is what it says still so? None: only another one ends it."""

    def say(self, words: str, style: str, holds: Holds | None, most: int = MOST) -> None:
        """This, until the next one or until it ``holds`` no more; in so many lines at ``most``."""
        self._holds = holds
        found = wrap(words, self.app.size.width)
        lines: list[Line] = [(text(part, style),) for part in found[:most]]
        if len(found) > most:
            lines[-1] = (text(" ".join(found[most - 1 :]), style),)  # it is cut, with a sign
        self.styles.height = max(1, len(lines))
        self.show(lines)

    @property
    def overtaken(self) -> bool:
        """Is it so no more?"""
        return self._holds is not None and not self._holds()
