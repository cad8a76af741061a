"""One change to a lab at a time, also past the death of whoever made it.

The lock is a ``flock``: it belongs to the open file, not to the process. Commands that change the
machine (``ip``, starting a daemon) inherit it, so that when ``up`` is killed in the middle, a
``down`` waits for the command still on its way instead of missing what it is about to make.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from netc_tui.core.errors import NetcError
from netc_tui.lab.folders import make, require_root_s
from netc_tui.lab.layout import RUNTIME, Layout

PATIENCE = 60.0


@contextmanager
def locked(layout: Layout) -> Iterator[int]:
    """The lab's lock, as a file descriptor.

    Raises NetcError when it is not free in a minute, and when another user could hold it for ever
    or change what is under it.
    """
    require_root_s(layout)
    lock = _acquire(layout, time.monotonic() + PATIENCE)
    try:
        yield lock
    finally:
        os.close(lock)


def discard(layout: Layout) -> None:
    """Remove the lock file. For the holder only: others waiting for it notice and begin again."""
    layout.lock.unlink(missing_ok=True)
    with suppress(OSError):
        RUNTIME.rmdir()


def _acquire(layout: Layout, deadline: float) -> int:
    while True:
        lock = _open(layout)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        except BaseException:
            os.close(lock)
            raise
        else:
            # A `down` that just ended may have removed the file this lock is on.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(lock), layout.lock.stat()):
                    return lock
            os.close(lock)
            continue
        if time.monotonic() > deadline:
            raise NetcError(f"another netc is at work on the lab {layout.name}; try again later")
        time.sleep(0.02)


def _open(layout: Layout) -> int:
    while True:
        make(RUNTIME)
        with suppress(FileNotFoundError):  # RUNTIME was removed between the two calls
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            return os.open(layout.lock, flags, 0o600)
