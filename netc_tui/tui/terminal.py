"""The terminal: taken so that it is quiet over SSH, and given back however netc ends."""

import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from netc_tui.tui.cells import Cells

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
LEAVE = "\x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h"
"""Ends all modes that are on while netc has the terminal (xterm's control sequences)."""
PATIENCE = 0.7
"""Seconds that an orderly end may take after a signal; within one, netc is gone."""


class QuietDriver(LinuxDriver):
    """Textual's driver, which sends only cells that differ from what the terminal shows, and is
    told of clicks and the wheel, not of each motion of the mouse."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._cells = Cells()

    def write(self, data: str) -> None:
        """Send what of it the terminal does not show yet."""
        if sent := self._cells.frame(data):
            super().write(sent)

    def forget(self) -> None:
        """What the terminal shows is not known any more: the next frame is sent whole."""
        self._cells.forget()

    def _get_terminal_size(self) -> tuple[int, int]:
        # Asked for when the size has changed; terminals arrange what they show anew then.
        self.forget()
        return super()._get_terminal_size()

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1006h")
            self.flush()

    def _enable_mouse_pixels(self) -> None:
        pass  # cells are enough

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000l\x1b[?1006l")
            self.flush()


def hung_up() -> bool:
    """Is the terminal gone? A session may end without a signal that says so."""
    poll = select.poll()
    poll.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))


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
        timer = threading.Timer(PATIENCE, end_at_once, (code, attributes))
        timer.daemon = True
        timer.start()
        leave(code)

    for one in SIGNALS:
        before[one] = signal.signal(one, at_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_once(code: int, attributes: list[Any] | None) -> None:
    """Restore the terminal as far as it takes it, and end the process."""
    with suppress(OSError, ValueError):
        os.set_blocking(2, False)
        os.write(2, LEAVE.encode())
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
