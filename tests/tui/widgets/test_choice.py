"""A list to choose one thing from."""

from netc_tui.tui.widgets.choice import Choice
from tests.tui.stage import Stage


async def test_interfaces_that_are_unfit_cannot_be_chosen(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        told = {
            "e": ("that cannot carry it", "wlan0"),
            "i": ("it has no carrier", "it is wireless"),
        }
        for key, (of_eth3, of_wlan0) in told.items():
            await ui.press(key)
            choice = ui.app.screen.query_one(Choice)
            seen = [choice.current]
            for _ in range(8):
                await ui.press("down")
                seen.append(choice.current)
            assert set(seen) == {"eth0", "eth1", "eth2"}
            assert of_eth3 in ui.line("eth3")
            assert of_wlan0 in ui.line("wlan0")
            await ui.press("escape")
