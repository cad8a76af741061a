"""What one network container has said, as far as it is remembered."""

from datetime import datetime, timedelta

import msgspec

from netc_tui.core.lease import Event
from netc_tui.core.protocol import QUIET

KEPT = 200
"""Events that are remembered of each."""
AHEAD = timedelta(seconds=5)
"""How far an event may be ahead of our clock before it is one from before the clock jumped back."""


class History(msgspec.Struct, frozen=True):
    """The events of one network container, in the order in which they happened.

    What is read together stands in the order of the log, whatever its times say. Between what
    came at several times the events' own times decide.
    """

    entries: tuple[tuple[Event, datetime], ...] = ()
    """Each with the moment by which it is in order."""
    end: Event | None = None
    """The end of the log, as far as lines were read together."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened, oldest first; signs of life are none of that."""
        return tuple(event for event, _ in self.entries if event.event not in QUIET)

    def add(self, *said: Event) -> "History":
        """With these, given in the order of the log; those that are known are not doubled."""
        # Where times go back it was the clock that was put back: what was said before that
        # happened no later than what was said after.
        moments: list[datetime] = []
        for event in reversed(said):
            moments.append(min(event.time, moments[-1]) if moments else event.time)
        known = dict(self.entries)
        end = None
        if len(said) > 1:
            late = said[-1] in known and self.end is not None and self.end not in said
            end = self.end if late else said[-1]
            if not late:  # what it does not have was said before it
                known = {event: min(at, moments[0]) for event, at in known.items()}
        for event, at in zip(said, reversed(moments), strict=True):
            before = known.pop(event, at)
            known[event] = min(at, before)
        ordered = sorted(known.items(), key=lambda entry: entry[1])
        return History(tuple(_newest(ordered)), end)

    def state(self, now: datetime) -> Event | None:
        """How it stands at ``now``: the end of the log, or of single events the latest; None when
        nothing is known. Of those, one from the future was said before the clock was put back, so
        any other goes before it."""
        if self.end is not None:
            return self.end
        for event, at in reversed(self.entries):
            if at <= now + AHEAD:
                return event
        return self.entries[-1][0] if self.entries else None


def _newest(ordered: list[tuple[Event, datetime]]) -> list[tuple[Event, datetime]]:
    """The newest of those that happened, and of the signs of life between them: a day of these
    alone does not make an event forgotten."""
    left = {True: KEPT, False: KEPT}
    kept = []
    for entry in reversed(ordered):
        quiet = entry[0].event in QUIET
        if left[quiet]:
            left[quiet] -= 1
            kept.append(entry)
    return kept[::-1]
