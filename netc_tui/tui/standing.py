"""How a network container stands, in a sign, a word and a style."""

from netc_tui.core.findings import TWIN
from netc_tui.core.health import State
from netc_tui.core.lease import Phase
from netc_tui.core.lookup import InDns, Pointing
from netc_tui.core.model import NetworkContainer, Service
from netc_tui.core.swarm import ON_ITS_WAY
from netc_tui.operations.inventory import GONE
from netc_tui.tui.glyphs import Glyphs

PHASE_STYLES = {
    "acquiring": "busy",
    "bound": "ok",
    "renewing": "busy",
    "rebinding": "warn",
    "expired": "bad",
    "stopped": "bad",
}


BROKEN = 3
"""Of ``trouble``: nobody gets through."""


def trouble(service: Service) -> int:
    """How much of it there is, for counting and sorting: 3 broken, 2 doubtful, not known, or not
    as its labels ask, 1 on and healthy, 0 off."""
    own, keeping = service.network_container, service.keeping
    unkept = keeping is not None and keeping.trouble
    if own is None:
        return 2 if unkept else 0
    if own.health.state is State.BROKEN:
        # One that has just begun has no lease yet, which is no trouble.
        begins = own.phase is Phase.ACQUIRING and own.message is None
        return 2 if begins or starts(own) or stands_by(own) else BROKEN
    return 1 if own.health.state is State.HEALTHY and not unkept else 2


def starts(own: NetworkContainer) -> bool:
    """Is it made, and about to be started?"""
    made = own.state == "created" and not (own.ended and own.ended.error)
    return made or own.state in ON_ITS_WAY


def stands_by(own: NetworkContainer) -> bool:
    """Has another its address, so that it waits, as it should, and releases nothing?"""
    finding = own.health.finding
    return (
        own.ip is None and own.state == "running" and finding is not None and (finding.code == TWIN)
    )


def standing(
    service: Service, own: NetworkContainer, glyphs: Glyphs, *, full: bool = False
) -> tuple[str, str, str]:
    """The sign, the word and the style for how a network container stands; in ``full`` also where
    its lease does when that is not what matters first."""
    if own.state == "restarting":  # Docker starts it again and again
        return glyphs.failed, "failed", "bad"
    if starts(own):
        return glyphs.acquiring, "starting", "busy"
    if own.phase is Phase.STOPPED:
        return glyphs.stopped, "stopped", "bad"
    if stands_by(own):
        return glyphs.rebinding, "stands by", "warn"
    if service.state == GONE:
        return glyphs.gone, "service gone", "warn"
    if own.state == "paused":  # the kernel forwards for it, but nothing renews its lease
        return glyphs.gone, f"{own.phase}, paused", "warn"
    if own.target is None and own.ip is not None:
        return glyphs.gone, f"{own.phase}, no service", "warn"
    phase = str(own.phase)
    also = f"{phase}, " if full else ""
    if own.ip is not None and own.health.state is State.BROKEN:
        return glyphs.failed, f"{also}{own.health.hop or 'it'} broken", "bad"
    if own.ip is not None and own.health.state is State.UNKNOWN:
        return glyphs.gone, f"{also}unknown", "warn"
    return glyphs.of(phase), phase, PHASE_STYLES[phase]


def name_standing(found: InDns, glyphs: Glyphs) -> tuple[str, str, str]:
    """The sign, the word and the style for how its name stands in the DNS."""
    match found.pointing:
        case Pointing.ALSO if found.shared:
            return glyphs.bound, "shared", "ok"
        case Pointing.HERE:
            return glyphs.bound, "ok", "ok"
        case Pointing.ALSO:
            return glyphs.renewing, "also", "warn"
        case Pointing.ELSEWHERE:
            return glyphs.failed, "elsewhere", "warn"
        case Pointing.NOWHERE:
            return glyphs.off, "none", "dim"
    return glyphs.gone, "unknown", "dim"
