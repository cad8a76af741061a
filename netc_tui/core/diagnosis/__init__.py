"""What is wrong on a path, decided from facts alone: hop by hop, in the order of a packet."""

from netc_tui.core.diagnosis import address, client, lan, port, rules, service
from netc_tui.core.diagnosis.facts import Facts
from netc_tui.core.path import Check

_HOPS = (lan, address, rules, service, port, client)


def diagnose(facts: Facts) -> Check:
    """One look at a path, put together."""
    return Check(tuple(part for hop in _HOPS for part in hop.parts(facts)), facts.now)
