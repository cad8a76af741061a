"""The demo's main screen: the line that leads through it, and the key that breaks and mends."""

import asyncio

import pytest

from netc_tui.lab.demo import BREAKAGES
from netc_tui.settings.declared import Settings
from netc_tui.tui.screens.demo import RunCommand, free_key
from tests.tui.stage import Stage, Ui
from tests.twin import FakeEngine


def docker(engine: FakeEngine) -> tuple[list[str], RunCommand]:
    """What docker does of it, and all that was run."""
    ran: list[str] = []
    does = {
        "stop": engine.stop,
        "start": engine.start_again,
        "pause": engine.pause,
        "unpause": engine.unpause,
    }

    async def run(command: str) -> str:
        ran.append(command)
        _, what, service = command.split()
        does[what](service)
        return ""

    return ran, run


async def says(ui: Ui, words: str) -> None:
    for _ in range(300):
        if words in ui.hint:
            return
        await ui.pause(0.1)
    raise AssertionError(f"{words!r} does not come: {ui.hint!r}\n{ui.text}")


async def message_ends(ui: Ui) -> None:
    for _ in range(100):
        if not ui.message:
            return
        await ui.pause(0.1)
    raise AssertionError(f"it still says {ui.message!r}")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_five_steps(stage: Stage, size: tuple[int, int], theme: str) -> None:
    engine = await stage.site()
    ran, run = docker(engine)
    async with stage.open(
        engine,
        size,
        breakages=BREAKAGES,
        run_command=run,
        interface="eth1",
        ascii=theme == "light",
        theme=theme,
    ) as ui:
        await ui.go("db")
        assert "1/5  Turn on db, too: space" in ui.hint
        await ui.press("space")
        await says(ui, "2/5  Look at the path to db, above")
        await says(ui, "3/5  Break it: b runs docker stop db")
        await ui.press("b")
        await says(ui, "4/5  See it named, above: N401")
        assert ui.message == "docker stop db"
        assert "N401" in ui.text.replace(ui.hint, "")
        await ui.press("c")
        assert "Copy of db" in ui.text
        await ui.press("escape")
        await says(ui, "5/5  Mend it: b runs its remedy, docker start db")
        assert "docker start db" in ui.text.replace(ui.hint, "")
        await ui.press("b")
        await says(ui, "Mended.")
        await ui.press("b")
        await says(ui, "4/5  See it named, above: N402")
        await says(ui, "5/5  Mend it: b runs its remedy, docker unpause db")
        await ui.press("b")
        await says(ui, "Mended.")
    assert ran == ["docker stop db", "docker start db", "docker pause db", "docker unpause db"]


async def test_it_follows_what_is_there(stage: Stage) -> None:
    engine = await stage.site()
    ran, run = docker(engine)
    async with stage.open(engine, (80, 24), breakages=BREAKAGES, run_command=run) as ui:
        await ui.go("batch")
        assert "1/5  Put the cursor on dns: down and up" in ui.hint.replace("↓", "down").replace(
            "↑", "up"
        )
        await ui.press("b")
        assert "only what is on can be broken" in ui.message
        await ui.go("web")
        await message_ends(ui)  # that one is on
        await ui.press("2")
        await says(ui, "2/5  Look at the path to web: 1")
        engine.stop("web")  # somebody else does
        await says(ui, "4/5  See what is broken: 1 shows the path")
        await ui.press("1")
        await says(ui, "4/5  See it named, above: N401")
        await ui.go("dns")
        assert "dns" in ui.hint
        await ui.go("web")
        await says(ui, "4/5")
        engine.start_again("web")
        await says(ui, "Mended.")
        engine.answers["tcp/80"] = "refused"
        await says(ui, "See it named, above: N5")
        await ui.press("b")
        assert "was not broken by the demo" in ui.message
        await says(ui, "Mend it in another terminal: c copies how")
        engine.answers["tcp/80"] = "open"
        await says(ui, "Mended.")
        await message_ends(ui)
    assert ran == []


async def test_it_is_put_away_and_comes_back(stage: Stage) -> None:
    engine = await stage.site()
    _, run = docker(engine)
    async with stage.open(engine, (80, 24), breakages=BREAKAGES, run_command=run) as ui:
        await ui.go("web")
        await ui.press("m", "escape")
        assert ui.hint, "it was for the marks"
        await ui.press("escape")
        assert not ui.hint
        assert "Demo" not in ui.text
        await ui.go("web")
        await ui.press("b")
        await says(ui, "4/5")


@pytest.mark.parametrize(("size", "there"), [((80, 17), 0), ((77, 24), 0), ((78, 18), 1)])
async def test_it_is_there_where_there_is_room(
    stage: Stage, size: tuple[int, int], there: int
) -> None:
    async with stage.open(size=size, breakages=BREAKAGES) as ui:
        assert ui.text.count("Demo 1/5") == there


async def test_what_is_under_way_is_told_for_as_long_as_it_is(stage: Stage) -> None:
    engine = await stage.site()
    goes_on = asyncio.Event()

    async def run(command: str) -> str:
        await goes_on.wait()
        return ""

    async with stage.open(engine, (80, 24), breakages=BREAKAGES, run_command=run) as ui:
        await ui.go("web")
        await ui.press("b", "b")
        assert ui.message == "under way: docker stop web"
        goes_on.set()
        await message_ends(ui)


async def test_a_command_that_fails_is_told(stage: Stage) -> None:
    async with stage.open(size=(120, 40), breakages=BREAKAGES) as ui:
        await ui.go("web")
        await ui.press("b")
        await ui.pause(0.5)
        assert ui.message == "docker stop web: there is no shell"


async def test_read_only(stage: Stage) -> None:
    engine = await stage.site()
    ran, run = docker(engine)
    async with stage.open(
        engine, (80, 24), breakages=BREAKAGES, run_command=run, read_only=True
    ) as ui:
        await ui.go("web")
        assert "read-only" in ui.hint
        await ui.press("b")
        assert "read-only" in ui.message
    assert ran == []


async def test_outside_of_the_demo_there_is_neither(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        assert not ui.app.main.query("#hint")
        await ui.go("web")
        before = ui.text
        await ui.press("b")
        assert ui.text == before


async def test_the_keys_are_those_in_force(stage: Stage) -> None:
    keys = {"on_off": "t", "renew": "b"}
    async with stage.open(size=(80, 24), breakages=BREAKAGES, interface="eth1", keys=keys) as ui:
        await ui.go("db")
        assert "1/5  Turn on db, too: t;" in ui.hint
        await ui.press("t")
        await says(ui, "3/5  Break it: B runs docker stop db")


def test_the_key_of_the_demo_is_free() -> None:
    assert free_key(Settings()) == "b"
    assert free_key(Settings(keys={"renew": "b", "log": "B"})) == "f2"


async def test_with_several_hosts_that_of_the_row_is_broken_and_mended(stage: Stage) -> None:
    hosts = await stage.hosts()
    ran: list[str] = []

    async def run(command: str) -> str:
        ran.append(command)
        way, what, service = command.removeprefix("docker -H ").split()
        engine = hosts[way.removeprefix("ssh://")]
        {"stop": engine.stop, "start": engine.start_again}[what](service)
        return ""

    async with stage.open(
        hosts=hosts, breakages=BREAKAGES[:1], run_command=run, interface="eth0"
    ) as ui:
        await ui.go("web", "pi-10")
        await ui.press("1", "b")
        await says(ui, "5/5  Mend it: b runs its remedy, docker -H ssh://pi-10 start web")
        assert "● bound" in ui.row("web", "nas")
        await ui.press("b")
        await ui.pause(5)
        assert ran == [f"docker -H ssh://pi-10 {what} web" for what in ("stop", "start")]
