"""The program's start, as ``netc`` and as ``python -m netc_tui``."""

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netc_tui.engine.hosts import Host
    from netc_tui.settings.declared import Flags, Settings


def main() -> None:
    """Run a command, or the TUI if there is none; never returns.

    Ctrl-C while it is being loaded ends it without a traceback.
    """
    # Loading makes many objects and hardly any garbage: looking for it takes a seventh of the time.
    gc.set_threshold(100_000)
    if interruptible := signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    _forget_coerced_locale()
    if len(sys.argv) == 1 and "_NETC_COMPLETE" not in os.environ:
        # There is nothing to parse (nor to complete for a shell), and the parser loads slowly.
        from netc_tui.cli.run import ended
        from netc_tui.settings.declared import Flags

        def run() -> None:
            ended(lambda: open_tui(Flags()))

    else:
        from netc_tui.cli.main import main as command_line

        def run() -> None:
            command_line(open_tui)

    if interruptible:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def open_tui(flags: "Flags") -> int:
    """The TUI, from its settings to its exit code. Raises NetcError before it takes the terminal.

    It is here, above all layers, because the command line must not know Textual.
    """
    from netc_tui.host.ahead import Ahead

    with Ahead(lambda: _first_look(flags)) as ahead:
        from netc_tui import tui
        from netc_tui.cli.run import require_terminal
        from netc_tui.core import tour

        settings, hosts = _settings(flags)
        require_terminal()
        return tui.run(settings, ahead, tour.given(os.environ), hosts)


def _settings(flags: "Flags") -> "tuple[Settings, tuple[Host, ...]]":
    from netc_tui.cli.hosts import on_screen
    from netc_tui.settings.keys import KEYS
    from netc_tui.settings.load import load

    settings = load(flags, os.environ, {key.id: key.key for key in KEYS})
    return settings, on_screen(flags, settings)


def _first_look(flags: "Flags") -> bytes:
    from netc_tui.engine.endpoint import SSH
    from netc_tui.engine.endpoints import in_force
    from netc_tui.operations.live.first import first_look

    hosts = _settings(flags)[1]
    endpoint = hosts[0].endpoint if hosts else in_force()
    if len(hosts) > 1 or endpoint.url.startswith(SSH):
        return b""  # a host has one login, which lasts
    return first_look(endpoint)


def _forget_coerced_locale() -> None:
    """Take back the LC_CTYPE that Python sets for itself in the C locale.

    It says nothing of the terminal, and our children should see what the operator has set.
    """
    if sys.flags.utf8_mode and (locale := os.environ.get("LC_CTYPE")):
        with suppress(OSError):
            given = Path("/proc/self/environ").read_bytes().split(b"\0")
            if os.fsencode(f"LC_CTYPE={locale}") not in given:
                del os.environ["LC_CTYPE"]


if __name__ == "__main__":
    main()
