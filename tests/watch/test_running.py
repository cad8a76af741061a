"""The watcher as a process: how it ends, and what it loads."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.wishes import Policy
from netc_tui.watch import running
from tests.test_loading import loaded
from tests.watch.test_exposition import ask, free


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent")
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)


@pytest.mark.parametrize("number", running.ENDING)
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    said: list[str] = []

    def say(words: str) -> None:
        said.append(words)
        os.kill(os.getpid(), number)

    async def work() -> None:
        async with asyncio.timeout(20):
            await running.run(Policy("eth0"), say)

    asyncio.run(work())
    assert any("nonexistent" in line for line in said)


def test_the_service_manager_hears_when_it_is_ready_how_it_is_and_that_it_ends(
    tmp_path: Path,
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears:
        ears.bind(str(tmp_path / "notify"))
        ears.settimeout(10)
        own = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "600000"}
        process = subprocess.Popen(
            [sys.executable, "-m", "netc_tui", "watch"],
            env={**os.environ, **own, "NETC_INTERFACE": "eth0"},
            stderr=subprocess.DEVNULL,
        )
        try:
            heard = [ears.recv(1000).decode()]
            assert heard == ["READY=1"]
            began = time.monotonic()
            while not {"WATCHDOG=1", "STATUS=the engine is away"} <= set(heard):
                heard.append(ears.recv(1000).decode())
            for _ in range(5):
                while ears.recv(1000) != b"WATCHDOG=1":
                    pass
            assert time.monotonic() - began < 5 * 0.6 + 2, "more often than it is waited for"
        finally:
            process.terminate()
            process.wait(5)
        assert process.returncode == 0
        while (last := ears.recv(1000).decode()) != "STOPPING=1":
            heard.append(last)


def test_metrics_are_served_while_the_engine_is_away_and_who_may_read_them_is_said() -> None:
    said: list[str] = []

    async def work(address: str, port: int) -> str:
        place = f"{address}:{port}"
        task = asyncio.create_task(running.run(Policy("eth0"), said.append, metrics=place))
        body = ""
        async with asyncio.timeout(10):
            while "netc_engine_up 0.0" not in body:
                await asyncio.sleep(0.1)
                with_nobody = task.done()
                assert not with_nobody
                try:
                    _, body = await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n")
                except OSError:
                    continue
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(task, 5)
        return place

    asyncio.run(work("127.0.0.1", free()))
    assert not any(line.startswith("warning") for line in said)
    place = asyncio.run(work("0.0.0.0", free()))
    assert [line for line in said if line.startswith("warning")] == [
        f"warning: whoever reaches {place} can read the metrics; nothing protects them there"
    ]


def test_what_cannot_be_served_ends_it_before_it_begins() -> None:
    said: list[str] = []
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        place = f"127.0.0.1:{held.getsockname()[1]}"
        for text, code in ((place, Exit.FAILED), ("eth0", Exit.USAGE)):
            with pytest.raises(NetcError) as raised:
                asyncio.run(running.run(Policy("eth0"), said.append, metrics=text))
            assert raised.value.code is code
    assert said == []


def test_who_asks_for_no_metrics_does_not_load_the_library() -> None:
    modules = loaded("import netc_tui.cli.watch, netc_tui.watch.running")
    assert "netc_tui.watch.watcher" in modules
    assert "prometheus_client" not in modules
