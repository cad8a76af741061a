"""A helper that stays: how it is made, spoken to and ended, of an engine that is but a socket."""

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.core.model import HELPER
from netc_tui.engine import LogStream, NoImage, Refused, staying
from netc_tui.engine.beside import FORGOTTEN, NOBODY
from tests.engine.wire import Wire, frame, within

COMMAND = ("/bin/sh", "-c", "true")
SWITCHED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


class Daemon:
    """An engine as far as a helper that stays needs one."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.calls: list[str] = []
        self.made: dict[str, Any] = {}
        self.rows: list[dict[str, Any]] = []
        self.fails: dict[str, tuple[int, str]] = {}
        """What it answers to a call in place of that it is done."""
        self.attached: socket.socket | None = None
        self.heard = b""
        """What was said on the input."""
        self.on_start: Callable[[], None] = lambda: None
        threading.Thread(target=self._listen, daemon=True).start()

    def says(self, text: bytes) -> None:
        assert self.attached is not None
        self.attached.sendall(frame(text))

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                asking, _ = self.wire.listener.accept()
                threading.Thread(target=self._serve, args=(asking,), daemon=True).start()

    def _serve(self, asking: socket.socket) -> None:
        with suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := asking.recv(4096)):
                    return
                head += piece
            head, _, body = head.partition(b"\r\n\r\n")
            if length := re.search(rb"(?i)content-length: (\d+)", head):
                while len(body) < int(length[1]):
                    body += asking.recv(4096)
            method, path, _ = head.decode().split(" ", 2)
            path = re.sub(r"^/v[\d.]+", "", path).partition("?")[0]
            call = f"{method} {path}"
            self.calls.append(call)
            self._answer(asking, call, head, body)

    def _answer(self, asking: socket.socket, call: str, head: bytes, body: bytes) -> None:
        code, answer = 200, b"[]"
        if call in self.fails:
            code, words = self.fails[call]
            answer = json.dumps({"message": words}).encode()
        elif call == "POST /containers/create":
            self.made = json.loads(body)
            code, answer = 201, b'{"Id": "made"}'
        elif call == "GET /containers/json":
            answer = json.dumps(self.rows).encode()
        elif call == "POST /containers/made/attach":
            assert b"Upgrade: tcp" in head
            asking.sendall(SWITCHED)
            self.attached = asking
            while piece := asking.recv(4096):
                self.heard += piece
            self.calls.append("its input ends")
            return
        elif call == "POST /containers/made/start":
            self.on_start()
            code, answer = 204, b""
        said = f"HTTP/1.1 {code} X\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n"
        asking.sendall(said.encode() + b"Content-Type: application/json\r\n\r\n" + answer)
        asking.close()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    wire = Wire(tmp_path / "engine.sock")
    yield Daemon(wire)
    wire.listener.close()


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 # threads tell
            await asyncio.sleep(0.01)


async def lines(told: LogStream, count: int) -> list[bytes]:
    found = []
    async for line in told:
        found.append(line)
        if len(found) == count:
            break
    return found


def test_it_is_heard_and_kept_until_it_is_closed(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staying, "SIGN", 0.2)

    async def work() -> None:
        engine = daemon.wire.engine()
        daemon.on_start = lambda: daemon.says(b"one\ntw")
        told = engine.staying("netc-sidecar:x", COMMAND)
        assert await within(5, lines(told, 1)) == [b"one"]
        await until(lambda: len(daemon.heard) >= 3)
        assert set(daemon.heard) == {ord("\n")}
        daemon.says(b"o\n")
        assert await within(5, lines(told, 1)) == [b"two"]
        assert "DELETE /containers/made" not in daemon.calls
        told.close()
        await until(lambda: "DELETE /containers/made" in daemon.calls)
        await until(lambda: "its input ends" in daemon.calls)
        await engine.close()

    asyncio.run(work())
    first = [call for call in daemon.calls if call.startswith("POST")]
    assert first == [
        "POST /containers/create",
        "POST /containers/made/attach",
        "POST /containers/made/start",
    ]


def test_one_that_answers_no_more_is_not_taken_to_be_alive(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staying, "SIGN", 0.1)
    monkeypatch.setattr(staying, "SILENT", 0.5)

    async def work() -> None:
        engine = daemon.wire.engine()
        daemon.on_start = lambda: daemon.says(b"one\n")
        told = engine.staying("netc-sidecar:x", COMMAND)
        assert await within(5, lines(told, 1)) == [b"one"]
        for _ in range(4):
            await asyncio.sleep(0.3)
            daemon.says(b".\n")
            assert await within(5, lines(told, 1)) == [b"."]
        assert await within(5, lines(told, 1)) == []
        await until(lambda: "DELETE /containers/made" in daemon.calls)
        await engine.close()

    asyncio.run(work())


def test_it_may_only_read_on_the_host_s_network(daemon: Daemon) -> None:
    async def work() -> None:
        engine = daemon.wire.engine()
        told = engine.staying("netc-sidecar:x", COMMAND)
        await until(lambda: daemon.attached)
        told.close()
        await engine.close()

    asyncio.run(work())
    made, limits = daemon.made, daemon.made["HostConfig"]
    assert (limits["NetworkMode"], limits["UsernsMode"]) == ("host", "host")
    assert (limits["CapDrop"], limits.get("CapAdd")) == (["ALL"], None)
    assert limits["ReadonlyRootfs"]
    assert limits["AutoRemove"]
    assert limits["SecurityOpt"] == ["no-new-privileges"]
    assert limits["LogConfig"]["Type"] == "none"
    assert [mount["Type"] for mount in limits["Mounts"]] == ["tmpfs"]
    assert not {"Binds", "Privileged", "RestartPolicy"} & {
        key for key, value in limits.items() if value
    }
    assert (made["User"], made["Labels"]) == (NOBODY, {HELPER: "host"})
    assert (made["OpenStdin"], made["StdinOnce"], made["Tty"]) == (True, True, False)
    assert made["Entrypoint"] == ["/bin/sh", "-c", 'exec "$@"', "netc"]
    assert made["Cmd"] == list(COMMAND)


@pytest.mark.parametrize(
    ("call", "status", "words", "kind", "left"),
    [
        ("POST /containers/create", 404, "No such image: netc-sidecar:x", NoImage, False),
        ("POST /containers/create", 500, "no space left", Refused, False),
        ("POST /containers/made/attach", 500, "no hijack", Refused, True),
        ("POST /containers/made/start", 500, "OCI runtime", Refused, True),
    ],
)
def test_one_that_cannot_be_is_told_and_nothing_is_left(
    daemon: Daemon, call: str, status: int, words: str, kind: type[NetcError], left: bool
) -> None:
    daemon.fails[call] = status, words

    async def work() -> None:
        engine = daemon.wire.engine()
        with pytest.raises(kind, match=words):
            await within(5, lines(engine.staying("netc-sidecar:x", COMMAND), 1))
        await engine.close()

    asyncio.run(work())
    assert ("DELETE /containers/made" in daemon.calls) == left


def test_when_the_engine_goes_it_ends_without_an_error(daemon: Daemon) -> None:
    async def work() -> None:
        engine = daemon.wire.engine()
        told = engine.staying("netc-sidecar:x", COMMAND)
        await until(lambda: "POST /containers/made/start" in daemon.calls)
        await asyncio.sleep(0.1)
        assert daemon.attached is not None
        daemon.attached.shutdown(socket.SHUT_RDWR)
        assert await within(5, lines(told, 1)) == []
        await engine.close()

    asyncio.run(work())


def test_one_that_is_closed_at_once_is_not_left(daemon: Daemon) -> None:
    async def work() -> None:
        engine = daemon.wire.engine()
        told = engine.staying("netc-sidecar:x", COMMAND)
        told.close()
        assert await within(5, lines(told, 1)) == []
        await until(lambda: "DELETE /containers/made" in daemon.calls)
        await engine.close()

    asyncio.run(work())


def test_the_forgotten_are_removed(daemon: Daemon) -> None:
    row = {"Image": "netc-sidecar:x", "Labels": {HELPER: "host"}, "State": "created"}
    daemon.rows = [
        {**row, "Id": "made", "Created": 1000 + FORGOTTEN},
        {**row, "Id": "old", "Created": 1000},
    ]

    async def work() -> None:
        engine = daemon.wire.engine()
        told = engine.staying("netc-sidecar:x", COMMAND)
        await until(lambda: "POST /containers/made/start" in daemon.calls)
        told.close()
        await engine.close()

    asyncio.run(work())
    assert "DELETE /containers/old" in daemon.calls


def test_its_thread_ends(daemon: Daemon) -> None:
    async def work() -> None:
        engine = daemon.wire.engine()
        told = engine.staying("netc-sidecar:x", COMMAND)
        await until(lambda: "POST /containers/made/start" in daemon.calls)
        await engine.close()
        assert await within(5, lines(told, 1)) == []

    asyncio.run(work())
    deadline = time.monotonic() + 5
    while [one for one in threading.enumerate() if "on the host's network" in one.name]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
