"""Whether an engine is on this machine: made with real sockets, and a listener of another user."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netc_tui.engine import machine
from tests.engine.named import OWN, SAME

NOBODY = 65534
LISTEN = """
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
listener.listen()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def roots(path: Path) -> Iterator[Path]:
    """A socket that root listens at."""
    assert os.geteuid() == 0, "only root can listen as root, and as another"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        yield path


@pytest.fixture
def forwarded(path: Path) -> Iterator[Path]:
    """A socket that a plain user listens at, as his ssh would."""
    command = [sys.executable, "-c", LISTEN, str(path)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        yield path
        other.kill()


def test_this_machine(roots: Path) -> None:
    assert machine.here(roots, SAME)


@pytest.mark.parametrize(
    "other",
    [
        {"Name": "elsewhere"},
        {"Name": ""},
        {"Name": None},
        {"KernelVersion": "6.1.0-13-amd64"},
        {"KernelVersion": None},
    ],
)
def test_another_machine(roots: Path, other: dict[str, Any]) -> None:
    """Also at the path that is the engine's own otherwise: a socket can be forwarded anywhere."""
    assert not machine.here(roots, SAME | other)


def test_the_twin_of_this_machine(forwarded: Path) -> None:
    assert machine.listener(forwarded) == NOBODY
    assert not machine.here(forwarded, SAME)


def test_a_rootless_engine(forwarded: Path) -> None:
    assert machine.here(forwarded, SAME | {"SecurityOptions": ["name=rootless"]})


def test_nobody_listens_any_more(path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        machine.here(path, SAME)


@pytest.mark.parametrize(
    ("kernel", "docker"),
    [("6.18", "6.18.0"), ("4.19-ovh", "4.19.0-ovh"), ("6.12.41+deb13", "6.12.41+deb13")],
)
def test_a_kernel_as_docker_writes_it(
    monkeypatch: pytest.MonkeyPatch, roots: Path, kernel: str, docker: str
) -> None:
    own = os.uname_result((OWN.sysname, OWN.nodename, kernel, OWN.version, OWN.machine))
    monkeypatch.setattr(os, "uname", lambda: own)
    assert machine.here(roots, SAME | {"KernelVersion": docker})
    assert not machine.here(roots, SAME | {"KernelVersion": f"{docker}-other"})
