"""Fields to type into."""

from tests.tui.stage import Stage


async def test_while_one_types_the_foot_has_no_keys_that_are_text(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("slash")
        assert ui.keys == "⏎ done  esc clear"
        await ui.press("down")
        assert ui.app.main.filter.has_focus
        assert ui.current == ui.rows[1], "the cursor can be moved"
