"""The question before an address may be lost: turning off, restarting."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from netc_tui.core.words import command
from netc_tui.desk.fleet import Placed
from netc_tui.tui.draw import Line, shortened, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines


class Loss(msgspec.Struct, frozen=True):
    """What is about to be done, in the words of the question."""

    deed: str
    """For the key: ``turn off``."""
    asks: str
    """With ``{}`` for the names: ``Take {} off the LAN?``"""
    of_one: str
    """What becomes of it."""
    of_many: str


TURN_OFF = Loss(
    "turn off",
    "Take {} off the LAN?",
    "Its lease is released and its network container removed.",
    "Their leases are released and their network containers removed.",
)
RESTART = Loss(
    "restart",
    "Restart the network container of {}?",
    "Its connections end, and its lease is released and asked for anew: somebody else may get the"
    " address meanwhile.",
    "Their connections end, and their leases are released and asked for anew: somebody else may"
    " get an address meanwhile.",
)
NAMED = 6
"""So many services are named in the question itself; all are listed below."""
NAME = 40
"""Cells of a name in the question at most."""


class Confirm(ModalScreen[bool]):
    """Yes needs its own key: neither space nor enter, which may have been pressed too often."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("n,escape,q", "answer(False)", "no")]

    def __init__(
        self, services: Sequence[Placed], loss: Loss, glyphs: Glyphs, back: str = ""
    ) -> None:
        """``back``: the key that gives a service back to its labels, where what is done here is
        not what they ask for."""
        super().__init__()
        self.services, self._loss, self._glyphs = services, loss, glyphs
        self._back = back
        self._bindings.bind("y", "answer(True)", f"yes, {loss.deed}")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Lines(self._glyphs, id="question")
            yield KeyLine(self._glyphs, id="keys")

    def on_mount(self) -> None:
        question = self.query_one("#question", Lines)
        lines = self._lines(min(96, self.app.size.width - 4), max(1, self.app.size.height - 6))
        question.styles.height = len(lines)
        self.call_after_refresh(question.show, lines)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)

    def _lines(self, columns: int, most: int) -> list[Line]:
        cut = self._glyphs.cut
        names = [shortened(placed.called, NAME, cut) for placed in self.services]
        all_ = ", ".join(names) if len(names) <= NAMED else f"{len(names)} services"
        loss = self._loss
        follows = loss.of_one if len(self.services) == 1 else loss.of_many
        said = f"{loss.asks.format(all_)} {follows}"
        lines: list[Line] = [(text(part, "strong"),) for part in wrap(said, columns)]
        if self._back and (told := self._told()):
            lines += [(text(part),) for part in wrap(told, columns)]
        for placed in self.services:
            own = placed.service.network_container
            if own is not None:
                where = f"{own.ip} on " if own.ip else ""
                where = f": {where}{own.interface}"
                name = shortened(placed.called, columns - 2 - len(where), cut)
                lines.append((text(f"  {name}{where}"),))
        if len(lines) >= most:
            shown = lines[: max(1, most - 2)]
            lines = [*shown, ((f"  and {len(lines) - len(shown)} more", "dim"),)]
        return [*lines, ()]

    def _told(self) -> str:
        """That those whose labels ask stay off, and how they come back."""
        asking = [
            placed
            for placed in self.services
            if placed.service.keeping is not None and placed.service.keeping.asks
        ]
        if not asking:
            return ""
        if len(asking) == 1:
            back = asking[0].desk.aimed(command("netc", "auto", asking[0].name))
            whose = (
                "Its labels ask" if len(self.services) == 1 else f"{asking[0].called}'s labels ask"
            )
            return (
                f"{whose} for it: it stays off until {self._back} ({back}) gives it back to them."
            )
        return (
            f"The labels of {len(asking)} ask for it: these stay off until {self._back} (netc auto)"
            " gives them back."
        )
