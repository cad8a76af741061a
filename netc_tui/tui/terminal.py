"""The terminal: taken so that it is quiet over SSH, and given back however netc ends."""

import os
import selectors
import signal
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from netc_tui.core.text import RESET_TERMINAL
from netc_tui.tui.cells import Cells
from netc_tui.tui.sequences import Sequences

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
ESCAPE = 0.05
"""Seconds between two looks whether a sequence that has begun goes on."""
PATIENCE = 0.7
"""Seconds that an orderly end may take after a signal; within one, netc is gone."""


class QuietDriver(LinuxDriver):
    """Textual's driver, which sends only cells that differ from what the terminal shows, and is
    told of clicks and the wheel, not of each motion of the mouse."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._cells = Cells()
        self._wake, self._waker = os.pipe()

    def write(self, data: str) -> None:
        """Send what of it the terminal does not show yet."""
        if sent := self._cells.frame(data):
            super().write(sent)

    def forget(self) -> None:
        """What the terminal shows is not known any more: the next frame is sent whole."""
        self._cells.forget()

    def run_input_thread(self) -> None:
        """Hand on what is typed. Textual's own looks ten times a second whether it is to end; this
        one waits for keys, or for that, and tells when the terminal is gone."""
        parser = Sequences(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                # An escape alone is told from the begin of a sequence by what does not follow.
                pause = ESCAPE if parser.unfinished else None
                ready = [key.fd for key, _ in selector.select(pause)]
                if self.fileno in ready:
                    try:
                        data = os.read(self.fileno, 4096)
                    except OSError:
                        data = b""
                    if not data:
                        self._loop.call_soon_threadsafe(self._app.exit, None, 128 + signal.SIGHUP)
                        return
                    for event in parser.feed(decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        os.read(self._wake, 1)

    def _run_input_thread(self) -> None:
        """Textual's, which takes a defect for the end of the app with exit code 0."""
        try:
            self.run_input_thread()
        except Exception as error:
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def _query_in_band_window_resize(self) -> None:
        pass  # the kernel tells of another size, in cells, as the mouse is told of

    def disable_input(self) -> None:
        """Have the thread end that waits for keys."""
        if self._key_thread is not None and self._key_thread.is_alive():
            os.write(self._waker, b".")
        super().disable_input()

    def _get_terminal_size(self) -> tuple[int, int]:
        # Asked for when the size has changed; terminals arrange what they show anew then.
        self.forget()
        try:
            size = os.get_terminal_size(self.fileno)
        except OSError:
            size = os.terminal_size((0, 0))
        # A serial console may have no size; some is better than none.
        return size if 0 not in size else super()._get_terminal_size()

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
