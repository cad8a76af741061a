"""The table of services: its cursor, its marks."""

import pytest

from tests.tui.acts import is_on
from tests.tui.drawn import Asked
from tests.tui.stage import Stage


async def test_the_cursor_stays_on_its_service(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("mail")
        ui.engine.run("aaa")
        ui.engine.run("zzz")
        await ui.pause(1)
        assert ui.rows[0] == "aaa"
        assert ui.current == "mail"
        await ui.engine.remove("batch", 0)
        await ui.pause(1)
        assert ui.current == "mail"
        at = ui.rows.index("mail")
        await ui.engine.remove("mail", 0)
        await ui.pause(1)
        assert ui.current == ui.rows[at]
        await ui.press("end")
        last = ui.rows[-1]
        assert ui.current == last == "shop-web-1"
        await ui.engine.remove("netc-shop-web-1", 0)
        await ui.engine.remove(last, 0)
        await ui.pause(1)
        assert ui.current == ui.rows[-1]


async def test_marks_of_what_is_gone_are_gone(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("db")
        await ui.press("m")
        await ui.go("mail")
        await ui.press("m")
        await ui.engine.remove("mail", 0)
        await ui.pause(1)
        assert ui.app.main.table.marked == {("", "db")}
        await ui.press("space")
        await ui.idle()
        assert is_on(ui.engine, "db")


async def test_the_cursor_is_on_screen_in_a_long_table(stage: Stage) -> None:
    engine = stage.engine()
    for at in range(100):
        engine.run(f"s{at:03}")
    async with stage.open(engine, size=(80, 24)) as ui:
        for key, name in (
            ("end", "s099"), ("home", "s000"), ("pagedown", None), ("G", "s099"), ("k", "s098"),
            ("g", "s000"), ("up", "s000"), ("j", "s001"),
        ):  # fmt: skip
            await ui.press(key)
            assert name in (None, ui.current)
            assert ui.current is not None
            assert ui.style(ui.current).bgcolor != ui.style("SERVICE").bgcolor


async def test_a_cursor_move_draws_two_rows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage.open(size=(80, 24)) as ui:
        asked = Asked(ui.app.main.table, monkeypatch)
        await ui.press("down")
        assert asked.whole == 0
        assert {(region.y, region.height) for region in asked.regions} == {(1, 1), (2, 1)}
        asked.regions.clear()
        ui.app.main.show_all()
        await ui.pause()
        assert asked.regions == []
        ui.engine.check("shop-api-1", "starting")
        await ui.pause()
        assert asked.whole == 0
        (region,) = asked.regions
        assert (region.y, region.height) == (1 + ui.rows.index("shop-api-1"), 1)
        assert region.width < 40
