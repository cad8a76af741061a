"""The TUI as it is started."""

import subprocess
import sys


def test_the_screen_is_there_before_docker_and_pyroute2_are_loaded() -> None:
    code = (
        "import sys, netc_tui.tui.app, netc_tui.tui.screens.main;"
        "print({'docker', 'pyroute2', 'requests'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
