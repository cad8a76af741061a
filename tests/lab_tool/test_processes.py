"""Processes of a lab: found, and not taken for others."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.lab import processes


@pytest.mark.parametrize("path", ["/usr/bin:", ":/usr/bin", "/usr/bin::/bin", ".:bin:/usr/bin", ""])
def test_root_runs_nothing_from_the_folder_it_is_in(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", path)
    folders = processes.environment()["PATH"].split(":")
    assert all(folder.startswith("/") for folder in folders)
    assert "/usr/sbin" in folders


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_a_signal_reaches_the_process_that_was_found_and_none_with_its_number(
    sleeper: subprocess.Popen[bytes],
) -> None:
    (found,) = processes._those(lambda pid: pid == sleeper.pid)
    assert found.alive
    later = found._replace(start=found.start + 1)
    assert not later.alive
    processes.kill([later])
    with pytest.raises(subprocess.TimeoutExpired):
        sleeper.wait(0.2)
    processes.kill([found], signal.SIGTERM)
    assert sleeper.wait(5) == -signal.SIGTERM
    processes.kill([found])
    assert not found.alive


def test_the_namespaces_of_a_process_that_is_gone_are_not_entered(
    sleeper: subprocess.Popen[bytes],
) -> None:
    (found,) = processes._those(lambda pid: pid == sleeper.pid)
    with processes.inward(found, "net") as prefix:
        file = Path(prefix[1].removeprefix("--net="))
        assert file.samefile(f"/proc/{sleeper.pid}/ns/net")
    later = found._replace(start=found.start + 1)
    with pytest.raises(NetcError, match="is gone"), processes.inward(later, "net"):
        pass


def test_a_pid_that_passes_to_another_process_while_it_is_looked_at_is_not_taken() -> None:
    answers = iter([True, False])
    assert list(processes._those(lambda pid: pid == os.getpid() and next(answers))) == []
