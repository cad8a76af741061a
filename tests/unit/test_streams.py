"""Streams of an engine: against one that is no more than a socket, and those of the fake one."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Change
from netc_tui.engine import Endpoint, sdk, stream
from netc_tui.engine.endpoint import Certificates
from netc_tui.engine.workers import Workers
from tests.twin import LOCAL, FakeEngine

T = TypeVar("T")
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def frame(text: bytes, kind: int = 1) -> bytes:
    return bytes([kind, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


def chunk(text: bytes) -> bytes:
    return f"{len(text):x}\r\n".encode() + text + b"\r\n"


# --- what comes, taken apart


@given(st.lists(st.binary(max_size=40)), st.data())
def test_frames_are_put_together_however_they_are_cut(texts: list[bytes], data: Any) -> None:
    whole = b"".join(frame(text) for text in texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert b"".join(stream.frames(pieces)) == b"".join(texts)


@given(st.lists(st.binary(max_size=40)))
def test_frames_of_anything_do_not_crash(pieces: list[bytes]) -> None:
    list(stream.frames(pieces))
    list(stream.log_lines(pieces))
    list(stream.changes(pieces))


def test_a_terminal_s_log_has_no_frames() -> None:
    pieces = [b'{"event":"start"}\r\n{"ev', b'ent":"bound"}\r\n']
    assert b"".join(stream.frames(pieces)) == b"".join(pieces)


def test_lines_are_whole() -> None:
    assert list(stream.lines([b"a", b"b\nc", b"\n\nd\ne"])) == [[b"ab"], [b"c", b"", b"d"]]


def event(kind: str, action: str, **more: str) -> bytes:
    attributes = ",".join(f'"{key}":"{value}"' for key, value in more.items())
    actor = f'{{"ID":"i","Attributes":{{{attributes}}}}}'
    return f'{{"Type":"{kind}","Action":"{action}","Actor":{actor},"time":1}}\n'.encode()


def test_changes_and_nothing_else() -> None:
    pieces = [
        event("container", "start", name="web"),
        event("container", "exec_start: sh", name="web"),
        event("container", "health_status: running", name="web"),
        event("container", "health_status: healthy", name="web"),
        event("image", "create", name="web"),
        event("network", "start", name="n"),
        event("network", "connect", name="n", container="c"),
        event("network", "destroy"),
        b'{"status":"start"}\n[]\n\n{"Type":1}\n\xff\n',
        b"[" * 10_000 + b"\n",
    ]
    assert [one for found in stream.changes([b"".join(pieces)]) for one in found] == [
        Change("container", "start", "i", "web"),
        Change("container", "health_status: healthy", "i", "web"),
        Change("network", "connect", "i", "n"),
        Change("network", "destroy", "i", ""),
    ]


# --- an engine that is no more than a socket


class Wire:
    """Takes requests on a socket; each is answered by the test."""

    def __init__(self, path: Path | None) -> None:
        if path is None:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.base = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(path))
            self.base = f"unix://{path}"
        self.listener.listen(16)

    def engine(self) -> sdk.SdkEngine:
        facts = msgspec.structs.replace(LOCAL, api=(1, 41))
        return sdk.SdkEngine(facts, Endpoint(self.base, "a test"), Workers(2, "engine"))

    async def taken(self) -> tuple[socket.socket, str]:
        """The next request."""
        return await asyncio.to_thread(self._take)

    def _take(self) -> tuple[socket.socket, str]:
        self.listener.settimeout(5)
        connection, _ = self.listener.accept()
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(4096)
        return connection, request.split(b" ", 2)[1].decode()


@pytest.fixture(params=["unix", "tcp"])
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    made = Wire(tmp_path / "engine.sock" if request.param == "unix" else None)
    yield made
    made.listener.close()


async def within(seconds: float, work: Any) -> Any:
    async with asyncio.timeout(seconds):
        return await work


async def gathered(items: AsyncIterator[T]) -> list[T]:
    return [item async for item in items]


def test_a_log_is_followed_through_silence(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "PATIENCE", 0.2)

    async def work() -> None:
        log = wire.engine().follow_log("netc-web", 12.5, 3)
        connection, path = await wire.taken()
        assert path.startswith("/v1.41/containers/netc-web/logs?")
        assert {"since=12.500000", "tail=3", "follow=1"} <= set(path.partition("?")[2].split("&"))
        connection.sendall(HEAD)
        assert await within(1, log.ready())  # type: ignore[attr-defined]
        lines = aiter(log)
        connection.sendall(chunk(frame(b"one\ntw")))
        assert await within(1, anext(lines)) == b"one"
        await asyncio.sleep(0.5)
        connection.sendall(chunk(frame(b"o\n")))
        assert await within(1, anext(lines)) == b"two"
        connection.sendall(b"0\r\n\r\n")
        assert await within(1, gathered(lines)) == []
        assert await within(1, gathered(aiter(log))) == []

    asyncio.run(work())


def test_events_are_asked_for_by_name(wire: Wire) -> None:
    async def work() -> None:
        events = wire.engine().events()
        connection, path = await wire.taken()
        assert path.startswith("/v1.41/events?filters=")
        assert "exec" not in path
        connection.sendall(HEAD + chunk(event("container", "die", name="web")))
        assert await within(1, events.ready())
        connection.close()
        assert await within(1, gathered(aiter(events))) == [Change("container", "die", "i", "web")]

    asyncio.run(work())


def test_an_answer_that_does_not_come_or_is_no(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "PATIENCE", 0.2)

    async def work() -> None:
        hung = wire.engine().events()
        held, _ = await wire.taken()
        assert not await within(1, hung.ready())
        assert await within(1, gathered(aiter(hung))) == []
        refused = wire.engine().events()
        connection, _ = await wire.taken()
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        assert not await within(1, refused.ready())
        held.close()
        wire.listener.close()
        assert not await within(1, wire.engine().events().ready())

    asyncio.run(work())


def thread(of: object) -> threading.Thread:
    assert isinstance(of, stream.Stream)
    return of.thread


def test_close_ends_iteration_and_thread(wire: Wire) -> None:
    async def work() -> None:
        events = wire.engine().events()
        connection, _ = await wire.taken()
        connection.sendall(HEAD)
        await events.ready()
        listening = asyncio.create_task(gathered(aiter(events)))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        events.close()
        assert time.monotonic() - began < 0.05
        assert await within(1, listening) == []
        thread(events).join(1)
        assert not thread(events).is_alive()
        events.close()

    asyncio.run(work())


def test_close_before_the_answer(wire: Wire) -> None:
    async def work() -> None:
        events = wire.engine().events()
        connection, _ = await wire.taken()
        events.close()
        assert not await within(1, events.ready())
        assert await within(1, gathered(aiter(events))) == []
        connection.sendall(HEAD)
        thread(events).join(1)
        assert not thread(events).is_alive()

    asyncio.run(work())


def test_the_engine_s_close_ends_its_streams(wire: Wire) -> None:
    async def work() -> None:
        engine = wire.engine()
        events = engine.events()
        connection, _ = await wire.taken()
        connection.sendall(HEAD)
        await events.ready()
        await engine.close()
        assert await within(1, gathered(aiter(events))) == []
        thread(events).join(1)
        assert not thread(events).is_alive()
        with pytest.raises(NetcError, match="closed"):
            await engine.containers()

    asyncio.run(work())


def test_ping(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "PING_PATIENCE", 0.2)

    async def work() -> None:
        engine = wire.engine()
        # An engine that hangs holds all threads for calls; a ping has its own.
        hung = [asyncio.create_task(engine.containers()) for _ in range(3)]
        held = [await wire.taken() for _ in range(2)]
        asked = asyncio.create_task(engine.ping())
        connection, path = await wire.taken()
        assert path == "/_ping"
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK")
        await within(1, asked)
        with pytest.raises(NetcError) as caught:
            await within(1, engine.ping())
        assert caught.value.code is Exit.ENGINE
        await engine.close()
        for task in hung:
            task.cancel()
        await asyncio.gather(*hung, return_exceptions=True)
        for one, _ in held:
            one.close()

    asyncio.run(work())


HANGS = """
import asyncio, sys
from netc_tui.engine import Endpoint
from netc_tui.engine.sdk import SdkEngine
from netc_tui.engine.workers import Workers
from tests.twin import LOCAL

async def work():
    engine = SdkEngine(LOCAL, Endpoint(sys.argv[1], "a test"), Workers(2, "engine"))
    engine.events()
    engine.follow_log("web")
    try:
        async with asyncio.timeout(0.3):
            await asyncio.gather(*(engine.containers() for _ in range(3)))
    except TimeoutError:
        print("gave up", flush=True)
    await engine.close()

asyncio.run(work())
"""


def test_an_engine_that_hangs_does_not_keep_the_program(wire: Wire) -> None:
    began = time.monotonic()
    command = [sys.executable, "-c", HANGS, wire.base]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.returncode) == ("gave up\n", 0), done.stderr
    assert time.monotonic() - began < 8


# --- threads for what blocks


def test_workers() -> None:
    async def work() -> None:
        workers = Workers(2, "test")
        gate = threading.Event()
        slow = [asyncio.create_task(workers.run(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert len([one for one in threading.enumerate() if one.name.startswith("test ")]) == 2
        dropped = asyncio.create_task(workers.run(lambda: 1 / 0))
        await asyncio.sleep(0)
        dropped.cancel()
        gate.set()
        assert await asyncio.gather(*slow) == [True] * 3
        assert await workers.run(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 / 0)
        gate.clear()
        slow = [asyncio.create_task(workers.run(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0.05)
        workers.close()
        with pytest.raises(NetcError, match="closed"):  # no cancellation: nobody asked for one
            await slow[2]
        gate.set()
        assert await asyncio.gather(*slow[:2]) == [True, True]
        with pytest.raises(NetcError):
            await workers.run(lambda: 7)

    asyncio.run(work())
    deadline = time.monotonic() + 1
    while any(one.name.startswith("test ") for one in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- the fake engine's streams


def test_the_fake_engine_tells_what_changes() -> None:
    async def work() -> None:
        engine = FakeEngine()
        events = engine.events()
        assert await events.ready()
        engine.run("web", health="starting")
        assert (await engine.containers())[0].status == "Up 2 minutes (health: starting)"
        engine.check("web", "healthy")
        engine.stop("web")
        engine.start_again("web")
        engine.kill("web")
        await engine.restart("web", 1)
        await engine.remove("web", 1)
        engine.network("n")
        await engine.remove_network("n")
        engine.cut()
        told = [(one.action, one.name) async for one in events]
        life = ["network connect", "start"]
        assert [f"network {a}" if n in ("bridge", "n") else a for a, n in told] == [
            *("create", *life, "health_status: healthy"),
            *("die", "network disconnect", "stop", *life, "die", "network disconnect"),
            *(*life, "die", "network disconnect", "stop", "destroy"),
            *("network create", "network destroy"),
        ]

    asyncio.run(work())


def test_the_fake_engine_goes_away_and_comes_back() -> None:
    async def work() -> None:
        engine = FakeEngine()
        engine.run("web")
        box = engine.boxes["web"]
        for word in (b"a", b"b", b"c"):
            box.hear(word)
        events, log = engine.events(), engine.follow_log("web", tail=2)
        following = asyncio.create_task(gathered(aiter(log)))
        await asyncio.sleep(0)
        box.hear(b"d")
        engine.away = "it is away"
        assert await within(1, following) == [b"b", b"c", b"d"]
        assert await within(1, gathered(aiter(events))) == []
        for call in (engine.ping(), engine.containers(), engine.restart("web", 1)):
            with pytest.raises(NetcError, match="it is away") as caught:
                await call
            assert caught.value.code is Exit.ENGINE
        assert not await engine.events().ready()
        assert await within(1, gathered(aiter(engine.follow_log("web")))) == []
        engine.away = None
        await engine.ping()
        again = engine.follow_log(box.id, tail=0)
        assert await again.ready()
        following = asyncio.create_task(gathered(aiter(again)))
        box.hear(b"e")
        engine.stop("web")
        assert await within(1, following) == [b"e"]
        held = engine.events()
        listening = asyncio.create_task(gathered(aiter(held)))
        await asyncio.sleep(0)
        held.close()
        assert await within(1, listening) == []

    asyncio.run(work())


# --- an engine that hangs


def test_a_look_at_an_engine_that_hangs_ends_soon(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdk, "LOOK_PATIENCE", 0.2)
    monkeypatch.setattr(sdk, "PING_PATIENCE", 0.2)

    says = "does not answer" if wire.base.startswith("unix://") else "no Docker engine answers"

    async def scenario() -> None:
        engine = wire.engine()
        try:
            for look in (engine.containers, engine.networks, lambda: engine.ended("x")):
                with pytest.raises(NetcError, match=says) as caught:
                    await within(5, look())
                assert caught.value.code == Exit.ENGINE
        finally:
            await engine.close()

    asyncio.run(scenario())


def test_an_engine_that_is_busy_is_waited_for(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "LOOK_PATIENCE", 0.1)

    async def scenario() -> None:
        engine = wire.engine()
        try:
            task = asyncio.create_task(engine.networks())
            look, path = await wire.taken()
            assert path.startswith("/v1.41/networks")
            for _ in range(3):  # it lives
                ping, path = await wire.taken()
                assert path == "/_ping"
                ping.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                ping.close()
            look.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
            assert await within(5, task) == ()
        finally:
            await engine.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("base", "tls", "trusted"),
    [
        ("unix:///run/docker.sock", False, False),
        ("https://10.0.0.1:2376", True, False),
        ("tcp://10.0.0.1:2376", True, False),
        ("tcp://10.0.0.1:2375", False, True),
    ],
)
def test_the_environment_says_nothing_of_sockets_and_certificates(
    tmp_path: Path, base: str, tls: bool, trusted: bool
) -> None:
    """REQUESTS_CA_BUNDLE would go before the engine's own certificates."""
    file = tmp_path / "any.pem"
    file.touch()
    files = Certificates(str(file), str(file), str(file), verify=True) if tls else None
    client = sdk._client(Endpoint(base, "a test", files), "1.41")
    assert client.trust_env == trusted
    client.close()
