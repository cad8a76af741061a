"""``netc config``: where the TUI's settings are, and what they can be."""

from typing import Annotated

import typer


def config(
    path: Annotated[bool, typer.Option("--path", help="Print only the path of the file.")] = False,
) -> None:
    """Print an example of the TUI's settings file, with the path of the one in force."""
    import os

    from netc_tui.cli import output
    from netc_tui.tui.keys import KEYS
    from netc_tui.tui.settings import Flags, config_path, example

    file = config_path(Flags(), os.environ)
    if path:
        output.line(str(file))
        return
    output.line(f"# {file} ({'there' if os.access(file, os.F_OK) else 'not there yet'})")
    output.line("# A flag weighs more than NETC_... in the environment, and that more than this.")
    output.line("")
    for text in example((key.id, key.key, key.help) for key in KEYS).splitlines():
        output.line(text)
