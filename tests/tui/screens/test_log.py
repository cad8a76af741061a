"""The log of a network container, followed."""

from netc_tui.tui.screens.reader import Reader
from tests.tui.stage import Stage


async def test_the_log_is_followed_and_searched(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        box = ui.engine.own("web")
        for at in range(60):
            ui.engine.say(box, "renew_asked", f"number {at}")
        box.hear(b"not ours \x1b[31m\xff")
        await ui.go("web")
        await ui.press("l")
        await ui.pause(1)
        assert "number 59" in ui.text
        assert "not ours ?[31m" in ui.text
        ui.engine.say(box, "renew_asked", "number 60")
        await ui.pause(1)
        assert "number 60" in ui.text
        await ui.press("g")
        assert "discover" in ui.text
        ui.engine.say(box, "renew_asked", "number 61")
        await ui.pause(1)
        assert "number 61" not in ui.text
        await ui.press("slash")
        await ui.type("number 3")
        await ui.press("enter")
        assert "number 3" in ui.text
        assert isinstance(ui.app.screen, Reader)
        top = ui.app.screen.text.top
        await ui.press("n")
        assert ui.app.screen.text.top > top
        await ui.press("N")
        assert ui.app.screen.text.top == top
        await ui.press("escape")
        assert isinstance(ui.app.screen, Reader)
        ui.engine.stop("netc-web")
        await ui.pause(1)
        assert "Log of netc-web (ended)" in ui.text
        await ui.press("G")
        assert "the log ended: its container stopped" in ui.text
        # When it runs again the log goes on, and nothing of it is there twice.
        ui.engine._start(box)
        ui.engine.say(box, "renew_asked", "number 62")
        await ui.pause(2)
        assert "(ended)" not in ui.text
        assert ui.words("#text").count("number 61") == 1
        assert "number 62" in ui.text
        await ui.press("escape")
        assert ui.app.screen is ui.app.main


async def test_the_log_after_an_outage_and_in_another_width(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        box = ui.engine.own("web")
        await ui.go("web")
        await ui.press("l")
        await ui.pause(1)
        ui.engine.away = "gone"
        await ui.pause(3)
        assert "(ended)" in ui.text
        ui.engine.away = None
        ui.engine.say(box, "nak", "a long story " * 9 + "with an end")
        await ui.pause(20)
        assert "(ended)" not in ui.text
        assert "with an end" in ui.words("#text")
        await ui.pilot.resize_terminal(120, 24)
        await ui.pause(1)
        assert ui.words("#text").count("with an end") == 1
        assert all("…" not in line for line in ui.lines)


async def test_the_log_of_one_that_is_off_is_not_opened(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press("l")
        assert ui.app.screen is ui.app.main
