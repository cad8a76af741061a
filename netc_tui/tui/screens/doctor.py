"""The doctor's report: the whole path to each of some services, looked at now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from netc_tui.core.errors import NetcError
from netc_tui.core.findings import NAME
from netc_tui.core.lookup import InDns
from netc_tui.core.words import clock
from netc_tui.desk.desk import Desk
from netc_tui.operations.live.path import Answers, key
from netc_tui.tui.draw import Line, fit, shortened, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.look import Look
from netc_tui.tui.panels import path
from netc_tui.tui.screens.reader import Reader
from netc_tui.tui.standing import name_standing

if TYPE_CHECKING:
    from netc_tui.operations.check import Looked


WORD = 12
"""Cells that the word for how a hop stands takes."""


class PathReport(Reader):
    """Looks when it is opened, and again when it is asked to."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "look", "look again"), *Reader.BINDINGS]

    def __init__(self, services: Sequence[str], desk: Desk, look: Look) -> None:
        super().__init__(look)
        self._services, self._desk = tuple(services), desk
        self._title = "Path to " + (
            services[0] if len(services) == 1 else f"{len(services)} services"
        )
        self.heading = self._title
        self._found: dict[str, Looked] = {}
        self._trouble = ""

    def on_mount(self) -> None:
        """Look at once."""
        super().on_mount()
        self.action_look()

    def on_resize(self) -> None:
        """Fold the lines anew."""
        self.call_after_refresh(self._show)

    def action_look(self) -> None:
        """Look, and show each path as it is ready."""
        self._found, self._trouble = {}, ""
        self.heading = f"{self._title}: looking{self.look.glyphs.cut}"
        self._show()
        self.run_worker(
            self._look(), name="doctor", group="doctor", exclusive=True, exit_on_error=False
        )

    async def _look(self) -> None:
        from netc_tui.operations.doctor import Doctor

        def ready(looked: "Looked") -> None:
            own = looked.network_container
            self._found[own.service] = looked
            # Its row is to say the same.
            answers = Answers(key(own), looked.probe, looked.sockets, self._desk.now())
            self._desk.site.take_answers(answers)
            self._show()

        try:
            engine = await self._desk.watching.connected()
            doctor = Doctor(engine, self._desk.publishing_if_sound())
            try:
                await doctor.services(self._services, ready)
            finally:
                doctor.close()
        except NetcError as error:
            self._trouble = error.message
        now = self._desk.now()
        self.heading = f"{self._title}, of {clock(now, now)}"
        self._show()

    def _show(self) -> None:
        columns = max(30, self.text.size.width)
        found: list[Line] = []
        for name in self._services:
            if name in self._found:
                found += [
                    *([()] if found else []),
                    *report(self._found[name], columns, self.look.glyphs),
                ]
        if self._trouble:
            found += [(text(part, "bad"),) for part in wrap(self._trouble, columns)]
        self.show_lines(found)


def report(looked: "Looked", columns: int, glyphs: Glyphs) -> list[Line]:
    """One path: what is wrong and what to do, then hop by hop all that was seen."""
    own, check = looked.network_container, looked.check
    word, style = path.WORDS[check.state]
    where = f"{own.ip} on {own.interface}" if own.ip else f"on {own.interface}"
    word = "healthy" if word == "ok" else word
    room = columns - len(where) - len(word) - 6
    name = shortened(own.service, room, glyphs.cut)
    found: list[Line] = [
        (
            (f"{path.sign(check.state, glyphs)} ", style),
            text(name, "strong"),
            text(f"  {where}  "),
            (word, style),
        )
    ]
    for finding in looked.findings:
        found += path.finding_lines(finding, columns)
        found.append(())
    if (busy := looked.busy) is not None:
        found += [(text(part, "warn"),) for part in wrap(f"{busy}; r looks again.", columns)]
        found.append(())
    indent = " " * (2 + path.LABEL + WORD)
    for hop in check.hops:
        told = [
            part
            for words in hop.evidence or ("nobody looked",)
            for part in wrap(words, max(20, columns - len(indent)))
        ]
        if hop.follows:
            told.append(f"follows from what is broken at {hop.follows}")
        found.append((*path.head(hop, WORD, glyphs), text(told[0])))
        found += [((indent, ""), text(part)) for part in told[1:]]
    return [*found, *_name(looked.in_dns, columns, glyphs)]


def _name(in_dns: InDns | None, columns: int, glyphs: Glyphs) -> list[Line]:
    """Which name the DNS has for it."""
    if in_dns is None:
        return []
    sign, word, style = name_standing(in_dns, glyphs)
    word = "doubtful" if in_dns.finding() is not None else word
    indent = 2 + path.LABEL + WORD
    first, *more = wrap(str(in_dns), max(20, columns - indent))
    return [
        (
            (f"{sign} ", style),
            (fit(NAME, path.LABEL, ""), ""),
            (fit(word, WORD, ""), style),
            text(first),
        ),
        *(((" " * indent, ""), text(part)) for part in more),
    ]
