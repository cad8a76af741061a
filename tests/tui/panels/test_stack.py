"""The panels of the service under the cursor."""

from tests.tui.stage import Stage


async def test_a_panel_begins_at_its_top_for_each_service(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        box = ui.engine.own("web")
        for at in range(30):
            ui.engine.say(box, "renew_asked", f"number {at}")
        await ui.go("web")
        await ui.press("5", *["right_square_bracket"] * 12)
        await ui.pause(1)
        assert "number 29" not in ui.text
        await ui.go("dns")
        await ui.go("web")
        await ui.pause(1)
        assert "number 29" in ui.text


async def test_panels_by_number_by_tab_and_scrolled(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        assert "Path: web" in ui.text
        await ui.press("tab", "tab")
        assert "Rules: web" in ui.text
        await ui.press(*["tab"] * 4)
        assert "Path: web" in ui.text
        await ui.press("3")
        await ui.pause(3)
        assert "1-" in ui.line("Rules: web")
        await ui.press("right_square_bracket", "right_square_bracket")
        assert "3-" in ui.line("Rules: web")
        await ui.press("left_square_bracket")
        assert "2-" in ui.line("Rules: web")
