"""What the main screen shows."""

import re

from tests.tui.acts import is_on, labels
from tests.tui.stage import Stage


async def test_a_filter_finds_what_is_not_on_screen(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        mac = labels(ui.engine, "web").mac
        await ui.press("slash")
        await ui.type(mac.upper())
        assert ui.rows == ["web"]


async def test_a_mark_that_is_not_listed_for_a_moment_does_not_hit_another(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("db")
        await ui.press("m")
        assert ui.current == "dns"
        ui.engine.stop("db")
        await ui.pause(1)
        assert "db" not in ui.rows
        assert ui.message == "1 marked, 1 of them not listed and left alone"
        await ui.press("space")
        await ui.pause(1)
        assert ui.app.screen is ui.app.main
        assert not ui.desk.jobs.under_way
        ui.engine.start_again("db")
        await ui.pause(1)
        assert ui.message == "1 marked"
        await ui.press("space")
        await ui.idle()
        assert is_on(ui.engine, "db")


async def test_a_hostile_message_is_shown_as_text(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        said = "[bold red]no[/] \x1b[2J\x1b]0;pwned\x07 way \u202eback\nline"
        ui.engine.say(ui.engine.own("web"), "failed", said)
        await ui.pause(1)
        await ui.go("web")
        assert "[bold red]no[/] ?[2J?]0;pwned? way" in ui.text
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", ui.text)


async def test_a_long_hostile_message_is_cut_and_shown_as_text(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        ui.app.say("web: \x1b[2J " + "a" * 76 + " and a tail " * 9, "bad")
        await ui.pause(1)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", "".join(ui.lines))
        assert ui.message.startswith("web: ?[2J aaa")
        assert "…" in ui.line("web: ?[2J")


async def test_only_the_names_that_are_looked_at_are_looked_up(stage: Stage) -> None:
    stage.tells |= {"domain": "home.lan", "dns": "192.168.77.1"}
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("db")
        await ui.pause(20)
        assert stage.looks == [], "it is off"
        await ui.go("web")
        await ui.until("● name     web.home.lan leads here")
        assert stage.looks == ["web"]
        await ui.press("2")
        await ui.go("shop-web-1")
        await ui.pause(400)
        assert stage.looks == ["web"], "no panel shows names"
        await ui.press("l")
        await ui.pause(400)
        assert stage.looks == ["web"], "nor behind a screen"
        await ui.press("escape", "enter")
        await ui.until("● name     shop-web-1.home.lan leads here")
        await ui.press("escape")
    stage.looks.clear()
    async with stage.open(size=(120, 40)) as ui:
        await ui.pause(20)
        assert sorted(stage.looks) == ["dns", "shop-web-1", "web"]
        await ui.pause(20)
        assert len(stage.looks) == 3
