"""All keys, and what the signs mean."""

from netc_tui.settings.keys import KEYS
from tests.tui.stage import Stage


async def test_help_has_every_key_as_it_is_in_force(stage: Stage) -> None:
    async with stage.open(size=(120, 100), keys={"on_off": "t", "log": "ctrl+l"}) as ui:
        await ui.press("question_mark")
        for key in KEYS:
            assert key.help in ui.text, key.id
        assert ui.line("Turn its LAN address on or off").split()[0] == "t"
        assert ui.line("Full log of").split()[0] in ("ctrl+l", "^l")
        for word in ("acquiring", "rebinding", "expired"):
            assert word in ui.text
