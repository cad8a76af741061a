"""The line above the keys."""

from netc_tui.tui.widgets.message import MOST
from tests.tui.stage import Stage


async def test_a_message_is_said_until_it_is_so_no_more(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        said, so = ui.app.main.message, True
        said.say("it is so", "ok", lambda: so)
        assert not said.overtaken
        so = False
        assert said.overtaken
        said.say("for good", "", None)
        assert not said.overtaken


async def test_a_long_one_takes_several_lines_and_says_where_it_is_cut(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        ui.app.main.message.say("word " * 200, "", None)
        await ui.pause()
        lines = ui.lines[-1 - MOST : -1]
        assert all(line.startswith("word word") for line in lines)
        assert lines[-1].rstrip().endswith("…")
        ui.app.main.message.say("word " * 200, "", None, 1)
        await ui.pause()
        assert not ui.lines[-3].startswith("word")
