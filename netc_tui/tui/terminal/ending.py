"""The terminal given back, however netc ends."""

import os
import signal
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from netc_tui.core.text import RESET_TERMINAL

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
PATIENCE = 0.7
"""Seconds that an orderly end may take after a signal; within one, netc is gone."""


@contextmanager
def ending(leave: Callable[[int], None]) -> Iterator[None]:
    """While it lasts, SIGTERM, SIGHUP and SIGINT call ``leave`` with the exit code.

    If the program is still there PATIENCE later (a terminal that takes no more bytes can hold it
    up for ever), the terminal is restored and the process ends at once.
    """
    before: dict[int, Any] = {}
    attributes = _attributes()

    def at_signal(number: int, frame: FrameType | None) -> None:
        code = 128 + number
        if not signal.getitimer(signal.ITIMER_REAL)[0]:  # a second signal is no respite
            # Not a thread: the signal may have come while one was being started, under its lock.
            signal.signal(signal.SIGALRM, lambda *_: end_at_once(code, attributes))
            signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        leave(code)

    for caught in SIGNALS:
        before[caught] = signal.signal(caught, at_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_once(code: int, attributes: list[Any] | None) -> None:
    """Restore the terminal as far as it takes it, and end the process."""
    with suppress(OSError, ValueError):
        os.set_blocking(2, False)
        os.write(2, RESET_TERMINAL.encode())
    if attributes is not None:
        with suppress(termios.error, OSError):
            termios.tcsetattr(0, termios.TCSANOW, attributes)
    with suppress(OSError, ValueError):
        os.set_blocking(2, True)
    os._exit(code)


def _attributes() -> list[Any] | None:
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None
