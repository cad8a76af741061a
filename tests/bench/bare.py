"""The floor: the engine's own HTTP calls over its socket, with nothing of netc or the SDK.

The calls are those that `netc up` was seen to make, recorded between it and the engine, so the
floor makes the same container, to the byte, whatever becomes of netc's own code.
"""

import contextlib
import http.client
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from netc_tui.core.errors import NetcError
from tests.bench.site import connect

ID = re.compile(r"\b[0-9a-f]{64}\b")
CREATED = re.compile(r"/containers/create\?(?:.*&)?name=([^&]+)")


@dataclass(frozen=True)
class Call:
    """A request to the engine."""

    method: str
    path: str
    body: bytes = b""

    @property
    def name(self) -> str:
        """What it does, for people."""
        words = [word for word in self.path.partition("?")[0].split("/") if word]
        return f"{words[-3 if len(words) > 3 else -2]} {words[-1]}"

    def replaced(self, old: str, new: str) -> "Call":
        """The same for something else."""
        body = self.body.replace(old.encode(), new.encode())
        return Call(self.method, self.path.replace(old, new), body)


class Bare(http.client.HTTPConnection):
    """One connection to the engine, kept open."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=120)
        self._path = path

    def connect(self) -> None:
        self.sock = connect(self._path)

    def do(self, call: Call, *accept: int) -> bytes:
        """Make a call; its answer. Raises NetcError unless that is good or in ``accept``."""
        headers = {"Content-Type": "application/json"} if call.body else {}
        self.request(call.method, call.path, call.body or None, headers)
        answer = self.getresponse()
        text = answer.read()
        if answer.status >= 400 and answer.status not in accept:
            raise NetcError(f"{call.method} {call.path}: {answer.status} {text.decode()}")
        return text

    def remove(self, container: str) -> None:
        """Stop a network container, which releases its lease, and remove it."""
        self.do(Call("POST", f"/containers/{container}/stop?t=5"), 404)
        self.do(Call("DELETE", f"/containers/{container}?v=1&force=1"), 404)

    def remove_network(self, name: str) -> None:
        """Remove a network."""
        self.do(Call("DELETE", f"/networks/{name}"), 404)

    def wait_for(self, container: str, text: bytes) -> None:
        """Follow a container's log until it has ``text``; the connection is closed then."""
        self.request("GET", f"/containers/{container}/logs?stdout=1&follow=1")
        answer = self.getresponse()
        seen = b""
        while text not in seen:
            piece = answer.read1(4096)
            if not piece:
                raise NetcError(f"{container} never said {text.decode()}")
            seen += piece
        self.close()


class Recorder:
    """A socket in front of the engine's: what passes is the same, and the requests are kept."""

    def __init__(self, engine: Path, own: Path) -> None:
        self._engine = engine
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(own))
        self._listener.listen()
        self.calls: list[Call] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def changes(self) -> list[Call]:
        """The requests that make the container, in order and by its name: an id is new each time.

        The look at the path afterwards is none of them.
        """
        found, name = [], ""
        for call in self.calls:
            if call.method == "GET" or "/exec" in call.path:
                continue
            found.append(Call(call.method, ID.sub(name, call.path), call.body))
            if created := CREATED.search(call.path):
                name = created[1]
        return found

    def close(self) -> None:
        """Accept no more."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, engine = self._listener.accept()[0], connect(self._engine)
                threading.Thread(target=self._forth, args=(client, engine), daemon=True).start()
                threading.Thread(target=_back, args=(engine, client), daemon=True).start()

    def _forth(self, client: socket.socket, engine: socket.socket) -> None:
        with contextlib.suppress(OSError), client.makefile("rb") as stream:
            while head := b"".join(_head(stream)):
                first, *fields = head.decode().split("\r\n")
                lengths = [f for f in fields if f.lower().startswith("content-length:")]
                body = stream.read(int(lengths[0].partition(":")[2])) if lengths else b""
                method, path, _ = first.split()
                self.calls.append(Call(method, path, body))
                engine.sendall(head + body)
            engine.shutdown(socket.SHUT_WR)


def _head(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline():
        yield line
        if line == b"\r\n":
            return


def _back(engine: socket.socket, client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := engine.recv(65536):
            client.sendall(piece)
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def recorder(engine: Path) -> Iterator[tuple[Recorder, str]]:
    """A recorder, and its address as DOCKER_HOST takes it."""
    own = engine.with_name("recorder.sock")
    made = Recorder(engine, own)
    try:
        yield made, f"unix://{own}"
    finally:
        made.close()
        own.unlink()
