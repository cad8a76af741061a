"""Lines under a title: which of them are shown, and that the title says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.tui.draw import width
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.widgets.titled import LEAST, Titled, fitted, title_line
from tests.tui.drawn import plain
from tests.tui.stage import Stage


@given(st.lists(st.text("ab サ", max_size=9), max_size=3), st.integers(1, 80))
def test_the_line_goes_on_to_the_edge(titles: list[str], columns: int) -> None:
    line = title_line([(title, "") for title in titles], columns, UNICODE)
    needed = 1 + sum(width(((title, ""),)) + 3 for title in titles)
    assert width(line) == max(columns, needed)


def test_the_title_says_which_lines_are_shown_when_not_all_are() -> None:
    titled = Titled(UNICODE, id="x")
    lines = [((f"line {at}", ""),) for at in range(10)]
    titled.show_titled([("Rules", "strong")], [(("HEAD", "head"),), *lines], fixed=1)
    title, head, *below = map(plain, titled.view(40, 6))
    assert title.startswith("─ Rules ─ 1-4 of 10 ─")
    assert (head, below) == ("HEAD", ["line 0", "line 1", "line 2", "line 3"])
    assert " of " not in plain(titled.view(40, 12)[0])
    assert len(titled.view(40, 1)) >= 1, "without room there is still the title"


async def test_the_wheel_scrolls_below_the_heading(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        await ui.press("3")
        await ui.pause(3)
        assert "1-" in ui.line("Rules: web")
        titled = ui.app.main.query_one("#rules", Titled)
        titled.on_mouse_scroll_down()
        await ui.pause(1)
        assert "4-" in ui.line("Rules: web")
        assert "CHAIN" in ui.text
        titled.on_mouse_scroll_up()
        await ui.pause(1)
        assert "1-" in ui.line("Rules: web")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_click_on_a_title_brings_its_panel(stage: Stage, size: tuple[int, int]) -> None:
    async with stage.open(size=size) as ui:
        await ui.go("web")
        title = "3 Rules" if size == (80, 24) else "Rules: web"
        row = next(at for at, line in enumerate(ui.lines) if title in line)
        await ui.pilot.click(offset=(ui.lines[row].index(title) + 2, row))
        await ui.pause(1)
        assert ui.app.main.panels.front.name == "rules"
        await ui.pilot.click(offset=(size[0] - 2, row))
        assert ui.app.main.panels.front.name == "rules", "nothing is there"


@given(st.lists(st.text("abサ", max_size=200), max_size=5), st.integers(1, 200))
def test_the_longest_gives_way_in_its_middle_as_far_as_it_can(
    names: list[str], columns: int
) -> None:
    titles = [(f"{name}!", "") for name in names]
    found = fitted(titles, columns, UNICODE)
    before, after = (width(title_line(of, 0, UNICODE)) for of in (titles, found))
    assert [title for title in found if "…" not in title[0]] == [
        title for title, now in zip(titles, found, strict=True) if "…" not in now[0]
    ]
    assert all(title.endswith("!") for title, _ in found)
    if before <= columns:
        assert found == titles
    elif after > columns:
        assert max((width((title,)) for title in found), default=0) <= max(
            LEAST,
            sorted((width((title,)) for title in titles), reverse=True)[1:2][0]
            if len(titles) > 1
            else LEAST,
        )
