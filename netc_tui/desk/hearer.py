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
