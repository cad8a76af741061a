"""What this program is doing to a service: a job, its progress, and the notes it leaves."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What is being done, as the row says it."""

    ON = "turning on"
    OFF = "turning off"
    MOVE = "changing"
    RENEW = "renewing"
    RESTART = "restarting"
    REMOVE = "removing"


TURNING_ON = (Kind.ON, Kind.MOVE)
"""What should leave it on."""


class Job(msgspec.Struct, frozen=True):
    """Something under way for one service, or what went wrong with it."""

    kind: Kind
    step: str = ""
    """The step it is at."""
    waiting: bool = False
    """All is done but for the lease, which is waited for: it can be given up at no harm."""
    error: str | None = None
    """Why it failed; then it is over, and shown until the next job, or until it is no longer so."""
    failed_at: datetime | None = None

    @property
    def under_way(self) -> bool:
        """Not over."""
        return self.error is None


class Note(msgspec.Struct, frozen=True):
    """Something this program did, or saw happen, for the events panel."""

    time: datetime
    text: str
    trouble: bool = False
