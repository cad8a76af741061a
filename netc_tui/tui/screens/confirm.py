"""The question before something is turned off."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from netc_tui.core.model import Service
from netc_tui.tui.draw import Line, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines

NAMED = 6
"""So many services are named in the question itself; all are listed below."""


class Confirm(ModalScreen[bool]):
    """Yes needs its own key: neither space nor enter, which may have been pressed too often."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "yes, turn off"),
        Binding("n,escape,q", "answer(False)", "no"),
    ]

    def __init__(self, services: Sequence[Service], glyphs: Glyphs) -> None:
        super().__init__()
        self.services, self._glyphs = services, glyphs

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
        names = [service.name for service in self.services]
        all_ = ", ".join(names) if len(names) <= NAMED else f"{len(names)} services"
        said = f"Take {all_} off the LAN? " + (
            "Its lease is released and its network container removed."
            if len(self.services) == 1
            else "Their leases are released and their network containers removed."
        )
        lines: list[Line] = [(text(part, "strong"),) for part in wrap(said, columns)]
        for service in self.services:
            own = service.network_container
            if own is not None:
                where = f"{own.ip} on " if own.ip else ""
                lines.append((text(f"  {service.name}: {where}{own.interface}"),))
        if len(lines) >= most:
            shown = lines[: max(1, most - 2)]
            lines = [*shown, ((f"  and {len(lines) - len(shown)} more", "dim"),)]
        return [*lines, ()]
