"""A look into the network namespace of a service: what is found, what it costs, what it leaves."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from netc_tui import sidecar
from netc_tui.core import sockets
from netc_tui.core.errors import NetcError
from netc_tui.engine import Endpoint, EngineApi, beside, connect
from netc_tui.operations.beside import sockets as listening

from .conftest import Site, eventually

T = TypeVar("T")
IMAGE = sidecar.image()
ONE_LOOK = f"""
import asyncio, sys
from netc_tui.engine import Endpoint, connect

async def work():
    engine = await connect(Endpoint(sys.argv[1], "the lab"))
    print("begins", flush=True)
    await engine.beside("web1", {IMAGE!r}, ["sleep", sys.argv[2]], seconds=4)
    await engine.close()

asyncio.run(work())
"""
KILLED_AFTER = """
import sys
from tests.lab.killer import kill_after
from netc_tui.engine.sdk import connect
kill_after(int(sys.argv.pop(1)))
"""


def asked(site: Site, work: Callable[[EngineApi], Awaitable[T]]) -> T:
    async def whole() -> T:
        engine = await connect(Endpoint(site.lab.docker_host, "the lab"))
        try:
            async with asyncio.timeout(120):
                return await work(engine)
        finally:
            await engine.close()

    return asyncio.run(whole())


def look(site: Site, name: str) -> tuple[sockets.Socket, ...]:
    async def work(engine: EngineApi) -> tuple[sockets.Socket, ...]:
        service = await engine.container(name)
        assert service is not None
        return await listening(engine, service, IMAGE)

    return asked(site, work)


def held(site: Site) -> list[str]:
    """All containers, volumes and images."""
    return [
        *sorted(site.docker("ps", "-aq", "--no-trunc").split()),
        *sorted(site.docker("volume", "ls", "-q").split()),
        *sorted(site.docker("images", "-aq", "--no-trunc").split()),
    ]


@pytest.fixture
def left(site: Site) -> Iterator[Site]:
    """Nothing is left by a test."""
    before = held(site)
    yield site
    assert eventually(lambda: held(site), lambda now: now == before, 10) == before


def test_what_a_service_listens_on_is_found(left: Site) -> None:
    found = sockets.of(look(left, "web1"), "tcp", 80)
    assert found
    assert not any(one.loopback for one in found)
    assert sockets.of(look(left, "dns"), "udp", 53)
    assert look(left, "worker") == ()


def test_what_listens_for_its_own_container_alone_is_told(site: Site) -> None:
    bound = "httpd -f -p 127.0.0.1:8000 & exec httpd -f -p 8001"
    site.docker("run", "-d", "--name=local", "netc-lab/web", "sh", "-c", bound)

    def both() -> tuple[list[bool], list[bool]]:
        seen = look(site, "local")
        own, all_ = (sockets.of(seen, "tcp", port) for port in (8000, 8001))
        return [one.loopback for one in own], [one.loopback for one in all_]

    assert eventually(both, lambda two: all(two)) == ([True], [False])


def test_one_on_the_network_of_the_host(site: Site) -> None:
    site.docker("run", "-d", "--name=printer", "--network=host", "netc-lab/web")
    assert eventually(lambda: sockets.of(look(site, "printer"), "tcp", 80))


def test_one_that_ends_again_and_again(site: Site) -> None:
    run = ("run", "-d", "--restart=always", "--name=ill", "netc-lab/web")
    site.docker(*run, "sh", "-c", "exit 1")

    def state() -> str:
        return site.docker("inspect", "-f", "{{.State.Status}} {{.RestartCount}}", "ill")

    eventually(state, lambda now: now.startswith("restarting") and int(now.split()[1]) > 3, 20)
    before = held(site)
    with pytest.raises(NetcError) as caught:
        asked(site, lambda engine: engine.beside("ill", IMAGE, ["true"]))
    assert type(caught.value).__name__ == "NotRunning", caught.value
    with pytest.raises(NetcError, match="docker logs ill"):
        look(site, "ill")
    assert held(site) == before


def test_a_network_container_whose_service_is_stopped(site: Site) -> None:
    address = site.up("web1")
    site.docker("stop", "web1")
    script = ["/bin/sh", "-c", "ip addr; iptables-save"]

    async def work(engine: EngineApi) -> str:
        return await engine.beside("netc-web1", IMAGE, script, admin=True)

    printed = asked(site, work)
    assert f"{address}/" in printed
    assert "*nat" in printed
    with pytest.raises(NetcError):
        asked(site, lambda engine: engine.beside("netc-web1", IMAGE, ["ip", "link", "del", "lo"]))


def test_ten_looks_one_after_the_other(left: Site) -> None:
    async def work(engine: EngineApi) -> list[float]:
        service = await engine.container("web1")
        assert service is not None
        times = []
        for _ in range(10):
            began = time.monotonic()
            assert sockets.of(await listening(engine, service, IMAGE), "tcp", 80)
            times.append(time.monotonic() - began)
        return times

    times = sorted(asked(left, work))
    print(f"a look: {times[0]:.2f} to {times[-1]:.2f} s, median {times[5]:.2f} s")
    assert times[5] < 3


def test_twenty_at_once(left: Site) -> None:
    async def work(engine: EngineApi) -> float:
        service = await engine.container("web1")
        assert service is not None
        began = time.monotonic()
        looks = (listening(engine, service, IMAGE) for _ in range(20))
        found = await asyncio.gather(*looks)
        assert all(sockets.of(one, "tcp", 80) for one in found)
        return time.monotonic() - began

    print(f"twenty looks at once: {asked(left, work):.2f} s")


@pytest.mark.parametrize("delay", [0.1, 0.3, 0.6, 1.0])
def test_netc_killed_in_between(left: Site, delay: float) -> None:
    command = [sys.executable, "-c", ONE_LOOK, left.lab.docker_host, "60"]
    process = left.lab.popen("host", command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    time.sleep(delay)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()


def test_netc_killed_after_each_answer_of_the_engine(
    left: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was not started is no service, and the next look removes it."""
    monkeypatch.setattr(beside, "FORGOTTEN", 1)
    before = held(left)
    stayed = 0
    for count in range(1, 20):
        command = [sys.executable, "-c", KILLED_AFTER + ONE_LOOK, str(count)]
        done = left.lab.exec([*command, left.lab.docker_host, "0"])
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        time.sleep(2)
        stayed += held(left) != before
        services = json.loads(left.netc("ls", "--all", "--json"))["services"]
        assert not [one["name"] for one in services if one["name"].startswith("netc-")]
        look(left, "web1")
        assert held(left) == before, count
        if done.returncode == 0:
            break
    else:
        pytest.fail("a look asks less of the engine than that")
    print(f"{stayed} of {count} stayed until the next look")
    assert stayed
