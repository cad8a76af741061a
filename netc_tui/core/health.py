"""Whether the path from the LAN to a service is sound, as far as anybody has looked.

Healthy is said only of what was checked and heard of lately. What was not heard is unknown, and
what was not checked is told as not checked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from netc_tui.core.lease import Event, Phase
from netc_tui.core.protocol import STALE, Hop, Said, split_code
from netc_tui.core.words import command, span

PORT = "port"
"""The last hop of the path, after those of ``protocol.Hop``: the service answers on its port. It
is looked at only when asked for."""
PORTS = "ports"
ELSEWHERE = "the way from another machine"
"""What cannot be checked from within the network container."""
CONTAINER = "network container"
"""Where a path is broken that has no hop at all, since its network container does not run."""
HOPS: tuple[str, ...] = (*Hop, PORT)
"""All hops in the order in which a packet from the LAN meets them."""


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
        return Health(State.BROKEN, None, _halted(state, event, error))
    if event is None:
        return unknown(error or "it has not said anything yet")
    at = event.time
    if phase is Phase.STOPPED:
        return Health(State.BROKEN, None, "it has stopped", at)
    if phase is Phase.EXPIRED:
        reason = _address_reason(event) or "the lease ran out"
        return Health(State.BROKEN, Hop.ADDRESS, reason, at)
    if state == "paused":
        return unknown("it is paused: nothing checks the path or renews the lease", at)
    age = now - at
    if abs(age) > timedelta(seconds=STALE):
        heard = span(age.total_seconds())
        return unknown(
            f"nothing heard for {heard}" if age > timedelta() else f"its clock is {heard} ahead", at
        )
    if event.health == State.BROKEN:
        hop = event.hop if event.hop in HOPS else None
        return Health(State.BROKEN, hop, event.reason or event.message or _UNTOLD, at)
    if event.ip is None:
        reason = _address_reason(event) or "it has no lease yet"
        return Health(State.BROKEN, Hop.ADDRESS, reason, at)
    if event.target is None:
        return Health(State.BROKEN, Hop.SERVICE, _service_reason(event), at)
    if event.health != State.HEALTHY:
        return unknown("it has not checked the path", None)
    return Health(State.HEALTHY, checked_at=at)


def with_service(found: Health, fault: str | None) -> Health:
    """``found`` with what the engine says of the service: that goes before what its network
    container last heard of it, but not before a hop that comes earlier."""
    if fault is None or (found.state is State.BROKEN and found.hop != Hop.SERVICE):
        return found
    return msgspec.structs.replace(found, state=State.BROKEN, hop=Hop.SERVICE, reason=fault)


_UNTOLD = "it has not said why"


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


# --- one look at the path, asked for


class Verdict(StrEnum):
    """What came of one check."""

    OK = "ok"
    BROKEN = "broken"
    UNCHECKED = "not checked"


class Checked(msgspec.Struct, frozen=True):
    """One thing that was looked at, or was to be."""

    hop: str
    what: str
    """What it is: ``gateway 10.0.0.1``, ``tcp/80``."""
    verdict: Verdict
    said: str
    """What was found, or why it was not checked."""

    def __str__(self) -> str:
        if self.verdict is Verdict.UNCHECKED:
            return f"{self.what}: not checked" + (f" ({self.said})" if self.said else "")
        return f"{self.what}: {self.said}"


class Check(msgspec.Struct, frozen=True):
    """One look at a path, all of it."""

    parts: tuple[Checked, ...]
    """In the order of the path."""

    @property
    def broken(self) -> Checked | None:
        """The first that is."""
        return next((part for part in self.parts if part.verdict is Verdict.BROKEN), None)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What was not looked at."""
        return tuple(part.what for part in self.parts if part.verdict is Verdict.UNCHECKED)


class Probe(msgspec.Struct, frozen=True):
    """What the command ``protocol.PROBE`` printed."""

    gateway: str | None = None
    """``ok``, ``silent``, ``none`` (the lease names none); None: it did not say."""
    ports: dict[str, str] = {}
    """``tcp/80`` to ``open``, ``refused`` or ``silent``."""
    own: tuple[str, str | None, str | None] | None = None
    """What the network container found of itself when it was asked to look: health, the first
    broken hop, the reason. None: it did not look in time."""


_GATEWAY = frozenset({"ok", "silent", "none"})
_ANSWERS = frozenset({"open", "refused", "silent"})


def parse_probe(text: str) -> Probe:
    """What a probe printed; lines that make no sense are left out, so that they say nothing."""
    gateway: str | None = None
    ports: dict[str, str] = {}
    own: tuple[str, str | None, str | None] | None = None
    for line in text.splitlines():
        what, _, found = line.strip().partition(" ")
        if what == "own":
            state, _, rest = found.partition(" ")
            hop, _, reason = rest.partition(" ")
            if state == State.HEALTHY:
                own = (state, None, None)
            elif state == State.BROKEN and hop in tuple(Hop):
                own = (state, hop, split_code(reason)[1] or None)
        elif what == "gateway" and found in _GATEWAY:
            gateway = found
        elif found in _ANSWERS:
            ports[what] = found
    return Probe(gateway, ports, own)


_OWN_WHAT = {
    Hop.LAN: "link on the LAN",
    Hop.ADDRESS: "address",
    Hop.RULES: "rules",
    Hop.SERVICE: "service",
}
_OWN_OK = {
    Hop.LAN: "up",
    Hop.ADDRESS: "is its own",
    Hop.RULES: "as planned",
    Hop.SERVICE: "found",
}


def assess(
    health: Health,
    facts: "Facts",
    probe: Probe | str,
    fault: str | None = None,
) -> Check:
    """One look put together: what the network container says of itself, and what a probe found.

    ``probe`` is a sentence where it could not be made: what it was to find is not checked then.
    ``fault`` is what the engine says of the service; the kernel answers for one that is paused.
    """
    if isinstance(probe, Probe) and probe.own is not None and health.state is not State.UNKNOWN:
        # It has just looked; what it said before may be seconds old.
        state, hop, reason = probe.own
        health = msgspec.structs.replace(health, state=State(state), hop=hop, reason=reason)
    parts = _own(with_service(health, fault), facts)
    gateway = _gateway(facts, probe)
    # The gateway is part of the LAN: before what needs one.
    at = next((i for i, part in enumerate(parts) if part.hop != Hop.LAN), len(parts))
    parts[at:at] = [gateway] if gateway is not None else []
    parts += [
        _skipped(name, "the service is to be mended first") if fault else _port(name, facts, probe)
        for name in facts.asked
    ]
    if facts.left_out:
        parts.append(_skipped(f"{facts.left_out} more TCP ports", "too many to ask each"))
    parts += [_skipped(name, "no answer of it can be told from silence") for name in facts.other]
    parts.append(_skipped(ELSEWHERE, "it needs another machine"))
    return Check(tuple(parts))


class Facts(msgspec.Struct, frozen=True):
    """What a look at a path is about."""

    service: str
    address: str | None
    gateway: str | None
    target: str | None
    asked: Sequence[str] = ()
    """The ports of the service that are asked, ``tcp/80``."""
    left_out: int = 0
    """How many more TCP ports it has."""
    other: Sequence[str] = ()
    """Those of other protocols, in words."""


def _own(health: Health, facts: Facts) -> list[Checked]:
    """What the network container says of itself, hop by hop as far as it was checked."""
    parts: list[Checked] = []
    if health.state is State.BROKEN and health.hop is None:
        return [Checked(CONTAINER, CONTAINER, Verdict.BROKEN, health.reason or _UNTOLD)]
    for hop, what in _OWN_WHAT.items():
        if hop is Hop.ADDRESS and facts.address:
            what = f"address {facts.address}"
        if hop is Hop.SERVICE:
            what = f"service {facts.service}"
        if health.state is State.UNKNOWN:
            parts.append(Checked(hop, what, Verdict.UNCHECKED, health.reason or ""))
        elif health.hop == hop:
            parts.append(Checked(hop, what, Verdict.BROKEN, health.reason or _UNTOLD))
        elif health.state is State.BROKEN and HOPS.index(hop) > HOPS.index(health.hop or PORT):
            behind = f"behind what is broken at {health.hop}"
            parts.append(Checked(hop, what, Verdict.UNCHECKED, behind))
        else:
            found = f"found at {facts.target}" if hop is Hop.SERVICE else _OWN_OK[hop]
            parts.append(Checked(hop, what, Verdict.OK, found))
    return parts


def _gateway(facts: Facts, probe: Probe | str) -> Checked | None:
    if not facts.gateway and (isinstance(probe, str) or probe.gateway in (None, "none")):
        return None  # the lease names none, which is legal
    what = f"gateway {facts.gateway}" if facts.gateway else "gateway"
    if isinstance(probe, str):
        return Checked(Hop.LAN, what, Verdict.UNCHECKED, probe)
    if probe.gateway == "ok":
        return Checked(Hop.LAN, what, Verdict.OK, "answers")
    if probe.gateway == "silent":
        return Checked(Hop.LAN, what, Verdict.BROKEN, "does not answer ARP from its MAC address")
    return Checked(Hop.LAN, what, Verdict.UNCHECKED, "the probe does not tell of it")


_SAID = {
    "open": (Verdict.OK, "open"),
    "refused": (Verdict.BROKEN, "refused: nothing in {service} listens there"),
    "silent": (Verdict.BROKEN, "{service} does not answer there"),
}


def _port(name: str, facts: Facts, probe: Probe | str) -> Checked:
    if isinstance(probe, str):
        return Checked(PORT, name, Verdict.UNCHECKED, probe)
    if facts.target is None:
        return Checked(PORT, name, Verdict.UNCHECKED, f"{facts.service} is not found")
    if name not in probe.ports:
        return Checked(PORT, name, Verdict.UNCHECKED, "the probe does not tell of it")
    verdict, said = _SAID[probe.ports[name]]
    return Checked(PORT, name, verdict, said.format(service=facts.service))


def _skipped(what: str, why: str) -> Checked:
    return Checked(PORT, what, Verdict.UNCHECKED, why)


def remedy(hop: str, service: str, interface: str, name: str) -> str:
    """What to do about a path that is broken at ``hop``: one clause for the operator."""
    return {
        CONTAINER: f"start it again with: {command('netc', 'up', service, interface)}",
        Hop.LAN: (
            f"is {interface} on the right LAN, and do its switch, its access point or the"
            " hypervisor let further MAC addresses through?"
        ),
        Hop.ADDRESS: f"what it says: {command('docker', 'logs', '--tail', '20', name)}",
        Hop.RULES: f"it mends them by itself within 10 s, unless another tool undoes that:"
        f" {command('netc', 'rules', service)}",
        Hop.SERVICE: f"does {service} run, and on that network? "
        f"{command('docker', 'ps', '--filter', f'name={service}')}",
        PORT: (
            f"does {service} listen there, on all its addresses and not on 127.0.0.1 alone?"
            " Other ports are chosen with --port"
        ),
    }[hop]
