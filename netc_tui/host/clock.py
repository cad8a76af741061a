"""This machine's clocks: the wall clock, which may be put, and the time since its boot."""

import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from netc_tui.core.lease import Boot


def boot() -> Boot | None:
    """The boot that this machine is in; None where the kernel does not tell.

    CLOCK_BOOTTIME counts sleep too, as the uptime does that network containers tell (proc(5)).
    """
    found = _boot_id()
    if found is None:
        return None
    began = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return Boot(found, datetime.fromtimestamp(began, UTC))


@cache
def _boot_id() -> str | None:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip() or None
    except OSError:
        return None
