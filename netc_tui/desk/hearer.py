"""Who is told what comes to a desk."""

from enum import StrEnum
from typing import Protocol


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

    def say(self, words: str, tone: Tone = Tone.PLAIN) -> None:
        """A line for the operator."""
        ...
