"""The program: its commands put together, and the one place where errors become exit codes."""

import os
import sys
from typing import Annotated

import typer

from netc_tui import __version__
from netc_tui.cli import commands, lab
from netc_tui.cli.run import Interrupted
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.text import printable

EPILOG = (
    "Exit codes: 0 done, 1 failed, 2 usage, 3 no such service or no ports, 4 no lease in time,"
    " 5 engine not reachable or not permitted, 6 interface unknown or unfit."
)

app = commands.app
app.info.name = "netc"
app.info.epilog = EPILOG
app.info.no_args_is_help = True
app.add_typer(lab.app, name="lab")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"netc {__version__}")
        raise typer.Exit


@app.callback()
def netc(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Give each Docker service its own LAN address, from the LAN's own DHCP server."""


def _require_linux() -> None:
    if not sys.platform.startswith("linux"):
        raise NetcError("netc runs on Linux, on the Docker host itself", Exit.FAILED)


def main() -> None:
    """Run the command line; never returns."""
    try:
        _require_linux()
        app(prog_name="netc")
    except NetcError as error:
        print(f"netc: {printable(error.message)}", file=sys.stderr)
        sys.exit(error.code)
    except (KeyboardInterrupt, Interrupted):
        print("netc: interrupted; the same command again goes on from here", file=sys.stderr)
        sys.stderr.flush()
        # Threads that wait for an answer of the engine cannot be interrupted: do not join them.
        os._exit(130)


if __name__ == "__main__":
    main()
