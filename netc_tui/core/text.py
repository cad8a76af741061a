"""Text from outside (names, labels, DHCP options) made fit for a terminal."""

import json
import re
import unicodedata
from collections.abc import Sequence

RESET_TERMINAL = (
    "\x1b[?1000;1002;1003;1006;1015;1004;2004;2048l\x1b[<u\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"
)
"""Undoes what a TUI leaves on that could not end in order: mouse, focus, paste, keys, the other
screen, the hidden cursor (xterm's control sequences)."""


def printable(text: str) -> str:
    """``text`` with every control, format and line-breaking character shown as ``?``.

    What is left cannot move the cursor, end a line, or turn the direction of writing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join("?" if unicodedata.category(c)[0] in "CZ" and c != " " else c for c in text)


def shortened(text: str, most: int) -> str:
    """``text`` in so many characters at most, with a sign of it where some are left out."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def printable_json(text: str) -> str:
    """A JSON document with the same characters written as escapes: it says the same.

    (JSON itself asks for that below U+0020 only; U+009B, for one, begins a terminal's sequence.)
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        json.dumps(c)[1:-1] if unicodedata.category(c)[0] in "CZ" and c not in " \x7f" else c
        for c in text
    ).replace("\x7f", "\\u007f")


def few(items: Sequence[str], most: int = 3) -> str:
    """The first of them, and how many more there are: whoever told them chose how many."""
    more = (f"{len(items) - most} more",) if len(items) > most else ()
    return ", ".join((*items[:most], *more))


def cut(text: str, most: int = 500) -> str:
    """``text``, with three points in place of what is beyond so many characters: more nobody reads,
    and what stands in somebody else's record may be a million."""
    return text if len(text) <= most else f"{text[:most]}..."


Natural = tuple[tuple[tuple[str, int, str], ...], str]
"""What ``natural`` sorts by."""
_PART = re.compile(r"([^0-9]*)([0-9]*)")


def natural(name: str) -> Natural:
    """What to sort names by so that n6 stands before n59: digits by the number that they make."""
    # Of two numbers the longer is greater. As int one could have more digits than Python reads.
    parts = ((text, digits.lstrip("0")) for text, digits in _PART.findall(name))
    return tuple((text, len(number), number) for text, number in parts), name
