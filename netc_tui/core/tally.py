"""How often each thing happened to one network container, and how much it forwarded, as far as its
log was read."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping

from netc_tui.core.forwarded import Totals
from netc_tui.core.lease import Event

REACH = 500
"""Events by which one that comes again is known: more than are ever read at a time."""


class Tally:
    """Counts events, each once, however often it is read. A count never becomes less."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._last: deque[Event] = deque(maxlen=REACH)
        self._known: set[Event] = set()
        self.totals = Totals()

    def take(self, said: Iterable[Event]) -> None:
        """What was said, in the order of the log; what was taken before may come again."""
        for event in said:
            if event in self._known:
                continue
            if len(self._last) == REACH:
                self._known.discard(self._last[0])
            self._last.append(event)
            self._known.add(event)
            self._counts[event.event] += 1
            self.totals.take((event.boot, event.began), event.forwarded)

    @property
    def counts(self) -> Mapping[str, int]:
        """By the event's name; 0 for what did not happen."""
        return self._counts
