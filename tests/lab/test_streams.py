"""What the real engine goes on telling: its events, and logs that are followed."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Phase
from netc_tui.engine import Endpoint, EngineApi, Gone, LinkDown, NoScript, connect, sdk
from netc_tui.engine.stream import Stream
from netc_tui.lab import engine as lab_engine
from netc_tui.operations.restart import restart
from tests.listener import Listener

from .conftest import Site


@asynccontextmanager
async def connected(site: Site) -> AsyncIterator[EngineApi]:
    engine = await connect(Endpoint(site.lab.docker_host, "the lab"))
    try:
        yield engine
    finally:
        await engine.close()


def run(work: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(60):
            await work

    asyncio.run(limited())


def thread_ends(of: object, seconds: float) -> bool:
    assert isinstance(of, Stream)
    of.thread.join(seconds)
    return not of.thread.is_alive()


async def docker(site: Site, *arguments: str) -> str:
    return await asyncio.to_thread(site.docker, *arguments)


# --- events


def test_events_of_a_container(site: Site) -> None:
    async def work() -> None:
        async with connected(site) as engine:
            events = Listener(engine)
            assert await events.stream.ready()
            # Nothing between the answer to `ready` and this can be lost.
            check = ("--health-cmd=test -e /tmp/ok", "--health-interval=0.3s", "--health-retries=1")
            await docker(site, "run", "-d", "--name=thing", *check, "netc-lab/worker")
            told = await events.until("start", "thing")
            assert told[0] == "container create thing"
            await events.until("health_status: unhealthy", "thing")
            found = await engine.container("thing")
            assert found is not None
            assert found.status.endswith("(unhealthy)")
            await docker(site, "exec", "thing", "touch", "/tmp/ok")
            await events.until("health_status: healthy", "thing")
            for command in ("pause", "unpause"):
                await docker(site, command, "thing")
                await events.until(command, "thing")
            await docker(site, "rename", "thing", "other")
            await events.until("rename", "other")
            await docker(site, "stop", "-t", "1", "other")
            assert "container die other" in await events.until("stop", "other")
            await docker(site, "rm", "other")
            await events.until("destroy", "other")

    run(work())


def test_events_of_a_network(site: Site) -> None:
    async def work() -> None:
        async with connected(site) as engine:
            events = Listener(engine)
            await events.stream.ready()
            await docker(site, "network", "create", "side")
            await events.until("create", "side")
            await docker(site, "network", "connect", "side", "web1")
            await events.until("connect", "side")
            await docker(site, "network", "disconnect", "side", "web1")
            await events.until("disconnect", "side")
            await docker(site, "network", "rm", "side")
            await events.until("destroy", "side")

    run(work())


def test_our_own_looks_are_no_events(site: Site) -> None:
    site.up("web1")

    async def work() -> None:
        async with connected(site) as engine:
            check = ("--health-cmd=true", "--health-interval=0.2s")
            await docker(site, "run", "-d", "--name=thing", *check, "netc-lab/worker")
            await asyncio.sleep(1)
            events = Listener(engine)
            await events.stream.ready()
            assert "KERNEL" in await engine.execute("netc-web1", ["sh", "-c", "echo KERNEL"])
            await engine.containers()
            await engine.log("netc-web1", 5)
            engine.follow_log("netc-web1").close()
            await docker(site, "exec", "web1", "true")
            await docker(site, "top", "web1")
            await asyncio.sleep(1)
            assert events.take() == []

    run(work())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_streams_end_with_the_engine(site: Site, number: signal.Signals) -> None:
    async def work() -> None:
        async with connected(site) as engine:
            events, log = Listener(engine), engine.follow_log("web1")
            following = asyncio.create_task(count(log))
            assert await events.stream.ready()
            await engine.ping()
            await asyncio.to_thread(site.lab.stop_engine, number)
            await events.ended(5)
            await asyncio.wait_for(following, 5)
            with pytest.raises(NetcError) as caught:
                await engine.ping()
            assert caught.value.code is Exit.ENGINE
            again = engine.events()
            assert not await again.ready()
            await asyncio.to_thread(site.lab.start_engine)
            await engine.ping()
            again = engine.events()
            assert await again.ready()

    run(work())


async def count(lines: Any) -> int:
    return len([line async for line in lines])


def test_close_ends_the_thread(site: Site) -> None:
    async def work() -> None:
        async with connected(site) as engine:
            logs, events = [engine.follow_log("web1") for _ in range(20)], engine.events()
            assert await events.ready()
            began = time.monotonic()
            for stream in (*logs, events):
                stream.close()
            assert time.monotonic() - began < 0.1
            assert all(thread_ends(stream, 1) for stream in (*logs, events))
            early = engine.events()
            early.close()
            assert not await early.ready()
            assert thread_ends(early, 1)

    run(work())


# --- an engine that hangs


def test_an_engine_that_hangs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "PING_PATIENCE", 0.5)

    async def work() -> None:
        async with connected(site) as engine:
            (process,) = lab_engine.processes(site.lab.layout.host())
            events = Listener(engine)
            await events.stream.ready()
            os.kill(process.pid, signal.SIGSTOP)
            try:
                calls = [asyncio.create_task(engine.containers()) for _ in range(12)]
                began = time.monotonic()
                with pytest.raises(NetcError, match="does not answer"):
                    await engine.ping()
                assert time.monotonic() - began < 1.5
                waiting = engine.events()
                await asyncio.sleep(0.2)
                waiting.close()
                assert not await waiting.ready()
                assert not events.heard
            finally:
                os.kill(process.pid, signal.SIGCONT)
            await asyncio.gather(*calls)
            await engine.ping()
            assert thread_ends(waiting, 2)

    run(work())


# --- logs


def test_a_log_with_a_tail_survives_silence(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "PATIENCE", 1)
    script = "for i in 1 2 3 4; do echo $i; done; sleep 3; echo five; sleep 1"
    site.docker("run", "-d", "--name=speaker", "netc-lab/worker", "sh", "-c", script)

    async def work() -> None:
        async with connected(site) as engine:
            stream = engine.follow_log("speaker", tail=2)
            began = time.monotonic()
            assert [line async for line in stream] == [b"3", b"4", b"five"]
            assert time.monotonic() - began > 2
            assert await engine.log("speaker", 2) == (b"4", b"five")
            assert await engine.log("speaker") == (b"1", b"2", b"3", b"4", b"five")
            assert await count(engine.follow_log("speaker")) == 5
            assert await count(engine.follow_log("speaker", tail=0)) == 0
            assert await count(engine.follow_log("speaker", since=time.time() + 60)) == 0
            assert await engine.log("nobody") == ()
            assert await count(engine.follow_log("nobody")) == 0

    run(work())


def test_the_log_of_a_terminal(site: Site) -> None:
    site.docker("run", "-dt", "--name=speaker", "netc-lab/worker", "echo", '{"event":"start"}')

    async def work() -> None:
        async with connected(site) as engine:
            lines = [line async for line in engine.follow_log("speaker")]
            assert [line.strip() for line in lines] == [b'{"event":"start"}']
            assert await engine.log("speaker") == (b'{"event":"start"}',)

    run(work())


# --- restart


def test_restart_of_a_network_container(site: Site) -> None:
    address = site.up("web1")

    async def work() -> None:
        async with connected(site) as engine:
            found = await restart(engine, "web1")
            assert (found.ip, found.phase) == (address, Phase.BOUND)
            await docker(site, "stop", "-t", "1", "web1")
            with pytest.raises(NetcError, match="docker start web1"):
                await restart(engine, "web1")
            with pytest.raises(LinkDown, match="Cannot link to a non running container"):
                await engine.restart("netc-web1", 1)
            with pytest.raises(Gone, match="No such container"):
                await engine.restart("nobody", 1)

    run(work())
    site.docker("start", "web1")
    assert site.netc("up", "web1", "eth1").strip() == f"ip={address}"
    assert json.loads(site.netc("show", "web1", "--json"))["network_container"]["ip"] == address
    assert site.get(address) is not None


# --- sentences of the engine


@pytest.mark.core
def test_what_the_engine_says_is_understood(site: Site) -> None:
    stay = ("netc-lab/worker", "sh", "-c", "sleep 600")
    site.docker("network", "create", "side")
    site.docker("run", "-d", "--name=main", *stay)
    site.docker("create", "--name=idle", *stay)
    site.docker("run", "-d", "--name=linked", "--link=main", *stay)
    site.docker("create", "--name=later", "--link=main", *stay)

    async def work() -> None:
        async with connected(site) as engine:
            for name in ("main", "idle"):
                await engine.disconnect(name, "side")
                await engine.connect(name, "side")
                await engine.connect(name, "side")
                await engine.disconnect(name, "side")
                await engine.disconnect(name, "side")
            with pytest.raises(NoScript):
                await engine.execute("main", ["/bin/sh", "/netc/probe"])
            await docker(site, "kill", "main")
            with pytest.raises(LinkDown):
                await engine.execute("linked", ["true"])
            with pytest.raises(LinkDown):
                await engine.start("later")
            with pytest.raises(LinkDown):
                await engine.restart("linked", 1)

    run(work())
