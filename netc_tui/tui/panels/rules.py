"""The iptables rules of a network container, with their counters and rates."""

import itertools
import re
from collections.abc import Iterable, Mapping

from rich.cells import cell_len

from netc_tui.core.rules import NUMBERS, Difference, Rule
from netc_tui.core.words import clock, count, octets
from netc_tui.tui.draw import Cell, Line, fit, text, wrap
from netc_tui.tui.panels.panel import Feed, Panel, Room, Snapshot, awaited

CHAINS = ("NETC-DNAT", "NETC-FORWARD", "NETC-PREROUTING", "NETC-POSTROUTING", "NETC-INPUT")
"""The chains of interest come first; the rest is the same in each network container."""
MISSING, ADDED = "missing", "added"
"""How a rule differs from what was planned."""
ROOMY = 82
"""Columns from which on bytes are shown beside packets."""


def lines(shown: Snapshot, room: Room) -> list[Line]:
    """The rules, those that forward to the service first."""
    own, reading = shown.service.network_container, shown.reading
    if reading is None and not shown.alive:
        return [(("Not read yet; the engine is away.", "dim"),)]
    if own is None:
        return [(("No network container, so no rules.", "dim"),)]
    if reading is None or reading.network_container != own.name:
        return [(("reading" + room.glyphs.cut, "dim"),)]
    if reading.error is not None:
        return [(text(part, "warn"),) for part in wrap(reading.error, room.columns)]
    differs = reading.difference or Difference()
    rated = sorted(
        zip(reading.rules, reading.rates, strict=True),
        key=lambda pair: (pair[0].line not in differs.added, *_interest(pair[0])),
    )
    missing = [rule for line in differs.missing if (rule := Rule.of(line)) is not None]
    head = f"{'PACKETS':>7} {'BYTES':>7} {'PER S':>6}  {'CHAIN':11} RULE"
    roomy = room.columns >= ROOMY
    # While nobody can read them, only what is shown is told to be of another time.
    state = _compared(reading.difference) if shown.alive else ("", "")
    narrow: Line = ((head[:7] + head[15:], "head"), state, ("  bytes when wider", "dim"))
    links = called(reading.rules)
    return [
        ((head, "head"), state) if roomy else narrow,
        *(_rule(rule, None, links, room, MISSING) for rule in sorted(missing, key=_interest)),
        *(
            _rule(rule, rate, links, room, ADDED if rule.line in differs.added else "")
            for rule, rate in rated
        ),
    ]


def called(rules: Iterable[Rule]) -> Mapping[str, str]:
    """What the links of a network container are called here, by their names there: which is which
    is told by the rule that lets DHCP in from the LAN, the one that leads the LAN's packets in, and
    the one that leads them on."""
    found: dict[str, str] = {}
    for rule in rules:
        words = rule.match.split()
        sides = dict(itertools.pairwise(words))
        leads_in = rule.chain == "NETC-PREROUTING" and "-s" not in words
        if (leads_in or sides.get("--dport") == "68") and "-i" in sides:
            found[sides["-i"]] = "LAN"
        elif rule.chain == "NETC-POSTROUTING" and "-o" in sides:
            found[sides["-o"]] = "bridge"
    return found


def coming(shown: Snapshot) -> bool:
    """Are those of this service about to be read?"""
    own, read = shown.service.network_container, shown.reading
    if own is None or read is None:
        return False
    return awaited(shown, known=read.network_container == own.name)


def of(shown: Snapshot) -> str:
    """When they were read, while nobody can read them."""
    if shown.reading is None or shown.alive:
        return ""
    return f", of {clock(shown.reading.at, shown.now)}"


def _compared(found: Difference | None) -> Cell:
    """Whether they are those that were planned."""
    if found is None:
        return "  not compared with the plan", "dim"
    told = [
        f"{len(lines)} {word}"
        for word, lines in ((MISSING, found.missing), (ADDED, found.added))
        if lines
    ]
    return f"  {', '.join(told) or 'as planned'}", "bad" if found else "ok"


def _interest(rule: Rule) -> tuple[int, str]:
    first = CHAINS.index(rule.chain) if rule.chain in CHAINS else len(CHAINS)
    return first, rule.table


def _rule(
    rule: Rule, rate: float | None, links: Mapping[str, str], room: Room, mark: str = ""
) -> Line:
    roomy, glyphs = room.columns >= ROOMY, room.glyphs
    live = rate is not None and rate >= 0.05
    per_second = (
        "-" if rate is None else "0" if not live else (f"{rate:.1f}" if rate < 10 else count(rate))
    )
    style = "" if rule.chain in CHAINS[:-1] else "dim"
    match, target = plain_match(rule.match, links), plain_target(rule.target)
    # Where it leads is told whole; what it matches gives way.
    left = max(8, room.columns - (36 if roomy else 28) - 3 - cell_len(target))
    counted: Line = (
        (f"{count(rule.packets):>7}", "ok" if live else style),
        (f" {octets(rule.bytes):>7}" if roomy else "", style),
        (f" {per_second:>6}", "ok" if live else "dim"),
    )
    if mark:
        style = "bad"
        said = f"{glyphs.failed} {mark}"
        packets = count(rule.packets) if mark == ADDED else ""
        counted = ((f"{said:<9}{packets:>{13 if roomy else 5}}", style),)
    return (
        *counted,
        (f"  {rule.chain.removeprefix('NETC-'):11} ", "dim"),
        text(fit(match, left, glyphs.cut).rstrip(), style),
        (f" {glyphs.arrow} ", "dim"),
        text(target, "strong" if rule.target.startswith("DNAT") and not mark else style),
    )


_NO_LINKS: Mapping[str, str] = {}
_ASKED = re.compile(r"ctstate DNAT ctproto (\d+) ctorigdstport (\d+):?(\d*)")
_PROTOCOLS = {str(number): proto for proto, number in NUMBERS.items()}
_NOISE = ("-m tcp ", "-m udp ", "-m sctp ", "-m conntrack ", "-m icmp ")


def plain_match(match: str, links: Mapping[str, str] = _NO_LINKS) -> str:
    """A rule's match without what goes without saying, links by what they are."""
    found = f"{match} "
    for noise in _NOISE:
        found = found.replace(noise, "")
    found = _ASKED.sub(_asked, found.replace("/32 ", " ").replace("--", ""))
    words = found.split()
    for at, word in enumerate(words[:-1]):
        if word in ("-i", "-o"):
            words[at + 1] = links.get(words[at + 1], words[at + 1])
    return " ".join(words) or "any"


def _asked(told: re.Match[str]) -> str:
    """What a connection was begun for: ``80/tcp``."""
    number, first, last = told.groups()
    return f"{first}{f'-{last}' if last else ''}/{_PROTOCOLS.get(number, number)}"


def plain_target(target: str) -> str:
    """A rule's target as short as it is clear."""
    return (
        target.replace("DNAT --to-destination", "DNAT")
        .replace("REJECT --reject-with", "REJECT")
        .replace("NETC-", "chain ")
        .strip()
        or "count only"
    )


PANEL = Panel("rules", lines, wide=True, feeds=frozenset({Feed.RULES}), coming=coming, of=of)
