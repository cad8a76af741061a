"""The keys in force."""

from tests.tui.acts import is_on
from tests.tui.stage import Stage


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
