"""The question before something is turned off."""

from netc_tui.operations.up import Request, up
from netc_tui.tui.screens.confirm import Confirm
from tests.tui.acts import is_on
from tests.tui.stage import Stage


async def test_off_asks_and_only_y_means_yes(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        for key in ("n", "escape", "q"):
            await ui.press("space")
            assert isinstance(ui.app.screen, Confirm)
            await ui.press(key)
            assert ui.app.screen is ui.app.main
        await ui.press("space", "space", "enter", "space", "Y", "tab")
        assert isinstance(ui.app.screen, Confirm)
        assert is_on(ui.engine, "web")
        assert not ui.desk.jobs.under_way
        await ui.press("y")
        await ui.idle()
        assert not is_on(ui.engine, "web")
        assert "○ off" in ui.row("web")
        assert ui.message == "web: off"


async def test_a_question_about_many_says_how_many_it_does_not_show(stage: Stage) -> None:
    engine = stage.engine()
    for at in range(30):
        engine.run(f"s{at:02}")
        await up(engine, Request(f"s{at:02}", "eth1"))
    async with stage.open(engine, size=(80, 24)) as ui:
        await ui.press("M", "space")
        assert "Take 30 services off the LAN?" in ui.text
        listed = sum(f"  s{at:02}: " in ui.text for at in range(30))
        assert f"and {30 - listed} more" in ui.text
        assert "y yes, turn off" in ui.text


async def test_of_one_whose_labels_ask_it_says_that_it_stays_off_and_how_it_comes_back(
    stage: Stage,
) -> None:
    async with stage.open(await stage.labelled(), size=(80, 24)) as ui:
        await ui.go("shop")
        await ui.press("space")
        await ui.pause()
        assert "stays off until A (netc auto shop) gives it back" in ui.words("#question")
        await ui.press("n")
        await ui.go("web")
        await ui.press("space")
        await ui.pause()
        assert "labels" not in ui.words("#question")
        await ui.press("n", "m")
        for name in ("shop", "mail"):
            await ui.go(name)
            await ui.press("m")
        await ui.press("space")
        await ui.pause()
        assert "Take mail, shop, web off the LAN?" in ui.words("#question")
        assert "The labels of 2 ask for it: these stay off until A" in ui.words("#question")


async def test_a_restart_gives_nothing_back(stage: Stage) -> None:
    async with stage.open(await stage.labelled()) as ui:
        await ui.go("shop")
        await ui.press("R")
        await ui.pause()
        assert "Restart the network container of shop?" in ui.text
        assert "stays off" not in ui.text
