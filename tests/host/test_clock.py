"""This machine's clocks, against what the kernel says elsewhere."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from netc_tui.host import clock


def test_the_boot_is_the_one_whose_uptime_the_kernel_tells() -> None:
    found = clock.boot()
    assert found is not None
    assert found.id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert abs((datetime.now(UTC) - found.began).total_seconds() - uptime) < 1


def test_a_kernel_that_does_not_tell_its_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_boot_id", lambda: None)
    assert clock.boot() is None
