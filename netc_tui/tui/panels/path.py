"""The path to a service: its hops, each with a sign and a word, and under them what is wrong."""

from netc_tui.core.findings import CLIENT, Finding, Severity
from netc_tui.core.health import State
from netc_tui.core.path import HopState, Verdict
from netc_tui.tui.draw import Line, fit, shortened, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.panels import lease
from netc_tui.tui.panels.panel import Feed, Panel, Place, Room, Snapshot, awaited
from netc_tui.tui.standing import starts

TITLES = {"lan": "LAN"}
"""Hops that are not called as they are named."""
LABEL = 9
"""Cells that the names of hops take."""
WORDS = {
    State.HEALTHY: ("ok", "ok"),
    State.BROKEN: ("broken", "bad"),
    State.DOUBTFUL: ("doubtful", "warn"),
    State.UNKNOWN: ("not checked", "dim"),
}
"""What a hop's state is called, and its style."""


def lines(shown: Snapshot, room: Room) -> list[Line]:
    """Hop by hop; of a service that is off, what there is to turn on."""
    own, check = shown.service.network_container, shown.check
    if own is None or check is None:
        none: Line = (("No network container, so no path.", "dim"),)
        return lease.lines(shown, room) if room.alone else [none]
    if starts(own) and shown.job is not None and shown.job.under_way:
        return [(("It is being turned on.", "dim"),)]
    found: list[Line] = []
    told = [part.said for part in check.parts]
    failed = shown.job.error if shown.job is not None else None
    for said in (failed, own.message if check.broken is None else None):  # a fault is told once
        if room.alone and said and not any(said in cause for cause in told):
            found += [(text(part, "bad"),) for part in wrap(said, room.columns)]
            told.append(said)
    hops = [hop for hop in check.hops if hop.hop != CLIENT or hop.finding]
    words = max(len(WORDS[hop.state][0]) for hop in hops) + 2
    found += [_hop(hop, words, room) for hop in hops]
    for finding in check.findings:
        found += [(), *finding_lines(finding, room.columns, room.hints.get("copy", ""))]
    if not check.findings and (hint := room.hints.get("doctor")):
        found += [(), (text(f"{hint} looks at all of it, also from this host.", "dim"),)]
    return found


def sign(state: State, glyphs: Glyphs) -> str:
    """The sign of a hop's state."""
    return {
        State.HEALTHY: glyphs.bound,
        State.BROKEN: glyphs.failed,
        State.DOUBTFUL: glyphs.renewing,
        State.UNKNOWN: glyphs.off,
    }[state]


def head(hop: HopState, words: int, glyphs: Glyphs) -> Line:
    """A hop's sign, its name, and how it stands in a word of so many cells."""
    word, style = WORDS[hop.state]
    title = fit(TITLES.get(hop.hop, hop.hop), LABEL, "")
    return (f"{sign(hop.state, glyphs)} ", style), (title, ""), (fit(word, words, ""), style)


def _hop(hop: HopState, words: int, room: Room) -> Line:
    line = head(hop, words, room.glyphs)
    left = max(10, room.columns - 2 - LABEL - words)
    told = _told(hop, left // 2, room.glyphs)
    if hop.follows:
        told = f"follows from {TITLES.get(hop.follows, hop.follows)}"
    style = "" if hop.state is State.HEALTHY else WORDS[hop.state][1]
    return (*line, text(fit(told, left, room.glyphs.cut).rstrip(), style))


_PLAIN = ("interface ", "address ", "rules", "service ", "link on the LAN")
"""What need not be said beside the name of the hop."""


def _told(hop: HopState, most: int, glyphs: Glyphs) -> str:
    """What was seen, in short: what is wrong first, then what was not checked, each thing once. A
    name takes so many cells at ``most``."""
    if hop.state is State.UNKNOWN:
        why = (part.said for part in hop.parts if part.verdict is Verdict.UNCHECKED)
        return f" {glyphs.dot} ".join(dict.fromkeys(why))
    order = [Verdict.BROKEN, Verdict.DOUBTFUL, Verdict.UNCHECKED, Verdict.OK]
    if hop.state is State.HEALTHY:
        order = [Verdict.OK]
    found: dict[str, list[str]] = {}
    for part in sorted(hop.parts, key=lambda part: [*order, part.verdict].index(part.verdict)):
        if part.verdict not in order or part.aside:
            continue
        name = part.what
        for plain in _PLAIN:
            name = name.removeprefix(plain)
        said = found.setdefault(name, [])
        if part.said not in said and not (name == "" and part.said == "up"):
            said.append(part.said)
    clauses = [
        # A cause may name it.
        ", ".join(said)
        if said[0].startswith(name)
        else f"{shortened(name, most, glyphs.cut)} {', '.join(said)}"
        for name, said in found.items()
        if said
    ]
    return f" {glyphs.dot} ".join(dict.fromkeys(clauses))


def finding_lines(finding: Finding, columns: int, copy: str = "") -> list[Line]:
    """What is wrong, why, and what to do; ``copy`` is the key that copies that."""
    style = "bad" if finding.kind.severity is Severity.BROKEN else "warn"
    found: list[Line] = [(text(f"{finding.kind.title}", style), (f"  {finding.code}", "dim"))]
    found += [(text(part),) for part in wrap(finding.cause, columns)]
    if finding.how:
        found += [(text(part),) for part in wrap(f"{finding.how}:", columns)]
    if finding.remedy:
        hint = f"  {copy} copies it" if copy else ""
        *more, last = wrap(finding.remedy, max(20, columns - 2))
        found += [(("  ", ""), text(part, "strong")) for part in more]
        found.append((("  ", ""), text(last, "strong"), (hint, "dim")))
    return found


def coming(shown: Snapshot) -> bool:
    """Is this one about to be asked? All of it is drawn once, then; what is broken at once."""
    own = shown.service.network_container
    sound = own is not None and own.health.state is State.HEALTHY
    return sound and shown.rested > 0 and awaited(shown, known=shown.asked)


PANEL = Panel("path", lines, Place.RIGHT, feeds=frozenset({Feed.PATH}), coming=coming)
