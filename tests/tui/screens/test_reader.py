"""Reading a long text, and searching it."""

import re

from tests.tui.stage import Stage


async def test_search_goes_on_where_it_was_on_the_last_page_too(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        box = ui.engine.own("web")
        for at in range(100):
            ui.engine.say(box, "renew_asked", f"line {at}{' hit' if at in (10, 85, 90) else ''}")
        await ui.go("web")
        await ui.press("l")
        await ui.pause(1)
        await ui.press("g", "slash")
        await ui.type("hit")
        await ui.press("enter")
        places = [ui.lines[0].partition(" hit")[0]]
        for key in ("n", "n", "n", "N"):
            await ui.press(key)
            places.append(re.search(r"(\d) of 3 with 'hit'", ui.lines[0])[1])  # type: ignore[index]
        assert places[1:] == ["2", "3", "1", "3"]
        assert "line 90 hit" in ui.text
