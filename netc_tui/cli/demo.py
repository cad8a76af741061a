"""``netc demo``: the TUI on a LAN of its own, to look at."""

import os
import sys
from typing import Annotated

import typer

from netc_tui.cli.lab import Hosts, Name
from netc_tui.cli.run import require_terminal


def demo(
    name: Name = "demo",
    hosts: Hosts = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the lab up at the end.")] = False,
    theme: Annotated[
        str | None, typer.Option(metavar="dark|light|terminal", help="The TUI's colours.")
    ] = None,
    ascii_: Annotated[bool, typer.Option("--ascii", help="Draw without Unicode.")] = False,
) -> None:
    """Open the TUI on a LAN made for it (root). All of it is gone afterwards."""
    from netc_tui.lab import Lab
    from netc_tui.lab.demo import run
    from netc_tui.settings.declared import Flags
    from netc_tui.settings.keys import KEYS
    from netc_tui.settings.load import load

    # What would keep the TUI from opening is found before the lab is made, not after.
    known = {key.id: key.key for key in KEYS}
    load(Flags({"theme": theme, "ascii": ascii_ or None}), os.environ, known)
    require_terminal()
    flags = [*(["--theme", theme] if theme else []), *(["--ascii"] if ascii_ else [])]
    lab = Lab(name, hosts=hosts)
    raise typer.Exit(
        run(lab, flags, keep=keep, say=lambda line: print(line, file=sys.stderr, flush=True))
    )
