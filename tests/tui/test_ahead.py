"""The first look, made by a child: services are shown before the engine is connected."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import parse
from netc_tui.engine import EngineApi
from netc_tui.host.ahead import Ahead
from netc_tui.operations.live.first import FirstLook, decoded
from netc_tui.operations.live.inventory import look
from tests.tui.stage import Stage
from tests.twin import FakeEngine


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
        ui.app.desk.interface = "eth1"
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


def test_the_child_hands_over_or_says_nothing() -> None:
    with Ahead(lambda: b"done") as ahead:
        assert ahead.wait() == b"done"

    def fail() -> bytes:
        raise NetcError("no engine")

    with Ahead(fail) as ahead:
        assert ahead.wait() == b""
    assert decoded(b"") is None


def test_a_parent_that_is_killed_leaves_no_child() -> None:
    code = (
        "import time; from netc_tui.host.ahead import Ahead; ahead = Ahead(lambda: time.sleep(60));"
        "time.sleep(0.5); print(ahead._child, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}/exe").exists():
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.05)


def test_closing_ends_the_child() -> None:
    with Ahead(_forever) as ahead:
        child = ahead._child
        os.kill(child, 0)
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return
    raise AssertionError("it still runs")


def _forever() -> bytes:
    while True:
        os.read(os.pipe()[0], 1)
