"""The path to a service: its hops, each with a sign and a word, and under them what is wrong."""

from netc_tui.core.findings import CLIENT, Finding, Severity
from netc_tui.core.health import State
from netc_tui.core.path import Check, HopState
from netc_tui.tui.draw import Line, fit, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.panels import lease
from netc_tui.tui.panels.panel import Feed, Panel, Place, Room, Snapshot

TITLES = {"lan": "LAN"}
"""Hops that are not called as they are named."""
LABEL, WORD = 10, 12
"""Cells that the names of hops take, and the words for how they stand."""
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
        return lease.lines(shown, room)
    found: list[Line] = []
    told = [finding.cause for finding in check.findings]
    for said in (shown.job.error if shown.job is not None else None, own.message):
        if said and not any(said in cause for cause in told):
            found += [(text(part, "bad"),) for part in wrap(said, room.columns)]
            told.append(said)
    found += [_hop(hop, room) for hop in check.hops if hop.hop != CLIENT or hop.finding]
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


def _hop(hop: HopState, room: Room) -> Line:
    word, style = WORDS[hop.state]
    title = fit(TITLES.get(hop.hop, hop.hop), LABEL, "")
    told = f"follows from {hop.follows}" if hop.follows else _told(hop, room.glyphs)
    left = max(10, room.columns - 2 - LABEL - WORD)
    return (
        (f"{sign(hop.state, room.glyphs)} ", style),
        (title, ""),
        (fit(word, WORD, ""), style),
        text(
            fit(told, left, room.glyphs.cut).rstrip(), "" if hop.state is State.HEALTHY else style
        ),
    )


def _told(hop: HopState, glyphs: Glyphs) -> str:
    """What was seen, what is wrong first."""
    cause = hop.finding.cause if hop.finding is not None else None
    first = [words for words in hop.evidence if cause and words.endswith(cause)]
    rest = [words for words in hop.evidence if words not in first]
    return f" {glyphs.dot} ".join([*first, *rest])


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


def worst(check: Check | None) -> Finding | None:
    """What there is to do first."""
    return check.findings[0] if check is not None and check.findings else None


PANEL = Panel("path", lines, Place.RIGHT, feeds=frozenset({Feed.PATH}))
