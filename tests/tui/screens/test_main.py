"""The main screen: what is filtered, marked, said, and which keys do something."""

import re

from netc_tui.settings.keys import KEYS
from netc_tui.tui.screens.details import Details
from tests.tui.acts import is_on, labels, written
from tests.tui.stage import Stage


async def test_filter_as_one_types(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("slash")
        await ui.type("shop")
        assert ui.rows == ["shop-api-1", "shop-web-1"]
        await ui.type(" eth1")
        assert ui.rows == ["shop-web-1"]
        await ui.press("enter")
        assert ui.app.main.table.has_focus
        await ui.press("c")
        assert "Copy of shop-web-1" in ui.text
        await ui.press("escape", "escape")
        assert len(ui.rows) == 8
        assert ui.current == "shop-web-1"
        await ui.press("slash")
        await ui.type("nothing like it")
        assert ui.rows == []
        assert "Nothing matches" in ui.text
        await ui.press("enter", "space", "e", "r", "c", "enter", "l", "m", "x")
        assert ui.app.screen is ui.app.main


async def test_a_filter_finds_what_is_not_on_screen(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        mac = labels(ui.engine, "web").mac
        await ui.press("slash")
        await ui.type(mac.upper())
        assert ui.rows == ["web"]


async def test_only_on_and_stopped_ones(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("o")
        assert ui.rows == ["dns", "web", "shop-web-1"]
        await ui.press("o", "a")
        assert "old" in ui.rows
        assert "exited" in ui.row("old")
        await ui.press("a")
        assert "old" not in ui.rows
    async with stage.open(only_on=True, stopped=True, sort="lan", reverse=True) as ui:
        assert ui.rows == ["web", "shop-web-1", "dns"]


async def test_container_names_are_found(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("slash")
        await ui.type("shop-web-1")
        assert ui.rows == ["shop-web-1"]


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


async def test_marks_outlive_a_filter(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        for name in ("db", "mail"):
            await ui.press("slash")
            await ui.type(name)
            await ui.press("enter", "m", "escape")
        assert ui.app.main.table.marked == {("", "db"), ("", "mail")}
        await ui.press("space")
        await ui.idle()
        assert is_on(ui.engine, "db")
        assert is_on(ui.engine, "mail")


async def test_log_copy_and_details_are_of_the_cursor_whatever_is_marked(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("batch")
        await ui.press("m")
        await ui.go("web")
        assert "l log" in ui.keys
        await ui.press("l")
        assert "Log of netc-web" in ui.text
        await ui.press("escape")
        await ui.go("db")
        assert "l log" not in ui.keys


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


async def test_read_only_changes_nothing(stage: Stage) -> None:
    engine = await stage.site()
    before = len(written(engine))
    async with stage.open(engine, interface="eth1", read_only=True) as ui:
        assert "READ-ONLY" in ui.lines[0]
        for service in ("web", "db", "batch"):
            await ui.go(service)
            for key in KEYS:
                if key.writes:
                    assert f" {key.label}" not in ui.keys
                    await ui.press(key.key)
                    assert ui.app.screen is ui.app.main, key.id
                    assert ui.message == f"read-only: {key.label} is not to be had"
        await engine.remove("dns", 0)
        await ui.pause(1)
        await ui.go("dns")
        await ui.press("x", "y")
        await ui.press("ctrl+p")
        await ui.pause(1)
        offered = ui.text
        assert "Renew the lease now" not in offered
        assert "Filter as you type" in offered
        await ui.press("escape", "enter")
        assert isinstance(ui.app.screen, Details)
        await ui.idle()
    assert written(engine)[before:] == [("remove", "dns")]


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
