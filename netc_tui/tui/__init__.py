"""The terminal UI: shows the state of services, calls operations. Textual is loaded by ``run``."""

import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from netc_tui.core.tour import Breakage
    from netc_tui.engine.hosts import Host
    from netc_tui.host.ahead import Ahead
    from netc_tui.settings.declared import Settings


def run(
    settings: "Settings",
    ahead: "Ahead",
    breakages: "tuple[Breakage, ...]" = (),
    hosts: "tuple[Host, ...]" = (),
) -> NoReturn:
    """Open the TUI; ``ahead`` makes the first look, ``breakages`` are the demo's. Without ``hosts``
    it shows the one that is in force. It ends the process: threads that wait for the engine cannot
    be joined."""
    sizeless = 0 in os.get_terminal_size(0)  # a serial console may have none
    for exported, usual in (("COLUMNS", "80"), ("LINES", "24")):
        # Of another moment, or of another terminal: libraries would believe them.
        os.environ.pop(exported, None)
        if sizeless:
            os.environ[exported] = usual

    from netc_tui.tui.app import NetcApp, ways
    from netc_tui.tui.terminal.ending import ending

    app = NetcApp(settings, ways(hosts), ahead=ahead, breakages=breakages)

    def leave(code: int) -> None:
        if app.loop is not None:
            app.loop.call_soon_threadsafe(app.leave, code)

    with ending(leave):
        app.run(mouse=settings.mouse)
    ahead.close()
    if app.failure is not None:
        import traceback

        traceback.print_exception(app.failure)
        print("netc: ended by a defect of its own; network containers go on", file=sys.stderr)
        sys.stderr.flush()
    os._exit(app.return_code or 0)
