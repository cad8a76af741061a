"""Panels as values: what is in their list is on screen, with its key, and no more."""

import pytest

from netc_tui.settings.keys import KEYS
from netc_tui.settings.keys import PANELS as GROUP
from netc_tui.tui import panels
from netc_tui.tui.draw import Line
from netc_tui.tui.panels import stack
from netc_tui.tui.panels.panel import Panel, Room, Snapshot
from tests.tui.stage import Stage


def test_each_panel_has_its_key_and_each_key_its_panel() -> None:
    keys = {key.id: key.action for key in KEYS if key.group == GROUP and key.id.endswith("_panel")}
    del keys["next_panel"]
    assert {panel.key: f"panel('{panel.name}')" for panel in panels.PANELS} == keys


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_another_panel_is_a_value_in_the_list(
    stage: Stage, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines(shown: Snapshot, room: Room) -> list[Line]:
        return [((f"all about {shown.service.name} in {room.columns > 0}", ""),)]

    more = (*panels.PANELS, Panel("more", lines))
    monkeypatch.setattr(panels, "PANELS", more)
    monkeypatch.setattr(stack, "PANELS", more)
    async with stage.open(size=size) as ui:
        await ui.go("web")
        await ui.press(*["tab"] * len(more[1:]))
        await ui.pause()
        assert "all about web in True" in ui.words("#more")
        assert "More: web" in ui.text
