"""Copying to the clipboard of the terminal that the operator sits at, over SSH as well.

OSC 52 carries the text through the terminal. A multiplexer between keeps it for itself: tmux has a
command that takes a text and passes it on (3.2 and later, whatever its set-clipboard), GNU screen
passes on what is wrapped.
"""

import asyncio
import base64
import os
from collections.abc import Callable, Mapping

PATIENCE = 2.0
"""Seconds that tmux may take."""


async def copy(text: str, environ: Mapping[str, str], write: Callable[[str], None]) -> str:
    """Copy ``text``; ``write`` sends to the terminal. Returns how it went there, in a word."""
    if (tmux := environ.get("TMUX")) and await _tmux(text, tmux):
        return "tmux"
    sequence = osc52(text)
    if environ.get("STY"):
        sequence = f"\x1bP{sequence}\x1b\\"
    write(sequence)
    return "OSC 52"


def osc52(text: str) -> str:
    """The sequence that puts ``text`` on the clipboard (xterm's control sequences, OSC 52)."""
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"


async def _tmux(text: str, tmux: str) -> bool:
    for options in (("-w",), ()):
        try:
            process = await asyncio.create_subprocess_exec(
                "tmux", "load-buffer", *options, "-",
                env={**os.environ, "TMUX": tmux},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        except OSError:
            return False
        try:
            await asyncio.wait_for(process.communicate(text.encode()), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()
            return False
        if process.returncode == 0:
            return True
    return False
