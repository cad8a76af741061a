"""The path to a service: its hops, each with a sign and a word, and under them what is wrong."""

from collections.abc import Callable

from netc_tui.core.findings import CLIENT, Finding, Severity
from netc_tui.core.health import State
from netc_tui.core.path import HopState, Verdict
from netc_tui.core.traffic import SLOTS, Flow
from netc_tui.core.words import clock, count, octets
from netc_tui.tui.columns import per_second
from netc_tui.tui.draw import Line, fit, shortened, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.panels import lease
from netc_tui.tui.panels.panel import Feed, Panel, Place, Room, Snapshot, awaited
from netc_tui.tui.spark import spark
from netc_tui.tui.standing import name_standing, starts

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
    told = [part.said for part in check.parts]
    failed = shown.job.error if shown.job is not None else None
    came: list[Line] = []
    for said in (failed, own.message if check.broken is None else None):  # a fault is told once
        if room.alone and said and not any(said in cause for cause in told):
            came += [(text(part, "bad"),) for part in wrap(said, room.columns)]
            told.append(said)
    hops = [hop for hop in check.hops if hop.hop != CLIENT or hop.finding]
    words = max(len(WORDS[hop.state][0]) for hop in hops) + 2
    found = [] if check.broken else [*came]
    found += [_hop(hop, words, room) for hop in hops]
    unnamed = shown.in_dns.finding(own.again) if shown.in_dns is not None else None
    passing = [*_passing(shown, room), *(_name(shown, room) if unnamed is None else [])]
    findings = [*check.findings, *([unnamed] if unnamed is not None else [])]
    # What is wrong comes before what may be below the last line that there is room for.
    found += passing if not findings else []
    for finding in findings:
        copy = room.hints.get("copy", "") if finding is not unnamed else ""
        found += [(), *finding_lines(finding, room.columns, copy)]
    found += [(), *came] if came and check.broken else []
    found += [(), *passing] if passing and findings else []
    roomy = room.columns >= ROOMY or not room.alone
    if not findings and roomy and (hint := room.hints.get("doctor")):
        where = ", also from this host" if shown.local else ""
        found += [(), (text(f"{hint} looks at all of it{where}.", "dim"),)]
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
        how = f"{finding.how}:" if finding.remedy else finding.how
        found += [(text(part),) for part in wrap(how, columns)]
    if finding.remedy:
        hint = f"  {copy} copies it" if copy else ""
        *more, last = wrap(finding.remedy, max(20, columns - 2))
        found += [(("  ", ""), text(part, "strong")) for part in more]
        found.append((("  ", ""), text(last, "strong"), (hint, "dim")))
    return found


ROOMY = 70
"""Columns from which on a panel alone has lines to spare for a hint."""


def _passing(shown: Snapshot, room: Room) -> list[Line]:
    """What passes through, both ways; of a network container that does not run, nothing."""
    own, traffic = shown.service.network_container, shown.traffic
    if own is None or own.state not in ("running", "paused"):
        return []
    label, left = fit("  traffic", 2 + LABEL, ""), room.columns - 2 - LABEL
    if traffic is None:
        why = "its counters cannot be read from here" if shown.alive else "the engine is away"
        told = "reading" + room.glyphs.cut if shown.counters_coming else f"not known: {why}"
        said = fit(told, left, room.glyphs.cut).rstrip()
        return [((label, ""), text(said, "dim"))]
    now = "reading" + room.glyphs.cut
    if (rate := traffic.rate) is not None:
        now = _ways(rate, lambda packets, size: f"{per_second(packets)} {octets(size)}/s", room)
    totals = _ways(traffic.total, lambda packets, size: f"{count(packets)}/{octets(size)}", room)
    since = f"since {clock(traffic.since, shown.now)}"
    lines = [now, f"{totals} {since}"]
    beside = 0
    no_room = left - RATES < LEAST_BARS and not room.alone
    if len(lines[1]) > left or no_room:
        lines[1:], beside = [totals, since], 2
    # They stand still beside numbers that do not.
    at = RATES if beside == 0 else len(since) + 2
    bars = spark(traffic.history, min(SLOTS, left - at), room.glyphs)
    lines[beside] = f"{lines[beside]:{at}}{bars}"
    style = "ok" if rate is not None and rate.packets else "dim"
    return [
        (
            (label if row == 0 else " " * len(label), ""),
            text(fit(said, left, room.glyphs.cut).rstrip(), style if row in (0, beside) else ""),
        )
        for row, said in enumerate(lines)
    ]


def _name(shown: Snapshot, room: Room) -> list[Line]:
    """Which name the DNS has for it."""
    if shown.in_dns is None:
        return []
    sign, _, style = name_standing(shown.in_dns, room.glyphs)
    first, *more = wrap(str(shown.in_dns), max(10, room.columns - 2 - LABEL))
    indent = " " * (2 + LABEL)
    return [
        ((f"{sign} ", style), (fit("name", LABEL, ""), ""), text(first)),
        *(((indent, ""), text(part)) for part in more),
    ]


def _ways(flow: Flow, said: Callable[[float, float], str], room: Room) -> str:
    into, out = said(flow.packets_in, flow.bytes_in), said(flow.packets_out, flow.bytes_out)
    return f"in {into} {room.glyphs.dot} out {out}"


RATES = len("in 99.4k/s 99.4 kB/s | out 99.4k/s 99.4 kB/s  ")
"""Cells of rates at most."""
LEAST_BARS = 9
"""Where there is no room for so many beside the rates they have a line below, if there are any to
spare."""


def coming(shown: Snapshot) -> bool:
    """Is this one about to be asked? All of it is drawn once, then; what is broken at once."""
    own = shown.service.network_container
    sound = own is not None and own.health.state is State.HEALTHY
    return sound and shown.rested > 0 and awaited(shown, known=shown.asked)


PANEL = Panel("path", lines, Place.RIGHT, feeds=frozenset({Feed.PATH, Feed.NAMES}), coming=coming)
