"""What the service manager is told, on a socket as systemd has one."""

import os
import socket
from pathlib import Path

import pytest

from netc_tui.host.manager import patience, tell


@pytest.mark.parametrize("abstract", [False, True])
def test_it_is_told(tmp_path: Path, abstract: bool) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears:
        name = f"netc-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
        ears.bind(f"\0{name}" if abstract else name)
        assert tell("READY=1", {"NOTIFY_SOCKET": f"@{name}" if abstract else name})
        assert ears.recv(100) == b"READY=1"


@pytest.mark.parametrize("path", ["", "relative", "/nobody/there", "vsock:2:1"])
def test_without_one_nothing_happens(path: str) -> None:
    assert not tell("READY=1", {"NOTIFY_SOCKET": path})
    assert not tell("READY=1", {})


def test_one_that_does_not_read_holds_nothing_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears:
        ears.bind(str(tmp_path / "notify"))
        for _ in range(10000):
            if not tell("x" * 1000, {"NOTIFY_SOCKET": str(tmp_path / "notify")}):
                break
        else:
            pytest.fail("it took all that, unread")


def test_how_long_it_waits_for_a_sign_of_life() -> None:
    assert patience({"WATCHDOG_USEC": "30000000"}) == 30
    assert patience({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, pid=7) == 30
    assert patience({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, pid=7) is None
    for none in ("", "0", "soon", "-1"):
        assert patience({"WATCHDOG_USEC": none}) is None
