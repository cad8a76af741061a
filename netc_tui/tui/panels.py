"""The three panels of the service under the cursor, as lines: lease, rules, events."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from netc_tui.core.health import State
from netc_tui.core.lease import Event, Phase, in_words
from netc_tui.core.model import NetworkContainer, Service
from netc_tui.core.ports import as_exposed, as_list
from netc_tui.core.protocol import TROUBLE, WARNINGS, Said
from netc_tui.core.rules import Rule
from netc_tui.core.words import clock, command, count, octets, short_clock, span
from netc_tui.operations.live.rules import Reading
from netc_tui.tui.draw import Line, fit, text, width, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.jobs import Job, Note
from netc_tui.tui.rows import published_text, standing

LABEL = 10


def lease(
    service: Service,
    job: Job | None,
    now: datetime,
    columns: int,
    glyphs: Glyphs,
    hints: Mapping[str, str],
    interface: str = "",
) -> list[Line]:
    """The lease of a service's network container, its timers on a time line; of one that is off,
    what there is to turn on. ``hints`` are the keys of what can be done about it."""
    companion = service.network_container
    trouble = _trouble(job, companion, columns)
    if companion is None:
        hint = wrap(_off(service, hints, interface), columns)
        facts = about_service(service, columns, glyphs)
        return [*trouble, *((text(part),) for part in hint), (), *facts]
    sign, word, style = standing(service, companion, glyphs, full=True)
    address = f"{companion.ip}/{companion.prefix}" if companion.ip else "-"
    target = companion.target or "not found now"
    lines: list[Line] = [
        fact("phase", (f"{sign} {word}", style)),
        fact("address", text(address, "strong"), text(f" on {companion.interface}")),
        fact(
            "gateway",
            text(companion.gateway or "-"),
            ("   server ", "dim"),
            text(companion.server or "-"),
        ),
        fact("MAC", text(companion.mac), ("   hostname ", "dim"), text(companion.hostname)),
        fact("client-id", text(companion.client_id)),
        fact(
            "target",
            text(target, "" if companion.target else "warn"),
            (" over ", "dim"),
            text(companion.network),
        ),
        *folded("ports", as_list(companion.ports) or "-", columns),
    ]
    if said := _halted(service, companion, hints):
        lines += [(text(part, "warn"),) for part in wrap(said, columns)]
    # What is wrong comes before what may be below the last line that there is room for.
    return [lines[0], *trouble, *lines[1:], *_timers(companion, now, columns, glyphs)]


def fact(label: str, *value: tuple[str, str]) -> Line:
    """A line that names what it says."""
    return ((fit(label, LABEL, ""), "dim"), *value)


def folded(label: str, value: str, columns: int) -> list[Line]:
    """The same, on as many lines as it takes."""
    first, *more = wrap(value, max(20, columns - LABEL))
    return [fact(label, text(first)), *(fact("", text(part)) for part in more)]


def _off(service: Service, hints: Mapping[str, str], interface: str) -> str:
    """What can be done about a service without a network container."""
    toggle, expose = hints.get("toggle"), hints.get("expose")
    if service.state not in ("running", "paused"):
        return f"It does not run ({service.state}). Start it, then it can be turned on."
    if not service.ports:
        choose = f": {expose} to choose some that are forwarded all the same" if expose else ""
        return f"It exposes no ports{choose}."
    said = "No LAN address."
    if toggle:
        said += f" {toggle} gives it one{f' on the LAN of {interface}' if interface else ''}."
    if expose:
        said += f" {expose} to choose interface, ports, hostname."
    return said


def _halted(service: Service, companion: NetworkContainer, hints: Mapping[str, str]) -> str:
    """What to do about a network container that does not work, or nothing."""
    if companion.state == "paused":
        mend = command("docker", "unpause", companion.name)
        return f"It is paused, so its lease is not renewed: {mend}"
    if service.id is None:
        return f"Its service is gone: {hints['remove']} removes it." if "remove" in hints else ""
    if companion.state in ("exited", "dead", "created"):
        does = (("restart", "starts it"), ("toggle", "removes it"))
        ways = ", ".join(f"{hints[id]} {what}" for id, what in does if id in hints)
        return f"It does not run{': ' if ways else ''}{ways}."
    if companion.ip is not None and companion.health.state is State.UNKNOWN:
        return f"Whether it can be reached is not known: {companion.health.reason}."
    return ""


def about_service(service: Service, columns: int, glyphs: Glyphs) -> list[Line]:
    """What Docker knows of a service."""
    if service.id is None:
        return []
    facts = {
        "state": service.state + (f", {service.health}" if service.health else ""),
        "image": service.image or "-",
        "Compose": f"{service.project}, service {service.compose}" if service.project else "",
        "exposes": as_list(as_exposed(service.ports)) or "-",
        "published": published_text(service, glyphs),
    }
    return [
        line for label, value in facts.items() if value for line in folded(label, value, columns)
    ]


def _trouble(job: Job | None, companion: NetworkContainer | None, columns: int) -> list[Line]:
    said = [job.error] if job is not None and job.error else []
    if companion is not None and companion.message and companion.message not in said:
        said.append(companion.message)
    return [(text(part, "bad"),) for one in said for part in wrap(one, columns)]


def _timers(companion: NetworkContainer, now: datetime, columns: int, glyphs: Glyphs) -> list[Line]:
    """Bound, T1, T2 and expiry, the next of them with a countdown: only one line ticks."""
    moments = [
        ("renews", "T1", companion.renew_at),
        ("rebinds", "T2", companion.rebind_at),
        ("expires", "", companion.expires_at),
    ]
    coming = next((at for _, _, at in moments if at is not None and at > now), None)
    lines: list[Line] = []
    begin, end = companion.bound_at, companion.expires_at
    if begin is not None and end is not None:
        lines.append(_time_line(companion, begin, end, now, columns, glyphs))
    for label, sign, at in moments:
        if at is None:
            continue
        moment = (f"{clock(at, now)} ", ""), (f"{sign:2} ", "dim")
        if at == coming:
            lines.append(
                fact(label, *moment, ("in ", ""), (span((at - now).total_seconds()), "strong"))
            )
        else:
            lines.append(fact(label, *moment, ("" if at > now else "passed", "dim")))
    return lines


def _time_line(
    companion: NetworkContainer,
    begin: datetime,
    end: datetime,
    now: datetime,
    columns: int,
    glyphs: Glyphs,
) -> Line:
    """From bound to expiry, with T1, T2 and where it is now."""
    room = max(10, min(columns, 64) - LABEL - 2)
    whole = max(1.0, (end - begin).total_seconds())

    def at(moment: datetime) -> int:
        part = (moment - begin).total_seconds() / whole
        return max(0, min(room - 1, int(part * room)))

    here = at(now)
    cells = [glyphs.bar if x < here else glyphs.rest for x in range(room)]
    styles = ["ok" if x < here else "dim" for x in range(room)]
    for sign, moment in (("1", companion.renew_at), ("2", companion.rebind_at)):
        if moment is not None:
            cells[at(moment)] = sign
            styles[at(moment)] = ""
    cells[here], styles[here] = glyphs.here, "bad" if companion.phase is Phase.EXPIRED else "ok"
    left, right = glyphs.ends[0], glyphs.ends[1]
    line: list[tuple[str, str]] = [(left, "dim")]
    for cell, style in zip(cells, styles, strict=True):
        if line[-1][1] == style and cell != glyphs.here:
            line[-1] = (line[-1][0] + cell, style)
        else:
            line.append((cell, style))
    return fact("lease", *line, (right, "dim"))


def is_heading(lines: Sequence[Line]) -> bool:
    """Is the first of these lines a heading, which stays when the others are scrolled?"""
    return bool(lines) and lines[0][0][1] == "head"


CHAINS = ("NETC-DNAT", "NETC-FORWARD", "NETC-PREROUTING", "NETC-POSTROUTING", "NETC-INPUT")
"""The chains of interest come first; the rest is the same in each network container."""
ROOMY = 82
"""Columns from which on bytes are shown beside packets."""


def rules(
    companion: NetworkContainer | None, reading: Reading | None, columns: int, glyphs: Glyphs
) -> list[Line]:
    """The iptables rules with their counters and rates."""
    if companion is None:
        return [(("No network container, so no rules.", "dim"),)]
    if reading is None or reading.network_container != companion.name:
        return [(("reading" + glyphs.cut, "dim"),)]
    if reading.error is not None:
        return [(text(part, "warn"),) for part in wrap(reading.error, columns)]
    rated = sorted(
        zip(reading.rules, reading.rates, strict=True), key=lambda pair: _interest(pair[0])
    )
    head = f"{'PACKETS':>7} {'BYTES':>7} {'PER S':>6}  {'CHAIN':11} RULE"
    roomy = columns >= ROOMY
    narrow: Line = ((head[:7] + head[15:], "head"), ("  bytes when wider", "dim"))
    lines: list[Line] = [((head, "head"),) if roomy else narrow]
    lines += [_rule(rule, rate, roomy, glyphs) for rule, rate in rated]
    return lines


def _interest(rule: Rule) -> tuple[int, str]:
    first = CHAINS.index(rule.chain) if rule.chain in CHAINS else len(CHAINS)
    return first, rule.table


def _rule(rule: Rule, rate: float | None, roomy: bool, glyphs: Glyphs) -> Line:
    live = rate is not None and rate >= 0.05
    per_second = (
        "-" if rate is None else "0" if not live else (f"{rate:.1f}" if rate < 10 else count(rate))
    )
    style = "" if rule.chain in CHAINS[:-1] else "dim"
    return (
        (f"{count(rule.packets):>7}", "ok" if live else style),
        (f" {octets(rule.bytes):>7}" if roomy else "", style),
        (f" {per_second:>6}", "ok" if live else "dim"),
        (f"  {rule.chain.removeprefix('NETC-'):11} ", "dim"),
        text(plain_match(rule.match), style),
        (f" {glyphs.arrow} ", "dim"),
        text(plain_target(rule.target), "strong" if rule.target.startswith("DNAT") else style),
    )


_NOISE = ("-m tcp ", "-m udp ", "-m sctp ", "-m conntrack ", "-m icmp ")


def plain_match(match: str) -> str:
    """A rule's match without what goes without saying."""
    found = f"{match} "
    for noise in _NOISE:
        found = found.replace(noise, "")
    found = found.replace("/32 ", " ").replace("--", "")
    return found.strip() or "any"


def plain_target(target: str) -> str:
    """A rule's target as short as it is clear."""
    return (
        target.replace("DNAT --to-destination", "DNAT")
        .replace("REJECT --reject-with", "REJECT")
        .replace("NETC-", "chain ")
        .strip()
    )


GOOD = frozenset({Said.BOUND, Said.RENEWED, Said.TARGET})


def events(said: Sequence[Event], notes: Sequence[Note], now: datetime, columns: int) -> list[Line]:
    """What happened to it, the latest at the top: what its network container said, and what this
    program did."""
    entries: list[tuple[datetime, int, str, str]] = [
        # It tells whole seconds, so what this program did in that second came before.
        (one.time + timedelta(microseconds=999_999), at, *about(one))
        for at, one in enumerate(said)
    ]
    entries += [
        (
            note.time,
            len(said) + at,
            f"{'! ' if note.trouble else ''}{note.text}",
            "bad" if note.trouble else "dim",
        )
        for at, note in enumerate(notes)
    ]
    lines: list[Line] = []
    for time, _, words, style in sorted(entries, reverse=True):
        when = f"{short_clock(time, now):8} "
        first, *more = wrap(words, max(20, columns - len(when)))
        lines.append(((when, "dim"), text(first, style)))
        lines += [((" " * len(when), ""), text(part, style)) for part in more]
    return lines or [(("Nothing yet.", "dim"),)]


def about(event: Event) -> tuple[str, str]:
    """An event in words, and their style."""
    styles = {"bad": TROUBLE, "warn": WARNINGS, "ok": GOOD}
    style = next((style for style, those in styles.items() if event.event in those), "")
    return in_words(event), style


def titled(title: str, columns: int, glyphs: Glyphs, *, style: str = "dim") -> Line:
    """The line above a panel."""
    return titled_tabs(((title, style),), columns, glyphs)


def titled_tabs(titles: Iterable[tuple[str, str]], columns: int, glyphs: Glyphs) -> Line:
    """The line above panels of which one is shown."""
    line: list[tuple[str, str]] = [(glyphs.line, "dim")]
    for title, style in titles:
        line += [text(f" {title} ", style), (glyphs.line, "dim")]
    return (*line, (glyphs.line * max(0, columns - width(line)), "dim"))
