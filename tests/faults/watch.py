"""What the LAN machine gets, all the time that a fault lasts."""

import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from netc_tui.lab import Lab

POLLER = Path(__file__).with_name("lan_poller.py")
PAGE = "page "


class Answer(NamedTuple):
    """One question of the LAN machine."""

    at: float
    """When it was asked (time.monotonic)."""
    came: str
    """``page TEXT``, ``refused``, ``silent`` or ``unreachable``."""


def steady_since(answers: Iterable[Answer], page: str, count: int = 2) -> float | None:
    """Since when the page has come each time, if it did the last ``count`` times."""
    since, good = None, 0
    for one in answers:
        if one.came == PAGE + page:
            since = one.at if since is None else since
            good += 1
        else:
            since, good = None, 0
    return since if good >= count else None


class Watch:
    """Asks for a service's page several times a second, until closed."""

    def __init__(self, lab: Lab) -> None:
        self.answers: list[Answer] = []
        self.asked: tuple[str, int] | None = None
        command = [sys.executable, "-S", str(POLLER)]
        pipe = subprocess.PIPE
        self._process = lab.popen("client", command, stdin=pipe, stdout=pipe)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def ask(self, address: str, port: int) -> None:
        """Ask there from now on."""
        if self.asked != (address, port):
            self.asked = address, port
            assert self._process.stdin is not None
            self._process.stdin.write(f"{address} {port}\n")
            self._process.stdin.flush()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        self._thread.join(5)

    def between(self, begin: float, end: float) -> list[Answer]:
        """What was asked in that time."""
        return [one for one in list(self.answers) if begin <= one.at < end]

    def steady_since(self, page: str, begin: float) -> float | None:
        """Since when the page has come each time, see ``steady_since``."""
        return steady_since(self.between(begin, float("inf")), page)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            at, _, came = line.strip().partition(" ")
            self.answers.append(Answer(float(at), came))
