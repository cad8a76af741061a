"""The keys at the foot, and the mouse."""

from netc_tui.tui.screens.details import Details
from tests.tui.stage import Stage


async def test_the_mouse_does_the_same(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        at = ui.rows.index("dns")
        await ui.pilot.click("#table", offset=(6, 1 + at))
        assert ui.current == "dns"
        await ui.pilot.click("#table", offset=(ui.line("LAN ADDRESS").index("LAN"), 0))
        assert ui.app.main.sort == "lan"
        await ui.pilot.click("#table", offset=(ui.line("LAN ADDRESS").index("LAN"), 0))
        assert ui.app.main.reverse
        for word in ("c copy", "copy"):
            line = ui.lines[-1]
            await ui.pilot.click("#keys", offset=(line.index(word), 0))
            assert "Copy of" in ui.text
            await ui.press("escape")
        await ui.pilot.double_click("#table", offset=(6, 2))
        assert isinstance(ui.app.screen, Details)
