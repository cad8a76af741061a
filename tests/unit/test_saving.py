"""Saving a screen where somebody else may have prepared the place."""

from pathlib import Path

import pytest

from netc_tui.tui import saving


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
