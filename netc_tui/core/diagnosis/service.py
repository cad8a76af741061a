"""The service: does it run, where its network container looks for it, and is it the right one?"""

from collections.abc import Iterator

from netc_tui.core.advice import advised
from netc_tui.core.diagnosis import own
from netc_tui.core.diagnosis.facts import Facts
from netc_tui.core.findings import Finding
from netc_tui.core.path import Checked, wrong
from netc_tui.core.protocol import Hop


def parts(facts: Facts) -> Iterator[Checked]:
    """What the engine and the network container say of it, and its own health check."""
    what = f"service {facts.own.service}"
    over = f" over {facts.own.network}" if facts.own.network else ""
    yield own.part(facts, Hop.SERVICE, what, f"found at {facts.own.target}{over}")
    if facts.failing:
        cause = "Docker's health check of it fails"
        yield wrong(Hop.SERVICE, what, advised(Finding("N411", cause), facts.own))
