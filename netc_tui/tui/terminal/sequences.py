"""What a terminal sends, as Textual's events; what makes no sense is passed over.

Textual's parser stops for good at a sequence that it stumbles over: noise on a serial line, a
terminal that was cut off, a text that was pasted without brackets. And it takes sequences that
were not asked for, as a size in the stream of keys, which may be any size.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from textual import events, messages
from textual.message import Message

from netc_tui.tui.terminal.private import Parser

ESCAPE = "\x1b"
BEGINNINGS = frozenset("[O]PX^_\x7f")
"""What may follow an escape (ECMA-48, 5.3): CSI, SS3 of keypads, OSC, DCS, SOS, PM, APC; and
backspace, with alt. Any other character is a key of its own: over a slow line both come in one
read."""
PASTE, PASTED = "\x1b[200~", "\x1b[201~"
FARTHEST = 0xFFFF
"""Columns and rows at most: the kernel's own sizes have 16 bits (ioctl_tty(2), TIOCGWINSZ)."""


class Sequences:
    """Textual's parser, begun anew after each sequence that it cannot take."""

    def __init__(self, debug: bool = False) -> None:
        self._debug = debug
        self._parser = Parser(debug)
        self._escaped = False
        self._last = ""
        self._pasting = False

    @property
    def unfinished(self) -> bool:
        """Has a sequence begun that may go on? Then ``tick`` tells when it does not."""
        return self._parser.unfinished

    def feed(self, text: str) -> Iterator[Message]:
        """The events of what was typed; of no text, none (to the parser it would be the end)."""
        for character in text:
            self._last = (self._last + character)[-len(PASTE) :]
            self._pasting = self._last == PASTE or (self._pasting and self._last != PASTED)
            if self._escaped and character not in BEGINNINGS and not self._pasting:
                yield from self._guarded(self._parser.over)
            self._escaped = character == ESCAPE and not self.unfinished
            # One at a time, so that no more is lost than the sequence.
            yield from self._guarded(partial(self._parser.feed, character))

    def tick(self) -> Iterator[Message]:
        """Those of a sequence that does not go on."""
        yield from self._guarded(self._parser.tick)
        self._escaped = self._escaped and self.unfinished

    def _guarded(self, parse: Callable[[], Iterable[Message]]) -> list[Message]:
        try:
            made = list(parse())
        except Exception:  # of any kind: it is whatever the parser did not think of
            self._parser = Parser(self._debug)
            return []
        # A size that the terminal tells by itself makes it take the mouse's cells for pixels.
        self._parser.mouse_pixels = False
        return [event for event in made if _makes_sense(event)]


def _makes_sense(event: Message) -> bool:
    match event:
        case events.Resize() | messages.InBandWindowResize():
            return False
        case events.Key():
            return _can_be_shown(event.key) and _can_be_shown(event.character or "")
        case events.MouseEvent():
            return event.x <= FARTHEST and event.y <= FARTHEST
    return True


def _can_be_shown(text: str) -> bool:
    """Is it text, and not half of a UTF-16 pair?"""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
