"""A proxy before an engine's socket that lets only some calls pass, as socket proxies do."""

import re
import socket
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Call = tuple[str, str]
"""A method, and the first part of a path: ("POST", "containers")."""
REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """One call a connection, which it sees to."""

    def __init__(self, at: Path, engine: Path, allowed: Collection[Call] | None) -> None:
        """``allowed``: None for all."""
        self.at, self._engine, self._allowed = at, engine, allowed
        self.passed: set[Call] = set()
        self.refused: set[Call] = set()
        self._held: list[tuple[Call, socket.socket]] = []
        self._ears = socket.socket(socket.AF_UNIX)
        self._ears.bind(str(at))
        self._ears.listen(64)
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"unix://{self.at}"

    def cut(self, call: Call) -> int:
        """End all connections that such a call goes on in; how many there were."""
        held = [way for known, way in self._held if known == call]
        self._held = [pair for pair in self._held if pair[0] != call]
        for way in held:
            with suppress(OSError):
                way.shutdown(socket.SHUT_RDWR)
        return len(held)

    def close(self) -> None:
        self._ears.shutdown(socket.SHUT_RDWR)
        self._ears.close()
        self.at.unlink()

    def _listen(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                asking, _ = self._ears.accept()
                threading.Thread(target=self._serve, args=(asking,), daemon=True).start()

    def _serve(self, asking: socket.socket) -> None:
        with asking, socket.socket(socket.AF_UNIX) as engine, suppress(OSError):
            asked = b""
            while b"\r\n\r\n" not in asked:
                if not (piece := asking.recv(65536)):
                    return
                asked += piece
            head, _, rest = asked.partition(b"\r\n\r\n")
            call = called(head)
            if self._allowed is not None and call not in self._allowed:
                self.refused.add(call)
                asking.sendall(REFUSED)
                return
            self.passed.add(call)
            if b"\r\nupgrade:" not in head.lower():
                head = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head) + b"\r\nConnection: close"
            engine.connect(str(self._engine))
            engine.sendall(head + b"\r\n\r\n" + rest)
            self._held.append((call, asking))
            threading.Thread(target=_pass, args=(asking, engine), daemon=True).start()
            _pass(engine, asking)
            self._held = [pair for pair in self._held if pair[1] is not asking]


def called(head: bytes) -> Call:
    """What is called, whichever version of the API is named."""
    method, path, *_ = head.decode("latin-1").split(" ")
    return method, re.sub(r"^/v[0-9.]+/", "/", path).strip("/").partition("/")[0].partition("?")[0]


def _pass(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


@contextmanager
def proxied(folder: Path, engine: Path, allowed: Collection[Call] | None = None) -> Iterator[Proxy]:
    """A proxy meanwhile."""
    found = Proxy(folder / "proxy.sock", engine, allowed)
    try:
        yield found
    finally:
        found.close()
