"""The keys at the foot, and the mouse."""

import pytest

from netc_tui.tui.screens.details import Details
from tests.tui.acts import is_on
from tests.tui.stage import Stage


async def test_the_mouse_does_the_same(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        at = ui.rows.index("dns")
        await ui.pilot.click("#table", offset=(6, 1 + at))
        assert ui.current == "dns"
        await ui.pilot.click("#table", offset=(ui.line("LAN ADDRESS").index("LAN"), 0))
        assert ui.app.main.listing.sort == "lan"
        await ui.pilot.click("#table", offset=(ui.line("LAN ADDRESS").index("LAN"), 0))
        assert ui.app.main.listing.reverse
        for word in ("c copy", "copy"):
            line = ui.lines[-1]
            await ui.pilot.click("#keys", offset=(line.index(word), 0))
            assert "Copy of" in ui.text
            await ui.press("escape")
        await ui.pilot.double_click("#table", offset=(6, 2))
        assert isinstance(ui.app.screen, Details)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_clicks_on_the_keys_of_each_screen(stage: Stage, size: tuple[int, int]) -> None:
    async with stage.open(size=size, interface="eth1") as ui:

        async def click(words: str) -> None:
            y, line = next(
                (y, line) for y, line in reversed(list(enumerate(ui.lines))) if words in line
            )
            await ui.pilot.click(offset=(line.index(words) + len(words) - 1, y))
            await ui.pause(0.5)

        await ui.go("web")
        for opens, word in (("enter", "esc back"), ("l", "esc back"), ("space", "n no")):
            await ui.press(opens)
            await ui.pause(0.5)
            assert ui.app.screen is not ui.app.main
            await click(word)
            assert ui.app.screen is ui.app.main
        await ui.go("db")
        await ui.press("e")
        await ui.pause(1)
        await click("do it")
        await ui.idle()
        assert is_on(ui.engine, "db")
        await ui.press("space")
        await ui.pause(0.5)
        await click("yes, turn off")
        await ui.idle()
        assert not is_on(ui.engine, "db")
        await click("quit")
        assert not ui.app.is_running
