"""The rows of the table: their order, their widths."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from netc_tui.core.model import Service
from netc_tui.desk.jobs import Job
from netc_tui.operations.up import Request, up
from netc_tui.tui import rows
from netc_tui.tui.columns import COLUMNS, SORTS
from netc_tui.tui.draw import width
from netc_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from netc_tui.tui.rows import Row
from tests.tui.drawn import JOBS, services
from tests.tui.simulated import BEGIN
from tests.tui.stage import Stage, part_of


async def test_sorting(stage: Stage) -> None:
    stage.passing = {"web": 12, "dns": 0, "shop-web-1": 3000}
    async with stage.open() as ui:
        assert ui.rows[:3] == ["batch", "db", "dns"]
        await ui.pause(5)
        seen = {}
        sorts = ("state", "ports", "published", "lan", "traffic", "renews", "trouble", "name")
        for column in sorts:
            await ui.press("s")
            assert ui.app.main.listing.sort == column
            seen[column] = ui.rows
        assert seen["lan"][:3] == ["dns", "shop-web-1", "web"]
        assert seen["renews"][:3] == ["dns", "shop-web-1", "web"]
        assert seen["traffic"][:4] == ["shop-web-1", "web", "dns", "batch"]
        assert set(seen["trouble"][:3]) == {"dns", "shop-web-1", "web"}, "what is off has none"
        assert seen["state"][0] == "mail" or seen["state"][-1] == "mail"
        assert seen["ports"][0] == "mail"
        assert seen["ports"][-1] == "batch"
        forward = ui.rows
        await ui.press("S")
        assert ui.rows == forward[::-1]


async def test_names_are_sorted_by_the_numbers_in_them(stage: Stage) -> None:
    engine = stage.engine()
    for name in ("n59", "n6", "n100"):
        engine.run(name)
    async with stage.open(engine) as ui:
        assert ui.rows == ["n6", "n59", "n100"]
        for _ in range(5):
            await ui.press("s")
            assert ui.rows == ["n6", "n59", "n100"], ui.app.main.listing.sort


async def test_addresses_are_sorted_as_numbers(stage: Stage) -> None:
    engine = stage.engine()
    for at in range(12):
        engine.run(f"s{at}")
        engine._granted[""] = ""
        await up(engine, Request(f"s{at}", "eth1"))
    for at, one in enumerate(sorted(engine.boxes)):
        if one.startswith("netc-"):
            engine.say(engine.boxes[one], "renewed", ip=f"10.0.0.{at * 9}")
    async with stage.open(engine, sort="lan") as ui:
        rows = "\n".join(map(ui.row, ui.rows))
        numbers = [int(one) for one in re.findall(r"10\.0\.0\.(\d+)", rows)]
        assert numbers == sorted(numbers)
        assert len(numbers) == 12


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


@given(st.lists(st.tuples(services(), JOBS), max_size=6), st.integers(60, 250), st.booleans())
def test_columns_fill_the_width_whatever_they_hold(
    found: list[tuple[Service, Job | None]], columns: int, plainly: bool
) -> None:
    glyphs = ASCII if plainly else UNICODE
    made = [rows.row(one, job, BEGIN, glyphs) for one, job in found]
    sizes = rows.widths(made, columns)
    assert 2 + sum(sizes.values()) + 2 * (len(sizes) - 1) <= columns
    for column in COLUMNS:
        if column.id in sizes:
            assert sizes[column.id] >= min(column.least, 8)
    assert width(rows.header(sizes, "name", False, columns, glyphs)) == columns
    for one in made:
        assert width(rows.line(one, sizes, " ", "", columns, glyphs)) == columns
    _aligned(made, sizes, columns, glyphs)


def _aligned(made: list[Row], sizes: dict[str, int], columns: int, glyphs: Glyphs) -> None:
    """Each cell is as wide as its title's, and is cut with a sign if it is."""
    for one in made:
        line = rows.line(one, sizes, " ", "cursor", columns, glyphs)
        for (part, style), (column, size) in zip(line[1:-1], sizes.items(), strict=True):
            assert "cursor" in style
            assert cell_len(part) == size + 2 or column == list(sizes)[-1]
            value = one.cells[column][0]
            if cell_len(value) > size:
                at_end = part.rstrip()[-1:] == glyphs.cut or size == 0
                assert at_end or (column == "name" and glyphs.cut in part)


@given(st.lists(services(), max_size=8, unique_by=lambda one: one.name))
def test_any_order_can_be_had_and_undone(found: list[Service]) -> None:
    made = [rows.row(one, None, BEGIN, UNICODE) for one in found]
    for sort in SORTS:
        there = rows.arranged(made, sort=sort)
        assert sorted(one.service.name for one in there) == sorted(one.name for one in found)
        back = rows.arranged(made, sort=sort, reverse=True)
        keys = [one.order[sort] for one in there]
        assert [one.order[sort] for one in back] == keys[::-1]
