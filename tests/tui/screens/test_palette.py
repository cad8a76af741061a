"""The command palette."""

from pathlib import Path

from textual.command import CommandPalette

from netc_tui.settings.keys import EVERYWHERE, KEYS
from tests.tui.stage import Stage


async def test_the_palette_lists_and_does(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press("ctrl+p")
        await ui.pause(1)
        assert isinstance(ui.app.screen, CommandPalette)
        assert "Turn its LAN address on or off" in ui.text
        assert "Renew the lease now" not in ui.text
        await ui.press("escape")
        await ui.go("dns")
        await ui.press("ctrl+p")
        await ui.pause(1)
        assert "Renew the lease now" in ui.text
        await ui.type("renew")
        await ui.pause(1)
        await ui.press("enter", "enter")
        await ui.idle()
        assert ui.message == "dns: lease of 192.168.77.10 renewed"


async def test_every_key_of_the_palette_can_be_run(stage: Stage, tmp_path: Path) -> None:
    async with stage.open(screenshots=str(tmp_path)) as ui:
        await ui.go("web")
        for key in KEYS:
            if key.id in ("quit", "palette", "save"):
                continue
            can = bool(ui.app.main.check_action(key.action.partition("(")[0], ()))
            where = ui.app if key.id in EVERYWHERE else ui.app.main
            assert await ui.app.run_action(key.action, where) == can, key.id
            await ui.pause()
            while ui.app.screen is not ui.app.main:
                await ui.press("escape")
            await ui.idle()
