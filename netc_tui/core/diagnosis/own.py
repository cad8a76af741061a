"""What a network container says of itself, by a look of this moment where it made one."""

import msgspec

from netc_tui.core.advice import advised
from netc_tui.core.diagnosis.facts import Facts, Probe
from netc_tui.core.findings import CONTAINER, GENERAL, HOPS, KINDS, Finding
from netc_tui.core.health import UNTOLD, Health, State, with_service
from netc_tui.core.path import Checked, ok, unchecked, wrong


def health(facts: Facts) -> Health:
    """How it stands: what it has just found goes before what it said, which may be seconds old.
    What the engine says of the service goes before both."""
    found = facts.own.health
    if isinstance(facts.probe, Probe) and facts.probe.own is not None:
        state, hop, reason = facts.probe.own
        told = None
        if state == State.BROKEN:
            kind = KINDS.get(facts.probe.code or "")
            code = kind.code if kind and kind.hop == hop else GENERAL[hop or ""]
            told = Finding(code, reason or UNTOLD)
        found = msgspec.structs.replace(
            found, state=State(state), hop=hop, reason=reason, finding=told
        )
    return with_service(found, facts.fault)


def part(facts: Facts, hop: str, what: str, sound: str) -> Checked:
    """What it says of one of its own hops; ``sound`` where nothing is wrong there."""
    found = health(facts)
    if found.state is State.UNKNOWN:
        return unchecked(hop, what, found.reason or "")
    if found.state is State.BROKEN:
        at = found.hop or CONTAINER
        if at == hop:
            return wrong(hop, what, said(facts, found))
        if at == CONTAINER or HOPS.index(at) < HOPS.index(hop):
            return unchecked(hop, what, f"behind what is broken at {at}")
    return ok(hop, what, sound)


def said(facts: Facts, found: Health) -> Finding:
    """The finding of a path that is broken, with what is to be done."""
    finding = found.finding or Finding(GENERAL.get(found.hop or "", "N701"), found.reason or UNTOLD)
    return advised(finding, facts.own)
