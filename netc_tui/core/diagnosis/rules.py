"""The rules: are those in force that were planned?"""

from collections.abc import Iterator

from netc_tui.core import rules
from netc_tui.core.advice import advised
from netc_tui.core.diagnosis import own
from netc_tui.core.diagnosis.address import RECENT
from netc_tui.core.diagnosis.facts import Facts, Probe
from netc_tui.core.findings import Finding
from netc_tui.core.path import Checked, Verdict, wrong
from netc_tui.core.protocol import Hop, Said

WHAT = "rules"
_OF_RULES = "rules"
"""The word in an event about drift that tells it from one about a link or an address."""


def parts(facts: Facts) -> Iterator[Checked]:
    """What it says itself, what was seen before it could mend, and what was changed lately."""
    stated = own.part(facts, Hop.RULES, WHAT, "as planned")
    yield stated
    if stated.verdict is Verdict.BROKEN:
        return
    if seen := difference(facts):
        cause = f"they were not as planned a moment ago, and are mended: {seen}"
        yield wrong(Hop.RULES, WHAT, advised(Finding("N303", cause), facts.own))
        return
    lately = [
        event
        for event in facts.events
        if event.event == Said.DRIFT
        and _OF_RULES in (event.message or "")
        and facts.now - event.time < RECENT
    ]
    if lately:
        cause = f"{lately[-1].message}"
        yield wrong(Hop.RULES, WHAT, advised(Finding("N303", cause), facts.own))


def difference(facts: Facts) -> str:
    """What was missing and what was added, in words; empty: nothing, or nobody looked."""
    probe = facts.probe
    if not isinstance(probe, Probe) or probe.planned is None or probe.there is None:
        return ""
    found = rules.difference(probe.planned, probe.there)
    words = [
        f"{len(lines)} {word}, first: {lines[0]}"
        for word, lines in (("missing", found.missing), ("added", found.added))
        if lines
    ]
    return "; ".join(words)
