"""Colours, or none."""

import pytest
from rich.color import Color

from tests.tui.stage import Stage


async def test_themes_cycle(stage: Stage) -> None:
    async with stage.open(theme="light") as ui:
        await ui.go("web")
        seen = []
        for _ in range(3):
            await ui.press("T")
            seen.append((ui.message, ui.style("SERVICE"), ui.style("running")))
        assert [said for said, *_ in seen] == ["theme: terminal", "theme: dark", "theme: light"]
        assert len({str(style) for _, _, style in seen}) == 3


async def test_without_colour(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage.open() as ui:
        await ui.go("web")
        for keys in ((), ("e",), ("escape", "enter"), ("escape", "slash", "w")):
            await ui.press(*keys)
            await ui.pause()
            colours = {
                colour
                for strip in ui.strips
                for segment in strip
                if segment.style is not None
                for colour in (segment.style.color, segment.style.bgcolor)
                if colour is not None
            }
            assert colours <= {Color.default()}
