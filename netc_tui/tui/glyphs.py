"""The signs on screen beside letters: for terminals that have more than ASCII, and for those that
have not. Each state has a word as well, so nothing is told by a sign or a colour alone.
"""

import msgspec


class Glyphs(msgspec.Struct, frozen=True):
    """One cell each."""

    off: str
    acquiring: str
    bound: str
    renewing: str
    rebinding: str
    expired: str
    failed: str
    stopped: str
    gone: str
    working: str
    marked: str
    cut: str
    """At the end of what is cut off."""
    line: str
    up: str
    down: str
    arrow: str
    bar: str
    rest: str
    here: str
    ends: str
    """Both ends of a time line."""
    dot: str
    levels: str
    """Of a sparkline: nothing, then from little to much."""

    def of(self, state: str) -> str:
        """The sign of a state, whose name it has here."""
        sign: str = getattr(self, state)
        return sign


UNICODE = Glyphs(
    off="○",
    acquiring="◌",
    bound="●",
    renewing="◐",
    rebinding="◑",
    expired="✗",
    failed="✗",
    stopped="■",
    gone="□",
    working="◇",
    marked="✓",
    cut="…",
    line="─",
    up="▲",
    down="▼",
    arrow="→",
    bar="━",
    rest="─",
    here="●",
    ends="├┤",
    dot="·",
    levels="▁▂▃▄▅▆▇█",
)

ASCII = Glyphs(
    off="-",
    acquiring="?",
    bound="*",
    renewing="+",
    rebinding="%",
    expired="x",
    failed="!",
    stopped="#",
    gone="o",
    working="~",
    marked="v",
    cut="~",
    line="-",
    up="^",
    down="v",
    arrow=">",
    bar="=",
    rest="-",
    here="O",
    ends="[]",
    dot="|",
    levels="_.:-=+*#",
)
