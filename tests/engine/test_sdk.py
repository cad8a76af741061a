"""Calls and streams of an engine that is no more than a socket."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Change
from netc_tui.engine import Endpoint, sdk, stream
from netc_tui.engine.endpoint import Certificates
from tests.engine.wire import HEAD, Wire, chunk, event, frame, gathered, within


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


def test_a_thread_keeps_one_connection_whatever_it_asks(wire: Wire) -> None:
    """Docker's SDK keeps one for each URL, and each costs the engine, too."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"

    async def work() -> None:
        engine = wire.engine(threads=1)
        first = asyncio.create_task(engine.networks())
        connection, _ = await wire.taken()
        connection.settimeout(2)
        connection.sendall(answer)
        await within(1, first)
        for name in ("web1", "web2"):
            look = asyncio.create_task(engine.container(name))
            request = await asyncio.to_thread(connection.recv, 4096)
            assert name.encode() in request
            connection.sendall(answer)
            assert await within(1, look) is None
        await engine.close()
        assert await asyncio.to_thread(connection.recv, 1) == b"", "it is closed"

    asyncio.run(work())


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
