"""Who is told what comes to a desk."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

Holds = Callable[[], bool]
"""Is what was said still so? Asked again and again, so it must be cheap."""


class Tone(StrEnum):
    """How a line to the operator is meant."""

    PLAIN = ""
    ASIDE = "dim"
    GOOD = "ok"
    WARNING = "warn"
    BAD = "bad"


class Hearer(Protocol):
    """Shows what the desk knows."""

    def changed(self) -> None:
        """Something of the site or of the jobs is new."""
        ...

    def links_changed(self) -> None:
        """The host's interfaces are others than before."""
        ...

    def service_read(self) -> None:
        """Something of the service that is watched was read: its rules, its path."""
        ...

    def say(self, words: str, tone: Tone = Tone.PLAIN, holds: Holds | None = None) -> None:
        """A line for the operator, until the next one or until it ``holds`` no more."""
        ...


class FleetHearer(Protocol):
    """Shows what the desks of several hosts know; the same of each, with the host's name."""

    def changed(self, host: str) -> None:
        """Something of the site or of the jobs is new."""
        ...

    def links_changed(self, host: str) -> None:
        """The host's interfaces are others than before."""
        ...

    def service_read(self, host: str) -> None:
        """Something of the service that is watched was read."""
        ...

    def say(self, words: str, tone: Tone = Tone.PLAIN, holds: Holds | None = None) -> None:
        """A line for the operator."""
        ...


class OfHost:
    """Who is told what comes to the desk of a host; its name is empty where it is the only one."""

    def __init__(self, hearer: FleetHearer, host: str) -> None:
        self._hearer, self._host = hearer, host

    def changed(self) -> None:
        """See Hearer."""
        self._hearer.changed(self._host)

    def links_changed(self) -> None:
        """See Hearer."""
        self._hearer.links_changed(self._host)

    def service_read(self) -> None:
        """See Hearer."""
        self._hearer.service_read(self._host)

    def say(self, words: str, tone: Tone = Tone.PLAIN, holds: Holds | None = None) -> None:
        """With the name of its host."""
        self._hearer.say(f"{self._host}: {words}" if self._host else words, tone, holds)
