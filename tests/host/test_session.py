"""Which interface carries the operator's SSH session."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.model import Interface
from netc_tui.host.session import session_address, session_interface

SSH = "10.0.0.9 50022 10.0.0.5 22"
INTERFACES = (
    Interface("lo", "ethernet", addresses=("127.0.0.1/8",)),
    Interface("eth0", "ethernet", addresses=("rubbish", "192.168.1.5/24", "10.0.0.5/24")),
    Interface("eth1", "ethernet", addresses=("10.0.0.50/24",)),
)


class Processes:
    """A /proc of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(
        self, pid: int, parent: int | bytes, environ: bytes | None = b"", name: bytes = b"sh"
    ) -> None:
        own = self.folder / str(pid)
        own.mkdir()
        up = parent if isinstance(parent, bytes) else str(parent).encode()
        (own / "stat").write_bytes(b"%d (%b) S %b 1 1" % (pid, name, up))
        if environ is not None:
            (own / "environ").write_bytes(environ)


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(tmp_path)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (SSH, "10.0.0.5"),
        ("::ffff:10.0.0.9 50022 ::ffff:10.0.0.5 22", "10.0.0.5"),
        ("fe80::1%eth0 50022 fe80::5%eth0 22", "fe80::5%eth0"),
        ("2001:db8::1 50022 2001:db8::5 22", "2001:db8::5"),
        ("10.0.0.9 50022 10.0.0.5", None),
        ("10.0.0.9 50022 10.0.0.256 22", None),
        ("10.0.0.9 50022 \x1b[31m 22", None),
        ("UNKNOWN 65535 UNKNOWN 65535", None),
        ("", None),
    ],
)
def test_the_environment_tells(value: str, address: str | None, processes: Processes) -> None:
    assert session_address({"SSH_CONNECTION": value}, 100, processes.folder) == address


def test_an_ancestor_tells_what_sudo_dropped(processes: Processes) -> None:
    processes.add(100, 90, b"HOME=/root\0")
    processes.add(90, 80, None, name=b"su) S 1 (do")
    processes.add(80, 70, b"A=1\0NOT_SSH_CONNECTION=1 2 3.3.3.3 4\0SSH_CONNECTION=no\0")
    processes.add(70, 60, b"A=1\0SSH_CONNECTION=" + SSH.encode() + b"\0B=2")
    processes.add(60, 1, b"SSH_CONNECTION=1.1.1.1 1 1.1.1.2 22\0")
    assert session_address({}, 100, processes.folder) == "10.0.0.5"
    assert session_address({"SSH_CONNECTION": "1.1.1.1 1 1.1.1.3 22"}, 100) == "1.1.1.3"


def test_no_session(processes: Processes) -> None:
    processes.add(100, 90, b"\xff\xfe=\xff\0SSH_CONNECTION\0=\0")
    processes.add(90, 1)
    processes.add(1, 0, b"SSH_CONNECTION=" + SSH.encode())
    assert session_address({}, 100, processes.folder) is None
    assert session_address({}, 12345, processes.folder) is None


@pytest.mark.parametrize("parent", [b"", b"x", b"100", b"-7", b"99999999999999999999"])
def test_a_table_of_processes_that_makes_no_sense(parent: bytes, processes: Processes) -> None:
    processes.add(100, parent)
    assert session_address({}, 100, processes.folder) is None


def test_processes_of_this_machine() -> None:
    """An ancestor of its own: what it was started with, not what it says later."""
    code = (
        "import os; from netc_tui.host.session import session_address as find;"
        "os.environ.clear(); pid = os.fork();"
        "print(find({}, os.getpid())) if not pid else os.waitpid(pid, 0)"
    )
    env = {**os.environ, "SSH_CONNECTION": SSH}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout == "10.0.0.5\n", done.stderr


@given(st.text(), st.text(), st.binary())
def test_anything(value: str, address: str, environ: bytes) -> None:
    session_address({"SSH_CONNECTION": value}, 2**22 + 1)
    interfaces = (Interface("eth0", "ethernet", addresses=(value,)), *INTERFACES)
    session_interface(address, interfaces)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.0.0.5", "eth0"),
        ("::ffff:10.0.0.5", "eth0"),
        ("10.0.0.50", "eth1"),
        ("127.0.0.1", "lo"),
        ("10.0.0.6", None),
        ("2001:db8::5", "eth1"),
        ("2001:DB8:0::5", "eth1"),
        ("2001:db8::6", None),
        ("2001:db8::7", None),
        ("fe80::5%eth0", "eth0"),
        ("fe80::5%eth1", "eth1"),
        ("fe80::5%eth7", None),
        ("", None),
        (None, None),
    ],
)
def test_the_interface(address: str | None, name: str | None, tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net/if_inet6").write_text(
        "00000000000000000000000000000001 01 80 10 80       lo\n"
        "20010db8000000000000000000000005 03 40 00 80     eth1\n"
        "20010db8000000000000000000000007 04 40 00 80     eth7\n"
        "fe800000000000000000000000000005 02 40 20 80     eth0\n"
    )
    assert session_interface(address, INTERFACES, tmp_path) == name


def test_a_kernel_without_ipv6(tmp_path: Path) -> None:
    assert session_interface("2001:db8::5", INTERFACES, tmp_path) is None
