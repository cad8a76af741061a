"""Colours, sizes, and names that are none."""

import re
import time

import pytest
from blockbuster import BlockingError
from rich.cells import cell_len
from rich.color import Color

from netc_tui.operations.up import Request, up
from tests.tui.stage import Stage, part_of


async def test_blocking_the_loop_is_seen(stage: Stage) -> None:
    async def sleepy() -> None:
        async with stage.open() as ui:
            ui.app.call_later(lambda: time.sleep(0.001))
            await ui.pause()

    with pytest.raises(BlockingError):
        await sleepy()


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


async def test_any_size_will_do(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        for width, height in (
            (99, 34), (100, 33), (100, 34), (159, 40), (160, 40), (80, 21), (60, 20), (40, 10),
            (10, 3), (5, 2), (1, 1), (80, 24),
        ):  # fmt: skip
            await ui.pilot.resize_terminal(width, height)
            await ui.pause(0.3)
            assert {strip.cell_length for strip in ui.strips} == {width}
        assert ui.current == "web"
        assert "Lease: web" in ui.text


@pytest.mark.parametrize("size", [(40, 10), (3, 3), (1, 1)])
async def test_dialogs_of_any_size(stage: Stage, size: tuple[int, int]) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        for at, key in enumerate(("e", "c", "space", "i", "question_mark", "enter")):
            # Opened in a small one, and made small while they are open.
            await ui.pilot.resize_terminal(*(size if at % 2 else (80, 24)))
            await ui.press(key)
            assert ui.app.screen is not ui.app.main
            await ui.pilot.resize_terminal(*size)
            await ui.press("down", "escape")
            assert ui.app.screen is ui.app.main, key


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_hostile_names_are_text_and_columns_stay(stage: Stage, size: tuple[int, int]) -> None:
    engine = stage.engine()
    engine.run("plain", image="nginx:1")
    engine.run("[red]x[/]", image="\x1b]0;title\x07[link=x]")
    engine.run("esc\x1b[2J\u202e\x9b31m", image="e\u0301\u200b\u200d")
    engine.run("サービス名前", image="イメージ" * 20)
    engine.run("ok", labels=part_of("[b]p[/b]\n", "\x1b[7m"), image="👩‍👩‍👧‍👦:latest")
    engine.run("long" * 60, ports=[f"{at}/tcp" for at in range(1000, 1400, 7)])
    async with stage.open(engine, size=size, sort="state") as ui:
        assert "[red]x[/" in ui.text
        assert {strip.cell_length for strip in ui.strips} == {size[0]}
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200d\u202e]", ui.text)
        columns = set()
        for name in ui.rows:
            row = ui.row(name)
            columns.add(cell_len(row[: row.index("running")]))
            assert cell_len(row) == size[0]
        assert len(columns) == 1
        for name, key in zip(ui.rows, ("enter", "c", "e", "enter", "c", "e"), strict=True):
            await ui.go(name)
            for keys in ((key,), ("escape",)):
                await ui.press(*keys)
                assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", ui.text)


async def test_a_question_about_many_says_how_many_it_does_not_show(stage: Stage) -> None:
    engine = stage.engine()
    for at in range(30):
        engine.run(f"s{at:02}")
        await up(engine, Request(f"s{at:02}", "eth1"))
    async with stage.open(engine, size=(80, 24)) as ui:
        await ui.press("M", "space")
        assert "Take 30 services off the LAN?" in ui.text
        listed = sum(f"  s{at:02}: " in ui.text for at in range(30))
        assert f"and {30 - listed} more" in ui.text
        assert "y yes, turn off" in ui.text


async def test_an_outage_shows_no_rate_of_before_and_keeps_the_header(stage: Stage) -> None:
    async with stage.open(interface="eth1", read_only=True) as ui:
        await ui.go("web")
        await ui.pause(10)
        rates = [line.split()[3] for line in ui.lines if " PREROUTING " in line]
        assert rates
        assert set(rates) == {"0"}
        ui.engine.away = "no answer"
        await ui.pause(3)
        rates = [line.split()[3] for line in ui.lines if " PREROUTING " in line]
        assert rates
        assert set(rates) == {"-"}
        assert "Rules: web, of 03:00:" in ui.text
        assert "via ▲ eth1" in ui.lines[0]
        assert "read-only" in ui.lines[0]
