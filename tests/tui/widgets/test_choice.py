"""A list to choose one thing from."""

from netc_tui.tui.widgets.choice import Choice
from tests.tui.stage import Stage


async def test_interfaces_that_are_unfit_cannot_be_chosen(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        for key in ("e", "i"):
            await ui.press(key)
            choice = ui.app.screen.query_one(Choice)
            seen = [choice.current]
            for _ in range(8):
                await ui.press("down")
                seen.append(choice.current)
            assert set(seen) == {"eth0", "eth1", "eth2"}
            assert "it has no carrier" in ui.line("eth3")
            assert "it is wireless" in ui.line("wlan0")
            await ui.press("escape")
