"""Names of 128 characters give way in their middle: they differ at their ends."""

import pytest

from netc_tui.operations.up import Request, up
from tests.operations.doctors import sound
from tests.tui.stage import Stage, Ui

LONG = f"long{'x' * 120}-one"
assert len(LONG) == 128


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_a_name_is_told_by_both_ends_wherever_it_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    sound(monkeypatch)
    engine = stage.engine()
    engine.network(LONG.replace("long", "net"))
    engine.run(LONG, LONG.replace("long", "net"))
    engine.run(LONG.replace("one", "two"))
    await up(engine, Request(LONG, "eth1", hostname=f"host{'x' * 55}-one"))
    engine.live_on(LONG)
    async with stage.open(engine, size=size, interface="eth1") as ui:
        await ui.go(LONG)
        for panel in "12345":
            await ui.press(panel)
            await ui.pause(2)
            told(ui, "")
        for key, begins in (
            ("enter", "Details of "),
            ("d", "Path to "),
            ("l", "Log of netc-"),
            ("c", "Copy of "),
            ("e", "Change "),
            ("space", "Take "),
            ("R", "Restart the network container of "),
        ):
            await ui.press(key)
            await ui.pause(2)
            assert begins in ui.text
            told(ui, begins)
            await ui.press("escape")
            await ui.pause(1)
        await ui.press("M", "e")
        await ui.until("1 turned on, 1 stays")
        told(ui, "two  turned on: eth1")


def told(ui: Ui, begins: str) -> None:
    """No line that is cut has only the beginning of the name."""
    assert begins in ui.text
    for line in ui.lines:
        # What can be copied is shown whole below the list.
        if "xxx…" in line and "netc command" not in line:
            assert line.partition("xxx…")[2].strip("│ ─"), f"cut at its end:\n{line}"
