"""What of lines is asked to be drawn."""

import pytest
from textual.geometry import Region

from netc_tui.tui.widgets.lines import Lines
from tests.tui.drawn import Asked
from tests.tui.stage import Stage


async def test_only_what_differs_is_asked_to_be_drawn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.open(stage.engine(), size=(80, 24)) as ui:
        message = ui.app.main.query_one("#message", Lines)
        message.show([(("one ", "ok"), ("two", ""))])
        asked = Asked(message, monkeypatch)
        message.show([(("one ", "ok"), ("two", ""))])
        message.redraw()
        assert (asked.regions, asked.whole) == ([], 0)
        message.show([(("one ", "ok"), ("six", ""))])
        assert (asked.regions, asked.whole) == ([Region(4, 0, 3, 1)], 0)
        # Another style is another look.
        message.show([(("one ", "bad"), ("six", ""))])
        assert asked.regions[1:] == [Region(0, 0, 4, 1)]
