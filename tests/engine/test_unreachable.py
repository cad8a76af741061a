"""What an operator reads when the engine cannot be reached: made with real sockets."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import connect
from netc_tui.engine.endpoints import in_force

NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may enter, unlike tmp_path, with a short name for sockets."""
    made = Path(tempfile.mkdtemp(prefix="netc-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(autouse=True)
def no_context(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("DOCKER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def failure() -> NetcError:
    with pytest.raises(NetcError) as caught:
        asyncio.run(connect(in_force()))
    assert caught.value.code == Exit.ENGINE
    assert "\n" not in caught.value.message
    return caught.value


def test_no_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    assert "none.sock does not exist" in failure().message


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    path = folder / "d.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    message = failure().message
    assert f"engine at {path} is not running" in message
    assert "systemctl start docker" in message


def test_an_answer_that_is_none(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    path = folder / "d.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()

        def talk() -> None:
            with contextlib.suppress(OSError):  # until the test closes it
                while True:
                    client, _ = other.accept()
                    client.recv(100)
                    client.sendall(b"220 mail.example.com ESMTP\r\n\r\n")
                    client.close()

        threading.Thread(target=talk, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        assert "does not answer" in failure().message


def test_a_remote_one_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("DOCKER_HOST", host)
    assert f"no Docker engine answers at {host}" in failure().message


@pytest.mark.parametrize("host", ["foo://bar", "unix://", "tcp://[::1", "tcp://h:99999", "ssh://h"])
def test_a_host_that_makes_no_sense(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    failure()


def test_a_context_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "office")
    message = failure().message
    assert "no Docker context 'office'" in message
    assert "docker context ls" in message


def test_a_damaged_context(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    meta = tmp_path / "contexts" / "meta" / hashlib.sha256(b"office").hexdigest()
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text("{")
    (tmp_path / "config.json").write_text('{"currentContext": "office"}')
    failure()


def test_certificates_that_are_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    assert "certificates" in failure().message


AS_NOBODY = """
import asyncio, os, sys
from netc_tui.core.errors import NetcError
from netc_tui.engine import connect
from netc_tui.engine.endpoints import in_force
async def attempt():
    try:
        await connect(in_force())
    except NetcError as error:
        return error
os.environ["DOCKER_HOST"] = "unix:///nonexistent/first"
asyncio.run(attempt())  # all that is imported late is imported now, while it can be read
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
os.environ["DOCKER_HOST"] = "unix://" + sys.argv[1]
error = asyncio.run(attempt())
print(int(error.code), error.message)
"""


@pytest.mark.parametrize(
    ("mode", "group", "around", "words"),
    [
        (0o660, 1, 0o755, "its group is daemon: `sudo usermod -aG daemon $USER`"),
        (0o600, 1, 0o755, "only root may"),
        (0o660, 0, 0o755, "only root may"),
        (0o666, 1, 0o700, "a folder that you cannot read"),
    ],
)
def test_not_permitted(folder: Path, mode: int, group: int, around: int, words: str) -> None:
    assert os.geteuid() == 0, "only root can make a socket of another group"
    path = folder / "d.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        os.chown(path, 0, group)
        path.chmod(mode)
        folder.chmod(around)
        ran = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, path], capture_output=True, text=True, check=True
        )
    assert ran.stdout.startswith(f"{int(Exit.ENGINE)} not permitted to use {path}: ")
    assert words in ran.stdout
    assert ran.stdout.count("\n") == 1
