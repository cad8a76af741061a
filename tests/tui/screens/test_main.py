"""The main screen: what is filtered, marked, said, and which keys do something."""

from netc_tui.settings.keys import KEYS
from netc_tui.tui.screens.details import Details
from tests.tui.acts import is_on, written
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
