"""All there is to know of one service."""

from netc_tui.core.memos import WATCHER
from netc_tui.core.protocol import RENEW
from tests.tui.stage import Stage


async def test_details_are_current(stage: Stage) -> None:
    async with stage.open(size=(120, 40)) as ui:
        await ui.go("dns")
        await ui.press("enter")
        await ui.pause(1)
        assert "renewing" in ui.words("#text")
        assert "coredns:1.11" in ui.text
        await ui.engine.execute("netc-dns", RENEW)
        await ui.pause(2)
        assert "● bound" in ui.words("#text")
        await ui.engine.remove("dns", 0)
        await ui.engine.remove("netc-dns", 0)
        await ui.pause(2)
        assert "dns is not there any more" in ui.text
        await ui.press("escape")
        assert ui.app.screen is ui.app.main


async def test_details_say_that_the_engine_is_away(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        await ui.press("enter")
        ui.engine.away = "no answer"
        await ui.pause(40)
        assert "what is shown is of 03:00:0" in ui.text
        ui.engine.away = None
        await ui.pause(16)
        assert "what is shown is of" not in ui.text


async def test_details_tell_of_the_watcher_until_it_ends(stage: Stage) -> None:
    async with stage.open(await stage.labelled(), size=(80, 40)) as ui:
        await ui.go("forum")
        await ui.press("enter")
        await ui.until("version   1.2.3")
        assert "trouble   forum: labels may not ask for the port 22/tcp" in ui.text
        await ui.engine.remove_memo(WATCHER)
        await ui.pause(2)
        assert "1.2.3" not in ui.text
        assert "kept      waits: no netc watch runs here" in ui.text
