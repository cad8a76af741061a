"""What can go wrong, as one exception type with the exit code it ends in.

Every error that an operator can cause or meet is a ``NetcError``: one line that says what to
do next. Anything else that escapes is a defect of ours and may show a traceback.
"""

from collections.abc import Sequence
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line; scripts rely on them."""

    DONE = 0
    """The command did what was asked, or found it done."""
    FAILED = 1
    """It failed for a reason that has no code of its own; the message says which."""
    USAGE = 2
    """The command line is not well formed."""
    NO_SERVICE = 3
    """No such service, or it exposes no ports."""
    NO_LEASE = 4
    """No lease in time; the network container goes on trying."""
    ENGINE = 5
    """The engine is not reachable, or not permitted (also: root is needed and missing)."""
    INTERFACE = 6
    """The interface is unknown or unfit."""
    PATH = 7
    """There is a lease, but the path to the service is broken; the message says at which hop."""


class NetcError(Exception):
    """An error for the operator: one line, and the exit code that goes with it.

    ``details`` are lines that somebody else's program printed, for whoever wants to know more.
    """

    def __init__(
        self, message: str, code: Exit = Exit.FAILED, *, details: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = tuple(details)
