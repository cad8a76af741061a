"""The program in a terminal, with no engine."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.conftest import eventually
from tests.terminal import Terminal, plain


@contextmanager
def netc(folder: Path, columns: int = 80, rows: int = 24, **environment: str) -> Iterator[Terminal]:
    """Open, with an engine that is not there."""
    env = plain(dict(os.environ), DOCKER_HOST=f"unix://{folder}/none.sock", **environment)
    argv = [sys.executable, "-m", "netc_tui"]
    with Terminal(argv, env=env, columns=columns, rows=rows) as terminal:
        eventually(lambda: b"engine away" in terminal.output, seconds=20)
        yield terminal


def leave(terminal: Terminal) -> None:
    terminal.send("q")
    assert terminal.ended() == 0
    assert terminal.restored
    assert b"Traceback" not in terminal.output
