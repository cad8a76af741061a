"""What this program did to services, or saw happen to their network containers."""

from collections.abc import Callable
from datetime import datetime

import msgspec

KEPT = 100
"""Notes that are kept of each service."""


class Note(msgspec.Struct, frozen=True):
    """Something that happened, for the events of a service."""

    time: datetime
    text: str
    trouble: bool = False


class Notes:
    """The notes of each service, oldest first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept: dict[str, tuple[Note, ...]] = {}

    def add(self, service: str, text: str, *, trouble: bool = False) -> None:
        """Remember it; the oldest is forgotten when there are KEPT."""
        noted = Note(self._now(), text, trouble)
        self._kept[service] = (*self.of(service), noted)[-KEPT:]

    def of(self, service: str) -> tuple[Note, ...]:
        """Those of one service."""
        return self._kept.get(service, ())
