"""Whether the path from the LAN to a service is sound, as far as anybody has looked.

Healthy is said only of what was checked and heard of lately. What was not heard is unknown, and
what was not checked is told as not checked.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from netc_tui.core.findings import CONTAINER, GENERAL, HOPS, KINDS, Finding
from netc_tui.core.lease import Event, Phase
from netc_tui.core.protocol import STALE, Hop, Said
from netc_tui.core.words import span

PORTS = "ports"
"""What is looked at only when it is asked for."""


class State(StrEnum):
    """What is known of a path."""

    HEALTHY = "healthy"
    """Every hop that was checked is sound, and that was lately."""
    BROKEN = "broken"
    DOUBTFUL = "doubtful"
    """Nothing is broken, and something is not as it should be. Only a look that was asked for can
    tell (``core.path``)."""
    UNKNOWN = "unknown"


class Health(msgspec.Struct, frozen=True):
    """A path at one moment."""

    state: State
    hop: str | None = None
    """The first broken hop, of ``HOPS``; None where the network container itself does not run."""
    reason: str | None = None
    """What is wrong there, or why nothing is known."""
    checked_at: datetime | None = None
    """When it was last looked at; None: it was not."""
    unchecked: tuple[str, ...] = (PORTS,)
    """What nobody looked at."""
    finding: Finding | None = None
    """What is wrong, where something is."""

    def __str__(self) -> str:
        """In words: ``healthy``, ``broken at service: web does not run``, ``unknown: ...``."""
        at = f" at {self.hop}" if self.hop else ""
        return f"{self.state}{at}{f': {self.reason}' if self.reason else ''}"

    @property
    def short(self) -> str:
        """The same without the reason."""
        return f"{self.state} at {self.hop}" if self.hop else str(self.state)


def unknown(reason: str, checked_at: datetime | None = None) -> Health:
    """Nothing is known, and why."""
    return Health(State.UNKNOWN, None, reason, checked_at)


def judge(
    state: str,
    phase: Phase,
    event: Event | None,
    now: datetime,
    *,
    error: str | None = None,
) -> Health:
    """The health of a network container at ``now``.

    ``state`` is Docker's word for its container, ``phase`` where its lease stands, ``event`` the
    last that it said (None: nothing could be read), ``error`` what Docker says of a start that
    failed, or why the log could not be read.
    """
    if state not in ("running", "paused"):
        code = "N702" if state == "restarting" else "N701"
        return _broken(code, None, _halted(state, event, error))
    if event is None:
        return unknown(error or "it has not said anything yet")
    at = event.time
    if phase is Phase.STOPPED:
        return _broken("N701", None, "it has stopped", at)
    if phase is Phase.EXPIRED:
        reason = _address_reason(event) or "the lease ran out"
        return _broken("N209", Hop.ADDRESS, reason, at)
    if state == "paused":
        paused = "it is paused: nothing checks the path or renews the lease"
        return _unsure("N703", paused, at)
    age = now - at
    if abs(age) > timedelta(seconds=STALE):
        heard = span(age.total_seconds())
        return _unsure(
            "N704",
            f"nothing heard for {heard}" if age > timedelta() else f"its clock is {heard} ahead",
            at,
        )
    if event.health == State.BROKEN:
        hop = event.hop if event.hop in HOPS else None
        return _broken(event.code, hop, event.reason or event.message or UNTOLD, at)
    if event.ip is None:
        reason = _address_reason(event) or "it has no lease yet"
        return _broken(event.code, Hop.ADDRESS, reason, at)
    if event.target is None:
        return _broken(event.code, Hop.SERVICE, _service_reason(event), at)
    if event.health != State.HEALTHY:
        return unknown("it has not checked the path", None)
    return Health(State.HEALTHY, checked_at=at)


def _broken(code: str | None, hop: str | None, reason: str, at: datetime | None = None) -> Health:
    """Broken, with a finding whose advice is still to come (``core.advice``)."""
    kind = KINDS.get(code or "")
    if kind is None or kind.hop != (hop or CONTAINER):
        code = GENERAL.get(hop or "", "N701")
    return Health(State.BROKEN, hop, reason, at, finding=Finding(code or "", reason))


def _unsure(code: str, reason: str, at: datetime) -> Health:
    return msgspec.structs.replace(unknown(reason, at), finding=Finding(code, reason))


def with_service(found: Health, fault: Finding | None) -> Health:
    """``found`` with what the engine says of the service: that goes before what its network
    container last heard of it, but not before a hop that comes earlier."""
    if fault is None or (found.state is State.BROKEN and found.hop != Hop.SERVICE):
        return found
    return msgspec.structs.replace(
        found, state=State.BROKEN, hop=Hop.SERVICE, reason=str(fault), finding=fault
    )


UNTOLD = "it has not said why"


def _address_reason(event: Event) -> str | None:
    """What it said of the address that it does not have."""
    return event.reason or (event.message if event.event in _ADDRESS_TROUBLE else None)


def _service_reason(event: Event) -> str:
    lost = event.message if event.event == Said.TARGET_LOST else None
    return event.reason or lost or "the service is not found"


_ADDRESS_TROUBLE = frozenset(
    {
        Said.NO_OFFER,
        Said.CONFLICT,
        Said.NAK,
        Said.EXPIRED,
        Said.BAD_OFFER,
        Said.STANDBY,
        Said.LINK_LOST,
    }
)


def _halted(state: str, event: Event | None, error: str | None) -> str:
    """Why a network container does not run, as far as Docker or itself says."""
    said = event.message if event is not None and event.event == Said.FAILED else None
    why = "; ".join(filter(None, (said, error)))
    word = "Docker starts it again and again" if state == "restarting" else f"it is {state}"
    return f"{word}: {why}" if why else word
