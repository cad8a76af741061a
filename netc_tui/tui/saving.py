"""Saving to a file that was not there: nothing is overwritten, and no link is followed.

The folder may be one that others can write to, as /tmp, and netc may run as root.
"""

import itertools
import os
from pathlib import Path

NAMES = 100
"""How many names are tried."""


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
