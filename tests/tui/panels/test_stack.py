"""The panels of the service under the cursor."""

import re

import pytest

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


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_the_title_has_each_panel_s_key_and_which_lines_are_shown(
    stage: Stage, size: tuple[int, int]
) -> None:
    async with stage.open(size=size) as ui:
        await ui.go("web")
        for key in "123456":
            await ui.press(key)
            await ui.pause(3)
            title = next(line for line in ui.lines if line.startswith("─ 1"))
            assert all(f"─ {at}" in title for at in range(1, 7)), title
            assert "…" not in title
            if key == "3":
                assert re.search(r" 1-\d+ of \d+ ─", title)
