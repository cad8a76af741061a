"""The doctor's report: the whole path to each of some services, looked at now."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from netc_tui.core.elsewhere import with_remedy
from netc_tui.core.errors import NetcError
from netc_tui.core.findings import NAME
from netc_tui.core.lookup import InDns
from netc_tui.core.words import clock
from netc_tui.desk.desk import Desk
from netc_tui.desk.fleet import Placed, Which, by_desk
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

    def __init__(self, services: Sequence[Placed], look: Look) -> None:
        super().__init__(look)
        self._services = tuple(services)
        self._title = "Path to " + (
            services[0].called if len(services) == 1 else f"{len(services)} services"
        )
        self.heading = self._title
        self._found: dict[Which, Looked] = {}
        self._trouble: dict[Desk, str] = {}

    def on_mount(self) -> None:
        """Look at once."""
        super().on_mount()
        self.action_look()

    def on_resize(self) -> None:
        """Fold the lines anew."""
        self.call_after_refresh(self._show)

    def action_look(self) -> None:
        """Look, and show each path as it is ready."""
        self._found, self._trouble = {}, {}
        self.heading = f"{self._title}: looking{self.look.glyphs.cut}"
        self._show()
        self.run_worker(
            self._look(), name="doctor", group="doctor", exclusive=True, exit_on_error=False
        )

    async def _look(self) -> None:
        hosts = by_desk(self._services)
        await asyncio.gather(*(self._look_on(desk, of) for desk, of in hosts.items()))
        now = self._services[0].desk.now()
        self.heading = f"{self._title}, of {clock(now, now)}"
        self._show()

    async def _look_on(self, desk: Desk, services: Sequence[Placed]) -> None:
        """At those of one host."""
        from netc_tui.operations.doctor import Doctor

        def ready(looked: "Looked") -> None:
            own = looked.network_container
            self._found[Which(desk.host, own.service)] = looked
            # Its row is to say the same.
            answers = Answers(key(own), looked.probe, looked.sockets, desk.now())
            desk.site.take_answers(answers)
            self._show()

        try:
            engine = await desk.watching.connected()
            doctor = Doctor(engine, desk.publishing_if_sound())
            try:
                await doctor.services([placed.name for placed in services], ready)
            finally:
                doctor.close()
        except NetcError as error:
            self._trouble[desk] = desk.told(error.message)

    def _show(self) -> None:
        columns = max(30, self.text.size.width)
        found: list[Line] = []
        for placed in self._services:
            if (looked := self._found.get(placed.which)) is not None:
                found += [
                    *([()] if found else []),
                    *report(looked, columns, self.look.glyphs, placed),
                ]
        for desk, why in self._trouble.items():
            said = f"{desk.host}: {why}" if desk.host else why
            found += [(text(part, "bad"),) for part in wrap(said, columns)]
        self.show_lines(found)


def report(looked: "Looked", columns: int, glyphs: Glyphs, placed: Placed) -> list[Line]:
    """One path: what is wrong and what to do, then hop by hop all that was seen."""
    own, check = looked.network_container, looked.check
    word, style = path.WORDS[check.state]
    where = f"{own.ip} on {own.interface}" if own.ip else f"on {own.interface}"
    word = "healthy" if word == "ok" else word
    room = columns - len(where) - len(word) - 6
    name = shortened(placed.called, room, glyphs.cut)
    found: list[Line] = [
        (
            (f"{path.sign(check.state, glyphs)} ", style),
            text(name, "strong"),
            text(f"  {where}  "),
            (word, style),
        )
    ]
    for finding in looked.findings:
        found += path.finding_lines(with_remedy(finding, placed.desk.aimed), columns)
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
