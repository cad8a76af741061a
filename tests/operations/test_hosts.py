"""Several hosts are asked at once, and none holds up another."""

import asyncio
import time

import msgspec
import pytest

from netc_tui.cli.output import host_json
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.twins import Identified
from netc_tui.engine import Endpoint, EngineApi
from netc_tui.engine.hosts import Host
from netc_tui.operations.hosts import Listed, listed
from netc_tui.operations.swarm import WORKER
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.twin import FakeEngine
from tests.twin.swarm import member

pytestmark = pytest.mark.usefixtures("machine")


def host(name: str) -> Host:
    return Host(name, Endpoint(f"ssh://{name}", f"the host {name}", local=False))


def engine(id: str, *services: str) -> FakeEngine:
    made = FakeEngine()
    made.engine = msgspec.structs.replace(made.engine, id=id)
    for name in services:
        made.run(name)
    return made


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeEngine]:
    """What is reached, by url; nobody answers at another one."""
    found: dict[str, FakeEngine] = {}

    async def connect(endpoint: Endpoint) -> EngineApi:
        if endpoint.url == "ssh://silent":
            await asyncio.sleep(60)
        if endpoint.url not in found:
            raise NetcError("no such host", Exit.ENGINE)
        return found[endpoint.url]

    monkeypatch.setattr("netc_tui.engine.connect", connect)
    return found


def test_what_each_told_is_in_their_order(engines: dict[str, FakeEngine]) -> None:
    engines["ssh://a"], engines["ssh://b"] = engine("A", "web"), engine("B", "db", "web")
    engines["ssh://b"].run("old", state="exited")
    a, away, b = run(listed([host("a"), host("away"), host("b")]))
    assert [service.name for service in a.services] == ["web"]
    assert [service.name for service in b.services] == ["db", "web"]
    assert away == Listed(host("away"), "no such host")
    assert away.known is None
    bridge = next(net.id for net in engines["ssh://a"].nets.values() if net.name == "bridge")
    assert a.known == Identified("a", "A", bridge)
    (all_of_b,) = run(listed([host("b")], stopped=True))
    assert [service.name for service in all_of_b.services] == ["db", "old", "web"]


def test_one_that_is_silent_takes_its_own_time_alone(engines: dict[str, FakeEngine]) -> None:
    engines["ssh://a"] = engine("A", "web")
    began = time.monotonic()
    silent, other, a = run(listed([host("silent"), host("silent"), host("a")], seconds=0.3))
    assert time.monotonic() - began < 1
    assert silent.error == other.error == "no answer within 0.3 s"
    assert not a.error


def test_what_goes_away_meanwhile_is_let_go(
    engines: dict[str, FakeEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engines["ssh://a"] = going = engine("A", "web")
    going.away = "it went"
    closed: list[bool] = []

    async def close() -> None:
        closed.append(True)

    monkeypatch.setattr(going, "close", close)
    (told,) = run(listed([host("a")]))
    assert (told.error, told.services) == ("it went", ())
    assert closed == [True]


def test_images_of_another_version_are_counted(engines: dict[str, FakeEngine]) -> None:
    engines["ssh://a"] = old = engine("A", "web", "db")
    for name in ("web", "db"):
        run(up(old, Request(name, "eth0")))
    (told,) = run(listed([host("a")]))
    assert told.others == 0
    old.boxes["netc-web"].image = "netc-sidecar:0123456789ab"
    (told,) = run(listed([host("a")]))
    assert told.others == 1


def test_what_one_does_not_see_of_its_swarm_is_told(engines: dict[str, FakeEngine]) -> None:
    worker = engines["ssh://w"] = engine("W")
    worker.engine = msgspec.structs.replace(worker.engine, swarm=member(manager=False))
    worker.run("job.1.x", labels={"com.docker.swarm.service.name": "job"})
    (told,) = run(listed([host("w")]))
    assert told.unseen == WORKER
    assert host_json(told)["swarm"]["remark"] == WORKER
