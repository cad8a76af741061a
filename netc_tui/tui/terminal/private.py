"""Textual's private parts that netc needs: all of them, and nowhere else.

A new Textual may change each without a word; a test names them all, and says which is gone.
"""

import asyncio
from collections.abc import Iterator, Sequence
from threading import Thread
from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.binding import Binding
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.screen import Screen


class PrivateApp(App[int]):
    """Textual's app, with its private parts by names of ours."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop that it runs on, while it runs."""
        return self._loop

    @property
    def driver(self) -> Driver | None:
        """What it draws by, while it runs."""
        return self._driver

    def defect(self, error: Exception) -> None:
        """An exception that nobody caught: Textual ends the app and prints it with variables."""
        super()._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        self.defect(error)


class PrivateDriver(LinuxDriver):
    """Textual's driver for Linux, with its private parts by names of ours."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop of its app."""
        return self._loop

    @property
    def owner(self) -> App[Any]:
        """Its app."""
        return self._app

    @property
    def debugs(self) -> bool:
        """Is the parser to tell what it does?"""
        return self._debug

    @property
    def takes_mouse(self) -> bool:
        """Is the mouse to be reported?"""
        return self._mouse

    @property
    def reader(self) -> Thread | None:
        """The thread that waits for keys."""
        return self._key_thread

    def read_keys(self) -> None:
        """What that thread does; Textual's takes a defect for the end of the app with code 0."""
        super()._run_input_thread()

    def broken(self, error: Exception) -> None:
        """Tell the app of a defect; from its own loop only."""
        self._app._handle_exception(error)

    def size(self) -> tuple[int, int]:
        """Columns and rows; asked for when the size has changed."""
        return super()._get_terminal_size()

    def report_mouse(self, wanted: bool) -> None:
        """Have the terminal report the mouse, or not."""
        (super()._enable_mouse_support if wanted else super()._disable_mouse_support)()

    def _run_input_thread(self) -> None:
        self.read_keys()

    def _get_terminal_size(self) -> tuple[int, int]:
        return self.size()

    def _enable_mouse_support(self) -> None:
        self.report_mouse(True)

    def _disable_mouse_support(self) -> None:
        self.report_mouse(False)

    def _enable_mouse_pixels(self) -> None:
        pass  # cells are enough

    def _query_in_band_window_resize(self) -> None:
        pass  # the kernel tells of another size, in cells, as the mouse is told of


class Parser(XTermParser):
    """Textual's parser of what a terminal sends."""

    @property
    def unfinished(self) -> bool:
        """Has a sequence begun that may go on?"""
        return self._timeout_time is not None

    def over(self) -> Iterator[Message]:
        """The events of a sequence that has begun and does not go on."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
        yield from self.tick()


def forward(key: events.Key) -> events.Key:
    """A key as it is when a screen has handed it on to what has the focus."""
    key._set_forwarded()
    return key


def bindings(screen: Screen[Any], key: str) -> Sequence[Binding]:
    """What a key is bound to on a screen itself, whatever has the focus."""
    return screen._bindings.key_to_bindings.get(key, [])
