"""Saving the screen: a picture that needs nothing from elsewhere, in a file that was not there.

Nothing is overwritten, and no link is followed.

The folder may be one that others can write to, as /tmp, and netc may run as root.
"""

import itertools
import os
import re
from pathlib import Path

FONTS = '"DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace'
"""Looked for in this order where the picture is shown; all have the lines of boxes."""
_FONT_FACE = re.compile(r"\s*@font-face \{[^}]*\}")
_FAMILY = re.compile(r"font-family: Fira Code, monospace")
_TEXT = re.compile(
    r'<text (?P<before>[^>]*?)x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" textLength="(?P<length>[\d.]+)"'
    r"(?P<after>[^>]*)>(?P<text>[^<]*)</text>"
)
_CELL = 12.2
"""The width of a cell, in the units of Rich's pictures."""
NAMES = 100
"""How many names are tried."""


def picture(svg: str) -> str:
    """A screen as Textual exports it, so that it looks the same everywhere.

    No font is asked for from another server, who would learn who looks at it. No text begins or
    ends with blanks: some programs drop those, and stretch what is left over their room.
    """
    return _TEXT.sub(_trimmed, _FAMILY.sub(f"font-family: {FONTS}", _FONT_FACE.sub("", svg)))


def _trimmed(found: re.Match[str]) -> str:
    text = found["text"].replace("&#160;", "\N{NO-BREAK SPACE}")
    kept = text.strip()
    if not kept:
        return ""
    x = float(found["x"]) + _CELL * (len(text) - len(text.lstrip()))
    length = float(found["length"]) - _CELL * (len(text) - len(kept))
    kept = kept.replace("\N{NO-BREAK SPACE}", "&#160;")
    return (
        f'<text {found["before"]}x="{x:g}" y="{found["y"]}" textLength="{length:g}"'
        f"{found['after']}>{kept}</text>"
    )


def save(folder: Path, name: str, suffix: str, text: str) -> Path:
    """Write ``text`` to ``name`` with ``suffix`` in ``folder``, or to ``name-2`` and so on where
    that is taken; makes the folder. Returns the file. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        path = folder / f"{name}{f'-{number}' if number > 1 else ''}{suffix}"
        try:
            # O_EXCL takes a link for something that is there, wherever it leads (open(2)).
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        except FileExistsError:
            if number == NAMES:
                raise
        else:
            break
    with os.fdopen(made, "w", encoding="utf-8") as file:
        file.write(text)
    return path
