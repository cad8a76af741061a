"""What one network container has said, as far as it is remembered."""

from datetime import datetime

import msgspec

from netc_tui.core.lease import Event, newest

KEPT = 200
"""Events that are remembered of each."""


class History(msgspec.Struct, frozen=True):
    """The events of one network container, in the order in which they happened."""

    events: tuple[Event, ...] = ()

    def add(self, event: Event) -> "History":
        """With one more; the same when it is known already (a log that is read again repeats it).

        One that comes late is put where it belongs by its time.
        """
        if event in self.events:
            return self
        at = len(self.events)
        while at and self.events[at - 1].time > event.time:
            at -= 1
        return History((*self.events[:at], event, *self.events[at:])[-KEPT:])

    def state(self, now: datetime) -> Event | None:
        """How it stands at ``now``; None when nothing is known."""
        return newest(self.events, now)
