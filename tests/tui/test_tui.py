"""The TUI as it is started."""

import subprocess
import sys
from pathlib import Path

from tests.lab.conftest import eventually
from tests.tui.terminal.started import leave, netc


def test_the_screen_is_there_before_docker_and_pyroute2_are_loaded() -> None:
    code = (
        "import sys, netc_tui.tui.app, netc_tui.tui.screens.main;"
        "print({'docker', 'pyroute2', 'requests'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_terminal_without_a_size(tmp_path: Path) -> None:
    """As a serial console may be: 80 columns are taken, in place of none."""
    with netc(tmp_path, 0, 0) as terminal:
        terminal.send("?")
        eventually(lambda: b"The service under the cursor" in terminal.output)
        terminal.send("q")
        terminal.quiet(0.3)
        leave(terminal)
