"""When automation does what it decided: what is to go is given a moment, what failed is tried again
ever more seldom."""

import msgspec

from netc_tui.core.rounds import Decision, Ruling

GRACE = 5.0
"""Seconds that a service may be gone, or ask for nothing, before what it has is turned off: one
that is made anew is gone in between."""
FIRST, LONGEST = 5.0, 600.0
"""Seconds until what failed is tried again, and at most between two tries; each is twice the one
before."""


class Failure(msgspec.Struct, frozen=True):
    """What was tried and failed."""

    decision: Decision
    why: str
    times: int
    again: float
    """When it is tried again, on the clock that ``Patience`` is told."""


class Patience:
    """What was decided about each service, since when, and how often it failed. ``now`` is any
    clock in seconds that never goes back."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[Decision, float]] = {}
        self._failures: dict[str, Failure] = {}
        self._done: dict[str, Decision] = {}
        """What was done last for each service of which nothing else is decided since."""

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What is to be tried again, by service."""
        return tuple(self._failures[name] for name in sorted(self._failures))

    def take(self, decisions: tuple[Decision, ...], now: float) -> None:
        """What is decided now; of services that are not spoken of any more nothing is kept."""
        before = self._since
        self._since = {}
        for decision in decisions:
            known = before.get(decision.service)
            same = known is not None and _same(known[0], decision)
            self._since[decision.service] = known if known and same else (decision, now)
        self._failures = {
            name: failure
            for name, failure in self._failures.items()
            if name in self._since and _same(failure.decision, self._since[name][0])
        }
        self._done = {
            name: done
            for name, done in self._done.items()
            if name in self._since and _same(done, self._since[name][0])
        }

    def wait(self, decision: Decision, now: float) -> float:
        """Seconds until it is to be done; 0: now."""
        failure = self._failures.get(decision.service)
        if failure is not None:
            return max(0.0, failure.again - now)
        known = self._since.get(decision.service)
        if decision.ruling is not Ruling.TURN_OFF or known is None:
            return 0.0
        return max(0.0, known[1] + GRACE - now)

    def failed(self, decision: Decision, why: str, now: float) -> Failure:
        """It was tried and failed."""
        before = self._failures.get(decision.service)
        times = before.times + 1 if before is not None and _same(before.decision, decision) else 1
        pause = min(FIRST * 2 ** min(times - 1, 20), LONGEST)
        found = self._failures[decision.service] = Failure(decision, why, times, now + pause)
        return found

    def done(self, decision: Decision) -> None:
        """It came to a good end. Whether anything came of it the next look shows."""
        self._done[decision.service] = decision

    def in_vain(self, decision: Decision) -> bool:
        """Was this done, and is the same to be done by what was seen since? Whatever the reason, it
        is to be tried ever more seldom, too."""
        done = self._done.pop(decision.service, None)
        return done is not None and _same(done, decision)


def _same(one: Decision, other: Decision) -> bool:
    """Is it the same that is to be done, whatever the reason?"""
    return (one.ruling, one.wish) == (other.ruling, other.wish)
