"""The terminal UI: shows the state of services, calls operations. Textual is loaded by ``run``."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netc_tui.host.ahead import Ahead
    from netc_tui.tui.settings import Settings


def run(settings: "Settings", ahead: "Ahead") -> int:
    """Open the TUI; its exit code, once it is closed."""
    from netc_tui.tui.app import run as run_app

    return run_app(settings, ahead)
