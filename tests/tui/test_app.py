"""The app: what is there at its start, what it does at any size, and how it is left."""

import asyncio
import os
import time

import msgspec
import pytest
from blockbuster import BlockingError

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import parse
from netc_tui.core.memos import SILENT, WATCHER
from netc_tui.engine import EngineApi
from netc_tui.engine.endpoint import Endpoint
from netc_tui.engine.hosts import Host
from netc_tui.operations.live.first import FirstLook
from netc_tui.operations.live.inventory import look
from netc_tui.tui.app import IN_FORCE, ways
from tests.tui.acts import is_on
from tests.tui.stage import Stage
from tests.twin import FakeEngine


async def test_leaving_at_once_when_nothing_is_under_way(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("q")
        assert ui.app.return_code == 0
        assert not ui.app.is_running


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_warns_once_while_a_job_runs(stage: Stage, key: str) -> None:
    async with stage.open(interface="eth1") as ui:
        ui.engine.dhcp_delay = 20
        await ui.go("db")
        await ui.press("space")
        await ui.pause(1)
        await ui.press(key)
        assert ui.app.is_running
        assert "under way: db; quit again to leave now" in ui.message
        await ui.press(key)
        assert not ui.app.is_running
    assert is_on(ui.engine, "db")


async def test_blocking_the_loop_is_seen(stage: Stage) -> None:
    async def sleepy() -> None:
        async with stage.open() as ui:
            ui.app.call_later(lambda: time.sleep(0.001))
            await ui.pause()

    with pytest.raises(BlockingError):
        await sleepy()


async def test_any_size_will_do(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        for width, height in (
            (99, 34), (100, 33), (100, 34), (159, 40), (160, 40), (80, 21), (60, 20), (40, 10),
            (10, 3), (5, 2), (1, 1), (80, 24),
        ):  # fmt: skip
            await ui.pilot.resize_terminal(width, height)
            await ui.pause(0.3)
            assert {strip.cell_length for strip in ui.strips} == {width}
        assert ui.current == "web"
        assert "Path: web" in ui.text


@pytest.mark.parametrize("size", [(40, 10), (3, 3), (1, 1)])
async def test_dialogs_of_any_size(stage: Stage, size: tuple[int, int]) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        for at, key in enumerate(("e", "c", "space", "i", "question_mark", "enter")):
            # Opened in a small one, and made small while they are open.
            await ui.pilot.resize_terminal(*(size if at % 2 else (80, 24)))
            await ui.press(key)
            assert ui.app.screen is not ui.app.main
            await ui.pilot.resize_terminal(*size)
            await ui.press("down", "escape")
            assert ui.app.screen is ui.app.main, key


class Told:
    """What a child has told through its pipe."""

    def __init__(self, text: bytes) -> None:
        self.pipe, to = os.pipe()
        os.write(to, text)
        os.close(to)

    def close(self) -> None:
        if self.pipe >= 0:
            os.close(self.pipe)
        self.pipe = -1


async def seen(engine: FakeEngine) -> bytes:
    found = await look(engine, {}, engine.now)
    ours = [one for one in found.containers if one.ours]
    said = {one.id: tuple(filter(None, map(parse, await engine.log(one.name)))) for one in ours}
    return msgspec.msgpack.encode(FirstLook(engine.engine, found, said))


async def test_services_and_leases_are_there_before_the_engine_is(stage: Stage) -> None:
    engine = await stage.site()
    connected = asyncio.Event()

    async def connect() -> EngineApi:
        await connected.wait()
        return engine

    async with stage.open(engine, connect=connect, ahead=Told(await seen(engine))) as ui:
        assert "bound 192.168.77.12 eth1" in ui.row("web")
        assert "docker 28.5.2" in ui.lines[0]
        # What is asked for meanwhile is done as soon as it can be.
        ui.desk.interface = "eth1"
        await ui.go("db")
        await ui.press("space")
        await ui.pause()
        assert "turning on: begins" in ui.row("db")
        connected.set()
        await ui.until("db: on")
        assert "bound" in ui.row("db")


async def test_what_is_asked_for_fails_when_the_engine_cannot_be_reached(stage: Stage) -> None:
    engine = await stage.site()
    tried = asyncio.Event()

    async def connect() -> EngineApi:
        await tried.wait()
        raise NetcError("it is not running; start it")

    async with stage.open(
        engine, connect=connect, ahead=Told(await seen(engine)), interface="eth1"
    ) as ui:
        await ui.go("db")
        await ui.press("space")
        tried.set()
        await ui.until("engine away")
        await ui.until("db: it is not running; start it")
        assert "off" in ui.row("db")


async def test_a_child_that_failed_is_not_missed(stage: Stage) -> None:
    for told in (b"", b"\xc1 no such thing"):
        async with stage.open(ahead=Told(told)) as ui:
            assert "bound 192.168.77.12 eth1" in ui.row("web")


async def test_a_watcher_that_falls_silent_is_told_to_be_when_it_is(stage: Stage) -> None:
    async with stage.open(await stage.labelled(), size=(120, 40)) as ui:
        assert "watch: 1 in trouble" in ui.lines[0]
        assert "waits: netc watch has not" in ui.row("batch")
        await ui.pause(SILENT.total_seconds() - 10)
        assert "watch: 1 in trouble" in ui.lines[0]
        await ui.pause(15)
        assert "watch silent since 03:00:00" in ui.lines[0]
        assert "waits: netc watch is silent since" in ui.row("batch")
        stage.watched(ui.engine, stage.clock())
        ui.engine._note_volume("create", WATCHER)
        await ui.pause(1)
        assert "watch: 1 in trouble" in ui.lines[0]


async def test_each_host_is_reached_at_its_endpoint_and_without_any_the_one_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached = []

    async def connect(endpoint: Endpoint) -> None:
        reached.append(endpoint)

    monkeypatch.setattr("netc_tui.tui.app.connect", connect)
    assert ways(()) == (IN_FORCE,)
    hosts = [Host(name, Endpoint(f"ssh://{name}", "test")) for name in ("nas", "pi")]
    found = ways(hosts)
    assert [way.host for way in found] == ["nas", "pi"]
    for way in found:
        await way.connect()
    assert reached == [host.endpoint for host in hosts]
