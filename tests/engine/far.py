"""Another machine, as far as ssh sees it: an ssh server of its own on loopback, with throw-away
keys, and something that speaks HTTP at a socket behind it."""

import contextlib
import getpass
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer

import pytest

from netc_tui.engine import Endpoint
from netc_tui.engine.endpoints import at

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or "sshd"
SERVER = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/allowed
PidFile none
StrictModes no
UsePAM no
{more}
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
"""
CLIENT = """\
Host *
  IdentityFile {folder}/key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
  GlobalKnownHostsFile /dev/null
Host far
  HostName 127.0.0.1
  Port {port}
{more}
"""
LISTENS = "0A"
"""The state of a socket that does (proc(5)): TCP_LISTEN."""
INFO = {"ID": "far", "Name": "far", "ServerVersion": "20.10.24", "KernelVersion": "6.1.0"}


class Behind(ThreadingMixIn, UnixStreamServer):
    """What listens at the socket: as much of an engine as is asked of it here."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), Answer)
        self.held = threading.Event()
        """Set: nothing is answered any more."""
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has gone: that is what is tried here."""

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Behind"

    def do_GET(self) -> None:
        while self.server.held.is_set():
            time.sleep(0.05)
        path = self.path.partition("?")[0].removeprefix("/v1.41")
        if path == "/events":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.flush()
            time.sleep(60)
            return
        answer = {"/_ping": b"OK", "/info": json.dumps(INFO).encode()}.get(path, b"[]")
        self.send_response(200)
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def address_string(self) -> str:
        return "ssh"

    def log_message(self, format: str, *args: object) -> None:
        pass


class Far:
    """The machine. ``far`` is its name in the configuration of ssh."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="netc-far-"))
        self.docker = self.folder / "docker.sock"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        for name in ("host", "key"):
            self.key(name)
        (self.folder / "allowed").write_text((self.folder / "key.pub").read_text())
        self.know("host")
        self.configure()
        own = self.folder / "bin"
        own.mkdir()
        real = shutil.which("ssh")
        (own / "ssh").write_text(f'#!/bin/sh\nexec {real} -F {self.folder}/config "$@"\n')
        (own / "ssh").chmod(0o755)
        monkeypatch.setenv("PATH", f"{own}:{os.environ['PATH']}")
        self.runtime = self.folder / "run"
        self.runtime.mkdir(0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(self.runtime))
        self.server: subprocess.Popen[bytes] | None = None
        self.behind: Behind | None = None

    @property
    def url(self) -> str:
        return f"ssh://far{self.docker}"

    @property
    def endpoint(self) -> Endpoint:
        return at(self.url, "a test")

    def key(self, name: str) -> None:
        """Make a key, in place of what has its name."""
        file = self.folder / name
        file.unlink(missing_ok=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True, input=b"y\n"
        )

    def know(self, name: str) -> None:
        """Have the client know this one for the machine's."""
        public = (self.folder / f"{name}.pub").read_text()
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {public}")

    def configure(self, more: str = "") -> None:
        """The operator's own configuration of ssh."""
        made = CLIENT.format(folder=self.folder, port=self.port, more=more)
        (self.folder / "config").write_text(made)

    def serve(self, more: str = "") -> None:
        """Start the ssh server."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        config = self.folder / "sshd_config"
        config.write_text(SERVER.format(folder=self.folder, port=self.port, more=more))
        log = self.folder / "sshd.log"
        self.server = subprocess.Popen(
            [SSHD, "-D", "-f", config, "-E", log], start_new_session=True, stdin=subprocess.DEVNULL
        )
        until = time.monotonic() + 10
        while not self._listens():
            assert self.server.poll() is None, log.read_text()
            assert time.monotonic() < until
            time.sleep(0.02)

    def _listens(self) -> bool:
        """Asked of the kernel: for each that calls, the server has a process for a moment."""
        own = f"0100007F:{self.port:04X}"
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            if (local, state) == (own, LISTENS):
                return True
        return False

    def listen(self) -> Behind:
        """Have something at the engine's socket."""
        self.docker.unlink(missing_ok=True)
        self.behind = Behind(self.docker)
        return self.behind

    def sshds(self) -> list[int]:
        """The processes of the server, those for its clients, too."""
        assert self.server is not None
        return [self.server.pid, *below(self.server.pid)]

    def signal(self, number: int) -> None:
        for pid in self.sshds():
            os.kill(pid, number)

    def end(self) -> None:
        """End the server with all that it serves."""
        if self.server is not None:
            for pid in reversed(self.sshds()):
                with contextlib.suppress(ProcessLookupError):  # its client went
                    os.kill(pid, signal.SIGKILL)
            self.server.wait()
            self.server = None

    def clients(self) -> list[int]:
        """The processes of ssh that have to do with this machine."""
        return [pid for pid, line in _lines() if f"{self.folder}/config" in line]

    def nobody_left(self, seconds: float = 3) -> bool:
        """Is no ssh there within so many seconds?"""
        until = time.monotonic() + seconds
        while self.clients():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def close(self) -> None:
        self.end()
        if self.behind is not None:
            self.behind.close()
        for pid in self.clients():
            with contextlib.suppress(ProcessLookupError):  # it was about to end
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder)


def user() -> str:
    return getpass.getuser()


def below(pid: int) -> list[int]:
    """The descendants of a process."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in file.read_text().split():
            found += [int(child), *below(int(child))]
    return found


def _lines() -> list[tuple[int, str]]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().split(b"\0")
        except OSError:
            continue
        found.append((int(file.parent.name), os.fsdecode(b" ".join(words))))
    return found
