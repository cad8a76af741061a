"""Ways to the clipboard: the terminal's own sequence, and the multiplexers between."""

import asyncio
import base64
from pathlib import Path

import pytest

from netc_tui.host.session import inherited
from netc_tui.tui.terminal import clipboard

SEQUENCE = "\x1b]52;c;" + base64.b64encode("ädress".encode()).decode() + "\x07"


def copy(environ: dict[str, str]) -> tuple[str, list[str]]:
    sent: list[str] = []
    return asyncio.run(clipboard.copy("ädress", environ, sent.append)), sent


def tmux(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "tmux"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_the_terminal_itself() -> None:
    assert copy({}) == ("OSC 52", [SEQUENCE])


def test_screen_passes_on_what_is_wrapped() -> None:
    assert copy({"STY": "1.pts-0"}) == ("OSC 52", [f"\x1bP{SEQUENCE}\x1b\\"])


def test_tmux_takes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux(tmp_path, f'echo "$@" > {tmp_path}/said; cat > {tmp_path}/text', monkeypatch)
    assert copy({"TMUX": "/tmp/tmux-0/default,1,0"}) == ("tmux", [])
    assert (tmp_path / "said").read_text() == "load-buffer -w -\n"
    assert (tmp_path / "text").read_text() == "ädress"


def test_an_old_tmux_has_no_way_to_the_terminal_but_its_buffer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux(tmp_path, f'[ "$2" = -w ] && exit 1; cat > {tmp_path}/text', monkeypatch)
    assert copy({"TMUX": "x"})[0] == "tmux"
    assert (tmp_path / "text").read_text() == "ädress"


def test_under_sudo_the_shell_before_it_leads_to_tmux(tmp_path: Path) -> None:
    (tmp_path / "100").mkdir()
    (tmp_path / "100/stat").write_text("100 (sudo) S 90 1 1")
    (tmp_path / "90").mkdir()
    (tmp_path / "90/stat").write_text("90 (bash) S 1 1 1")
    (tmp_path / "90/environ").write_bytes(b"TMUX=/tmp/tmux-1000/default,1,0\0STY=")
    (tmp_path / "100/environ").write_bytes(b"TERM=tmux-256color\0")
    found = inherited({"TERM": "tmux-256color"}, 100, ("TMUX", "STY"), tmp_path)
    assert found == {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-1000/default,1,0"}
    assert inherited({"TMUX": "own"}, 100, ("TMUX",), tmp_path) == {"TMUX": "own"}


def test_a_tmux_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "PATIENCE", 0.2)
    tmux(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60", monkeypatch)
    assert copy({"TMUX": "x"})[0] == "OSC 52"
    pid = int((tmp_path / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("script", ["exit 1", "exec sleep 60"])
def test_a_tmux_that_does_not_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(clipboard, "PATIENCE", 0.2)
    tmux(tmp_path, script, monkeypatch)
    assert copy({"TMUX": "x"}) == ("OSC 52", [SEQUENCE])


def test_tmux_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert copy({"TMUX": "x"}) == ("OSC 52", [SEQUENCE])
