"""A look at a path: what was checked, hop by hop, and what came of it.

Only the first broken hop is the cause. What is broken behind it is said to follow from it, and
what was not checked is told as that.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from netc_tui.core.findings import CLIENT, CONTAINER, HOPS, PORT, Finding, Severity
from netc_tui.core.health import State
from netc_tui.core.protocol import Hop


class Verdict(StrEnum):
    """What came of one check."""

    OK = "ok"
    BROKEN = "broken"
    DOUBTFUL = "doubtful"
    UNCHECKED = "not checked"


class Checked(msgspec.Struct, frozen=True):
    """One thing that was looked at, or was to be."""

    hop: str
    """One of ``findings.HOPS``, or ``findings.CONTAINER``."""
    what: str
    """What it is: ``gateway 10.0.0.1``, ``tcp/80``."""
    verdict: Verdict
    said: str
    """What was found, or why it was not checked."""
    finding: Finding | None = None
    """What is wrong, where something is."""
    aside: bool = False
    """Not checked, and its hop is as sound as it is without."""

    def __str__(self) -> str:
        if self.verdict is Verdict.UNCHECKED:
            return f"{self.what}: not checked" + (f" ({self.said})" if self.said else "")
        return f"{self.what}: {self.said}"


def ok(hop: str, what: str, said: str) -> Checked:
    """It is as it should be."""
    return Checked(hop, what, Verdict.OK, said)


def unchecked(hop: str, what: str, why: str, *, aside: bool = False) -> Checked:
    """Nobody knows, and why."""
    return Checked(hop, what, Verdict.UNCHECKED, why, aside=aside)


def wrong(hop: str, what: str, finding: Finding) -> Checked:
    """Something is wrong, by a finding; ``hop`` is where it was looked for."""
    broken = finding.kind.severity is Severity.BROKEN
    verdict = Verdict.BROKEN if broken else Verdict.DOUBTFUL
    return Checked(hop, what, verdict, finding.cause, finding)


class HopState(msgspec.Struct, frozen=True):
    """One hop of a look."""

    hop: str
    state: State
    parts: tuple[Checked, ...]
    """What was looked at, or was to be."""
    finding: Finding | None
    """What is wrong there, unless it follows from what is wrong before."""
    follows: str | None = None
    """The hop whose break this one follows from."""

    @property
    def checked(self) -> bool:
        """Was anything looked at there?"""
        return any(part.verdict is not Verdict.UNCHECKED for part in self.parts)

    @property
    def evidence(self) -> tuple[str, ...]:
        """What was seen, a clause each."""
        return tuple(map(str, self.parts))


class Check(msgspec.Struct, frozen=True):
    """One look at a path, all of it."""

    parts: tuple[Checked, ...]
    """In the order of the path."""
    at: datetime | None = None
    """When it was looked at."""

    @property
    def broken(self) -> Checked | None:
        """The first that is: the cause."""
        return next((part for part in self.parts if part.verdict is Verdict.BROKEN), None)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What was not looked at."""
        return tuple(part.what for part in self.parts if part.verdict is Verdict.UNCHECKED)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The cause first, then what is doubtful; what follows from the cause is none."""
        first = self.broken
        doubtful = [
            part
            for part in self.parts
            # What clients meet behind a break follows from it, too.
            if part.verdict is Verdict.DOUBTFUL and (first is None or part.hop != CLIENT)
        ]
        found = [part.finding for part in ([first] if first else []) + doubtful]
        return tuple(dict.fromkeys(finding for finding in found if finding is not None))

    @property
    def state(self) -> State:
        """The whole path: healthy needs each hop to have been checked but for the client's, of
        which some always needs another machine."""
        if self.broken is not None:
            return State.BROKEN
        if any(part.verdict is Verdict.DOUBTFUL for part in self.parts):
            return State.DOUBTFUL
        sound = {hop.hop for hop in self.hops if hop.state is State.HEALTHY}
        return State.HEALTHY if sound >= {*Hop, PORT} else State.UNKNOWN

    @property
    def hops(self) -> tuple[HopState, ...]:
        """Hop by hop. A network container that is broken itself counts to the first."""
        cause = self.broken
        return tuple(self._hop(hop, cause) for hop in HOPS)

    def _hop(self, hop: str, cause: Checked | None) -> HopState:
        parts = tuple(part for part in self.parts if _place(part) == hop)
        verdicts = {part.verdict for part in parts if not part.aside}
        if Verdict.BROKEN in verdicts:
            state = State.BROKEN
        elif Verdict.DOUBTFUL in verdicts:
            state = State.DOUBTFUL
        elif Verdict.OK in verdicts and Verdict.UNCHECKED not in verdicts:
            state = State.HEALTHY
        else:
            state = State.UNKNOWN
        finding = next((part.finding for part in parts if part.finding is not None), None)
        if state is State.DOUBTFUL and hop == CLIENT and cause is not None:
            return HopState(hop, state, parts, None, _place(cause))
        if state is State.BROKEN and cause is not None:
            finding = next((part.finding for part in parts if part is cause), None)
            if cause not in parts:
                return HopState(hop, state, parts, None, _place(cause))
        return HopState(hop, state, parts, finding)


def _place(part: Checked) -> str:
    return HOPS[0] if part.hop == CONTAINER else part.hop
