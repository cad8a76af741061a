"""A job: what is being done to a service, or why that failed."""

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
    AUTO = "giving back to its labels"
    HAND_OVER = "moving"
    TAKE_OVER = "taking over"


TURNING_ON = (Kind.ON, Kind.MOVE, Kind.TAKE_OVER)
"""What should leave it on."""
TURNING_OFF = (Kind.OFF, Kind.REMOVE)
"""What ends its network container, whatever that is about."""
LEFT_OFF = (*TURNING_OFF, Kind.HAND_OVER)
"""What should leave it off."""


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
