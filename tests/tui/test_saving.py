"""Saving a screen where somebody else may have prepared the place."""

import re
from html import unescape
from pathlib import Path

import pytest

from netc_tui.tui import saving
from tests.tui.stage import Stage


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    first = saving.save(tmp_path / "new folder", "a", ".svg", "one")
    second = saving.save(tmp_path / "new folder", "a", ".svg", "twö")
    assert (first.name, first.read_text()) == ("a.svg", "one")
    assert (second.name, second.read_text(encoding="utf-8")) == ("a-2.svg", "twö")


@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_is_not_followed(tmp_path: Path, dangling: bool) -> None:
    precious = tmp_path / "precious"
    if not dangling:
        precious.write_text("mine")
    (tmp_path / "a.svg").symlink_to(precious)
    made = saving.save(tmp_path, "a", ".svg", "picture")
    assert made.name == "a-2.svg"
    assert made.read_text() == "picture"
    assert (tmp_path / "a.svg").is_symlink()
    assert precious.exists() is not dangling
    assert dangling or precious.read_text() == "mine"


def test_it_does_not_try_for_ever(tmp_path: Path) -> None:
    for number in range(1, saving.NAMES + 1):
        (tmp_path / f"a{f'-{number}' if number > 1 else ''}.svg").touch()
    with pytest.raises(FileExistsError):
        saving.save(tmp_path, "a", ".svg", "picture")
    assert not any(path.read_text() for path in tmp_path.iterdir())


SCREEN = (
    '<text class="a" x="12.2" y="20" textLength="61" clip-path="url(#)">&#160;&#160;on&#160;</text>'
    '<text class="a" x="73.2" y="20" textLength="36.6" clip-path="url(#)">&#160;&#160;&#160;</text>'
    '<text class="b" x="109.8" y="20" textLength="36.6" clip-path="url(#)">a&#160;b</text>'
    '<text class="b" x="146.4" y="20" textLength="12.2" clip-path="url(#)">\n</text>'
)


def test_texts_of_a_picture_stand_where_their_letters_do() -> None:
    assert saving.picture(SCREEN) == (
        '<text class="a" x="36.6" y="20" textLength="24.4" clip-path="url(#)">on</text>'
        '<text class="b" x="109.8" y="20" textLength="36.6" clip-path="url(#)">a&#160;b</text>'
    )


PICTURES = sorted((Path(__file__).parents[2] / "screenshots").glob("*.svg"))


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_the_pictures_of_the_readme_are_saved_like_that(path: Path) -> None:
    svg = path.read_text(encoding="utf-8")
    assert "@font-face" not in svg
    assert saving.picture(svg) == svg


async def test_the_screen_is_saved(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "pictures" / "of netc"
    async with stage.open(screenshots=str(folder)) as ui:
        await ui.press("ctrl+s")
        await ui.pause()
        assert ui.message.startswith(f"saved {folder}/netc-20260302-0300")
        (saved,) = folder.iterdir()
        svg = saved.read_text()
        assert "shop/web" in svg
        # Nothing is loaded from elsewhere, and no text has blanks that a program may drop.
        assert set(re.findall(r"url\(([^)]{2})", svg)) == {"#t"}
        assert "@font-face" not in svg
        assert "DejaVu Sans Mono" in svg
        parts = [unescape(part) for part in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]
        assert len(parts) > 50
        assert [part for part in parts if part != part.strip()] == []


async def test_a_folder_that_takes_nothing_is_named(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "pictures"
    async with stage.open(screenshots=str(folder)) as ui:
        await ui.press("ctrl+s")
        await ui.pause()
        assert ui.message == f"cannot save the screen in {folder}: Not a directory"
