"""The program in terminals of all kinds, with no engine: what they send, and what they are."""

import os
import signal
from pathlib import Path

import pytest

from tests.lab.conftest import eventually
from tests.terminal import Terminal
from tests.tui.terminal.started import leave, netc


def test_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    """A terminal in Latin-1, or noise on the line."""
    with netc(tmp_path) as terminal:
        for data in (b"\xe9", b"j", b"\xff\xfe", b"\xc3", b"?"):
            os.write(terminal.master, data)
            terminal.quiet(0.2)
        terminal.wait_for("Restart the network container", why="the help")
        terminal.send("q")
        terminal.wait_for("engine away")
        leave(terminal)


def test_a_letter_whose_bytes_come_one_at_a_time(tmp_path: Path) -> None:
    with netc(tmp_path) as terminal:
        terminal.send("/")
        for byte in "é→":
            for one in byte.encode():
                os.write(terminal.master, bytes([one]))
                terminal.quiet(0.1)
        terminal.wait_for("é→")
        terminal.send("\x1b")
        terminal.quiet(0.3)
        leave(terminal)


@pytest.mark.parametrize("mode", [1016, 2048])
def test_modes_in_which_cells_are_no_measure_are_not_asked_for(tmp_path: Path, mode: int) -> None:
    with netc(tmp_path) as terminal:
        terminal.quiet(0.3)
        assert f"\x1b[?{mode}".encode() not in terminal.output
        leave(terminal)


@pytest.mark.parametrize("screen", ["", "?"])
def test_after_ctrl_z_and_fg_the_screen_is_whole(tmp_path: Path, screen: str) -> None:
    with netc(tmp_path) as terminal:
        if screen:
            terminal.send(screen)
            terminal.wait_for("Restart the network container", why="the help")
        terminal.quiet(0.4)
        before = settled(terminal)
        pid = terminal.process.pid
        terminal.send("\x1a")
        eventually(lambda: "\nState:\tT" in Path(f"/proc/{pid}/status").read_text())
        os.write(terminal._slave, b"\r\nthe shell was here\r\n" * 30)
        os.kill(pid, signal.SIGCONT)
        eventually(lambda: "the shell was here" not in terminal.text)
        assert settled(terminal) == before
        if screen:
            terminal.send("q")
            terminal.wait_for("engine away")
        leave(terminal)


def settled(terminal: Terminal) -> list[str]:
    """The screen, without the age of the outage and the message about it."""
    terminal.quiet(0.4)
    return [line for line in terminal.lines if "engine" not in line]
