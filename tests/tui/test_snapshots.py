"""Screens as text, to be read by people when they change: ``pytest --snapshot-update``, then look
at the difference as an operator would.
"""

import re

import pytest
from syrupy.assertion import SnapshotAssertion

from netc_tui.core.lookup import Pointing
from netc_tui.engine import Refused
from tests.tui.stage import NO_ANSWER, Stage, Ui, part_of

SIZES = ((60, 20), (80, 24), (120, 40), (200, 60))
TWO = ((80, 24), (120, 40))
SCREENS = {
    "dialog": ("db", ("e",)),
    "change": ("web", ("e",)),
    "confirm": ("web", ("space",)),
    "interfaces": ("web", ("i",)),
    "copy": ("web", ("c",)),
    "details": ("web", ("enter",)),
    "log": ("web", ("l",)),
    "help": ("web", ("question_mark",)),
}
"""What is under the cursor, and the keys from the main screen."""
CLIENTS = """\
client 192.168.77.140 tcp 443 41 61200 88401222 0
client 192.168.77.140 tcp 80 2 24 3100 0
client 192.168.77.23 tcp 443 3 902 640220 0
client 10.20.30.41 tcp 80 12 12 720 12
client 192.168.178.201 tcp 80 1 13 979 0
more 3
"""
NAMES = {"192.168.77.140": "laptop-anna.lan", "192.168.77.23": "tv-in-the-living-room.lan"}


def named(value: object) -> str:
    return f"{value[0]}x{value[1]}" if isinstance(value, tuple) else str(value)


def shown(ui: Ui) -> str:
    """The screen, with nothing drawn outside of it and no line that is not one."""
    width, height = ui.app.size
    assert len(ui.strips) == height
    assert {strip.cell_length for strip in ui.strips} == {width}
    # The tag of the image is a hash of what is in it.
    return re.sub(r"netc-sidecar:[0-9a-f]{12}", "netc-sidecar:0123456789ab", ui.text)


async def at(ui: Ui, screen: str) -> None:
    service, keys = SCREENS[screen]
    await ui.go(service)
    await ui.press(*keys)
    await ui.pause(1)


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_main(stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    stage.clock.stopped = True
    stage.passing = {"web": 12, "dns": 0}
    async with stage.open(size=size, interface="eth1") as ui:
        await ui.go("web")
        await ui.pause(25)
        assert shown(ui) == snapshot
        ui.engine.clients["web"] = CLIENTS
        stage.names = NAMES
        if size < (100, 34):
            for at, name in enumerate(("lease", "rules", "clients", "events", "done"), 2):
                await ui.press(f"{at}")
                await ui.pause(3)
                assert shown(ui) == snapshot(name=f"{name} {named(size)}")
        else:
            for key, name in (("4", "clients"), ("6", "done")):
                await ui.press(key)
                await ui.pause(3)
                assert shown(ui) == snapshot(name=f"{name} {named(size)}")


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_names(stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    stage.clock.stopped = True
    stage.passing = {"web": 12, "dns": 0}
    stage.tells |= {"domain": "home.lan", "dns": "192.168.77.1"}
    others = {"addresses": ("192.168.77.12", "192.168.77.66"), "others": ("printer.home.lan",)}
    stage.in_dns["web"] = {"pointing": Pointing.ALSO, **others}
    stage.in_dns["dns"] = {"pointing": Pointing.NOWHERE, "addresses": (), "called": ()}
    async with stage.open(size=size, interface="eth1") as ui:
        for service in ("shop-web-1", "web"):
            await ui.go(service)
            await ui.pause(25)
            assert shown(ui) == snapshot(name=f"{service} {named(size)}")


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_screens(stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    stage.clock.stopped = True
    async with stage.open(size=size) as ui:
        for screen in SCREENS:
            await at(ui, screen)
            assert shown(ui) == snapshot(name=f"{screen} {named(size)}")
            await ui.press("escape")


async def test_main_ascii(stage: Stage, snapshot: SnapshotAssertion) -> None:
    stage.passing = {"web": 12}
    async with stage.open(size=(80, 24), ascii=True) as ui:
        await ui.go("web")
        await ui.pause(25)
        assert shown(ui) == snapshot


async def test_every_screen_is_ascii_where_it_has_to_be(stage: Stage) -> None:
    found: dict[str, set[str]] = {}
    stage.passing = {"web": 12}

    def look(where: str) -> None:
        if others := {one for one in ui.text if not one.isascii()}:
            found[where] = others

    engine = await stage.site()
    engine.run("wide", labels=part_of("名前サ", "網é"), image="registry/サ:1")
    async with stage.open(engine, size=(80, 24), ascii=True) as ui:
        await ui.go("wide")
        assert "wide (??????/???)" in ui.row("wide")
        look("main")
        for screen in SCREENS:
            await at(ui, screen)
            look(screen)
            await ui.press("escape")
        for key in ("2", "3", "4", "5", "6", "slash", "tab", "m", "o", "s", "S"):
            await ui.press(key)
            await ui.pause(1)
            look(key)
        await ui.press("escape", "escape", "ctrl+p")
        await ui.pause(1)
        look("palette")
        await ui.press("escape")
        ui.engine.stop("dns")
        await ui.pause(1)
        look("stopped")
        ui.engine.away = "no answer"
        await ui.pause(5)
        look("outage")
        await ui.pilot.resize_terminal(120, 40)
        await ui.pause(1)
        look("120x40")
    assert found == {}


@pytest.mark.parametrize("size", TWO, ids=named)
async def test_outage(stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    async with stage.open(size=size) as ui:
        await ui.go("web")
        ui.engine.away = (
            "no answer from the Docker engine at unix:///var/run/docker.sock; is it running?"
            " systemctl status docker"
        )
        await ui.pause(20)
        assert shown(ui) == snapshot


async def test_empty_engine(stage: Stage, snapshot: SnapshotAssertion) -> None:
    async with stage.open(stage.engine(), size=(80, 24)) as ui:
        assert shown(ui) == snapshot


async def test_filtered(stage: Stage, snapshot: SnapshotAssertion) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.press("slash")
        await ui.type("eth1")
        assert shown(ui) == snapshot


async def test_marked(stage: Stage, snapshot: SnapshotAssertion) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.press("m", "m", "down", "m")
        assert shown(ui) == snapshot


@pytest.mark.parametrize("size", TWO, ids=named)
async def test_job_under_way(
    stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with stage.open(size=size, interface="eth1") as ui:
        ui.engine.dhcp_delay = 20
        await ui.go("db")
        await ui.press("space", "3")
        await ui.pause(2)
        assert shown(ui) == snapshot


@pytest.mark.parametrize("size", TWO, ids=named)
async def test_failure(stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    async with stage.open(size=size, interface="eth1") as ui:
        ui.engine.images.clear()

        def refuse(call: tuple[str, ...]) -> None:
            if call[0] == "build":
                raise Refused(
                    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io'
                    " on 192.168.1.1:53: server misbehaving"
                )

        ui.engine.before = refuse
        await ui.go("db")
        await ui.press("space")
        await ui.idle()
        assert shown(ui) == snapshot


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_kept(stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    stage.clock.stopped = True
    async with stage.open(await stage.labelled(), size=size, interface="eth1") as ui:
        await ui.go("wiki")
        await ui.pause(3)
        assert shown(ui) == snapshot
        await ui.go("mail")
        await ui.press("space")
        await ui.pause(1)
        assert shown(ui) == snapshot(name=f"confirm {named(size)}")
        await ui.press("n", "enter")
        await ui.pause(1)
        assert shown(ui) == snapshot(name=f"details {named(size)}")


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_hosts(stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    stage.clock.stopped = True
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=size, interface="eth1") as ui:
        hosts["attic"].away = NO_ANSWER
        await ui.pause(5)
        for host in ("pi-10", "attic"):
            await ui.go("web", host)
            await ui.pause(3)
            assert shown(ui) == snapshot(name=f"{host} {named(size)}")
        await ui.press("slash", *"web", "enter", "M", "space")
        await ui.pause(1)
        assert shown(ui) == snapshot(name=f"confirm {named(size)}")
        await ui.press("n", "d")
        await ui.until("services, of")
        assert shown(ui) == snapshot(name=f"doctor {named(size)}")
        await ui.press("escape", "escape", "escape")
        await ui.go("cam", "pi-10")
        await ui.press("e")
        await ui.pause(1)
        assert shown(ui) == snapshot(name=f"dialog {named(size)}")
