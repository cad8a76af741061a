"""Keys as configured, help, palette, mouse; leaving."""

import re
from html import unescape
from pathlib import Path

import pytest
from textual.command import CommandPalette

from netc_tui.settings.keys import EVERYWHERE, KEYS
from netc_tui.tui.screens.details import Details
from tests.tui.acts import is_on
from tests.tui.stage import Stage

# --- keys, palette, help


async def test_configured_keys_replace_the_default(stage: Stage) -> None:
    keys = {"on_off": "t,f5", "save": "f2"}
    async with stage.open(interface="eth1", keys=keys, confirm_off=False) as ui:
        await ui.go("db")
        assert "t on/off" in ui.keys
        await ui.press("space")
        await ui.idle()
        assert not is_on(ui.engine, "db")
        await ui.press("t")
        await ui.idle()
        assert is_on(ui.engine, "db")
        await ui.press("f5")
        await ui.idle()
        assert not is_on(ui.engine, "db")


async def test_help_has_every_key_as_it_is_in_force(stage: Stage) -> None:
    async with stage.open(size=(120, 100), keys={"on_off": "t", "log": "ctrl+l"}) as ui:
        await ui.press("question_mark")
        for key in KEYS:
            assert key.help in ui.text, key.id
        assert ui.line("Turn its LAN address on or off").split()[0] == "t"
        assert ui.line("Full log of").split()[0] in ("ctrl+l", "^l")
        for word in ("acquiring", "rebinding", "expired"):
            assert word in ui.text


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


# --- saving and leaving


async def test_the_screen_is_saved(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "pictures" / "of netc"
    async with stage.open(screenshots=str(folder)) as ui:
        await ui.press("ctrl+s")
        await ui.pause()
        assert ui.message.startswith(f"saved {folder}/netc-20260302-0300")
        (saved,) = folder.iterdir()
        svg = saved.read_text()
        assert "shop/web" in svg
        # Nothing is loaded from elsewhere, and no text has blanks that a program may drop.
        assert set(re.findall(r"url\(([^)]{2})", svg)) == {"#t"}
        assert "@font-face" not in svg
        assert "DejaVu Sans Mono" in svg
        parts = [unescape(part) for part in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]
        assert len(parts) > 50
        assert [part for part in parts if part != part.strip()] == []


async def test_a_folder_that_takes_nothing_is_named(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "pictures"
    async with stage.open(screenshots=str(folder)) as ui:
        await ui.press("ctrl+s")
        await ui.pause()
        assert ui.message == f"cannot save the screen in {folder}: Not a directory"


async def test_leaving_at_once_when_nothing_is_under_way(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("q")
        assert ui.app.return_code == 0
        assert not ui.app.is_running


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_warns_once_while_a_job_runs(stage: Stage, key: str) -> None:
    async with stage.open(interface="eth1") as ui:
        ui.engine.dhcp_delay = 20
        await ui.go("db")
        await ui.press("space")
        await ui.pause(1)
        await ui.press(key)
        assert ui.app.is_running
        assert "under way: db; quit again to leave now" in ui.message
        await ui.press(key)
        assert not ui.app.is_running
    assert is_on(ui.engine, "db")
