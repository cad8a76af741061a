"""What will come of a choice for some services, as lines: what changes, and the plan of it."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import msgspec
from rich.cells import cell_len

from netc_tui.core.errors import NetcError
from netc_tui.core.explain import explain
from netc_tui.core.model import Service
from netc_tui.core.plan import Step, Wanted
from netc_tui.operations.up import Request
from netc_tui.tui.draw import Line, shortened, text, wrap
from netc_tui.tui.glyphs import Glyphs


class Fate(StrEnum):
    """What becomes of a service, as it is told in a word."""

    REFUSED = "left out"
    MOVE = "moves"
    ON = "turned on"
    ANEW = "changes"
    STAYS = "stays"


ORDER = tuple(Fate)
"""What changes, before what does not."""


class Outlook(msgspec.Struct, frozen=True):
    """What will come of the choice for one service."""

    service: Service
    request: Request
    error: NetcError | None
    """Why nothing will."""
    wanted: Wanted | None = None
    steps: tuple[Step, ...] = ()

    @property
    def fate(self) -> Fate:
        own = self.service.network_container
        if self.error is not None:
            return Fate.REFUSED
        if own is None:
            return Fate.ON
        if not self.steps:
            return Fate.STAYS
        return Fate.MOVE if own.interface != self.request.interface else Fate.ANEW

    def line(self, warned: Sequence[str], columns: int, glyphs: Glyphs) -> Line:
        """In bold and with a sign where something changes, with what is to be warned of."""
        own, to, fate = self.service.network_container, self.request.interface, self.fate
        where = {
            Fate.REFUSED: "",
            Fate.MOVE: f" {own.interface} {glyphs.arrow} {to}" if own is not None else "",
            Fate.ON: f": {to}",
            Fate.ANEW: f" on {to}",
            Fate.STAYS: f" on {to}",
        }[fate]
        sign, style = {
            Fate.REFUSED: (glyphs.failed, "bad"),
            Fate.STAYS: (" ", "dim"),
            Fate.ON: (glyphs.bound, "strong"),
        }.get(fate, (glyphs.arrow, "strong"))
        said = f"{fate}{where}"
        name = self.service.name
        room = columns - cell_len(said) - 4
        name = shortened(name, room, glyphs.cut)
        warning = f"  {'; '.join(warned)}" if warned else ""
        return (f"{sign} ", style), text(f"{name}  {said}", style), text(warning, "warn")


def told(
    found: Sequence[Outlook], heard: Sequence[Sequence[str]], columns: int, glyphs: Glyphs
) -> list[Line]:
    """What becomes of each in a line, what changes first; then all of it. ``heard``: what is to be
    warned of beside what the plans say, of each; empty while that is not known."""
    several = len(found) > 1
    shared = _namesakes(found)
    warned = [
        [
            *(each.wanted.remarks if each.wanted else ()),
            *shared.get(each.service.name, ()),
            *(heard[at] if heard else ()),
        ]
        for at, each in enumerate(found)
    ]
    ordered = sorted(zip(found, warned, strict=True), key=lambda pair: ORDER.index(pair[0].fate))
    lines = [
        each.line(said if several else (), columns, glyphs)
        for each, said in ordered
        if several or each.fate is Fate.MOVE
    ]
    for each, said in zip(found, warned, strict=True):
        if several and not said and not each.steps and each.error is None:
            continue
        if several:
            name = shortened(each.service.name, columns, glyphs.cut)
            lines += [(), (text(name, "strong"),)]
        if each.error is not None:
            lines += refused(each.error, columns)
            continue
        for remark in said:
            lines += [(text(part, "warn"),) for part in wrap(remark, columns)]
        if not each.steps:
            lines.append((("Nothing to do: it is as wanted.", "dim"),))
        lines += _plan_lines(explain(each.steps), columns)
    return lines


def refused(error: NetcError, columns: int) -> list[Line]:
    """Why nothing will come of it."""
    return [(text(part, "bad"),) for part in wrap(error.message, columns)]


def _namesakes(found: Sequence[Outlook]) -> dict[str, tuple[str, ...]]:
    """What to say of those that will go by one name on the LAN; of one that is on already the plan
    itself says it."""
    called: dict[str, list[Outlook]] = {}
    for each in found:
        if each.wanted is not None:
            called.setdefault(each.wanted.identity.hostname.lower(), []).append(each)
    return {
        each.service.name: (
            f"{', '.join(other.service.name for other in several)} all ask for the DHCP hostname"
            f" {name}: on the LAN that name leads to one of them",
        )
        for name, several in called.items()
        if len(several) > 1
        for each in several
        if all(other.service.network_container is None for other in several)
    }


def summed(found: Sequence[Outlook]) -> str:
    """How many come to what, of several."""
    if len(found) < 2:
        return ""
    counted = Counter(each.fate for each in found)
    singular = {Fate.MOVE: "moves", Fate.ANEW: "changes", Fate.STAYS: "stays"}
    plural = {Fate.MOVE: "move", Fate.ANEW: "change", Fate.STAYS: "stay"}
    return ", ".join(
        f"{counted[fate]} {(singular if counted[fate] == 1 else plural).get(fate, fate)}"
        for fate in ORDER
        if counted[fate]
    )


def _plan_lines(explained: Sequence[str], columns: int) -> list[Line]:
    """The steps, folded where they are longer than there is room for."""
    lines: list[Line] = []
    for said in explained:
        indent = len(said) - len(said.lstrip())
        style = "" if indent == 0 else "dim"
        first, *more = wrap(said, columns - indent - 2)
        lines.append((text(" " * indent + first, style),))
        lines += [(text(" " * (indent + 2) + part, style),) for part in more]
    return lines
