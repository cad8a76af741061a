"""Drawing and typing, so that it is quiet over SSH."""

import os
import selectors
import signal
from codecs import getincrementaldecoder
from typing import Any

from textual.app import App

from netc_tui.tui.terminal.cells import Cells
from netc_tui.tui.terminal.private import PrivateDriver
from netc_tui.tui.terminal.sequences import Sequences

ESCAPE = 0.05
"""Seconds between two looks whether a sequence that has begun goes on."""


class QuietDriver(PrivateDriver):
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
        parser = Sequences(self.debugs)
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
                        self.loop.call_soon_threadsafe(self.owner.exit, None, 128 + signal.SIGHUP)
                        return
                    for event in parser.feed(decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        os.read(self._wake, 1)

    def read_keys(self) -> None:
        """Read what is typed; a defect is the app's to tell."""
        try:
            self.run_input_thread()
        except Exception as error:
            self.loop.call_soon_threadsafe(self.broken, error)

    def disable_input(self) -> None:
        """Have the thread end that waits for keys."""
        if self.reader is not None and self.reader.is_alive():
            os.write(self._waker, b".")
        super().disable_input()

    def size(self) -> tuple[int, int]:
        """Columns and rows. Terminals arrange what they show anew when that changes."""
        self.forget()
        try:
            size = os.get_terminal_size(self.fileno)
        except OSError:
            size = os.terminal_size((0, 0))
        # A serial console may have no size; some is better than none.
        return size if 0 not in size else super().size()

    def report_mouse(self, wanted: bool) -> None:
        """Clicks and the wheel, in cells."""
        if self.takes_mouse:
            sign = "h" if wanted else "l"
            self.write(f"\x1b[?1000{sign}\x1b[?1006{sign}")
            self.flush()
