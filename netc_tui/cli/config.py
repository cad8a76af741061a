"""``netc config``: where the TUI's settings are, and what they can be."""

from typing import Annotated

import typer

from netc_tui.core.errors import Exit, NetcError


def config(
    path: Annotated[bool, typer.Option("--path", help="Print only the path of the file.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of the file, for editors.")
    ] = False,
) -> None:
    """Print an example of the TUI's settings file, with the path of the one in force."""
    import json
    import os

    from netc_tui.cli import output
    from netc_tui.settings import example
    from netc_tui.settings.declared import Flags
    from netc_tui.settings.keys import KEYS
    from netc_tui.settings.load import config_path

    if path and schema:
        raise NetcError("--path and --schema exclude each other", Exit.USAGE)
    if schema:
        for text in json.dumps(example.schema(KEYS), indent=2).splitlines():
            output.line(text)
        return

    file = config_path(Flags(), os.environ)
    if path:
        output.line(str(file))
        return
    output.line(f"# {file} ({'there' if os.access(file, os.F_OK) else 'not there yet'})")
    output.line("# A flag weighs more than NETC_... in the environment, and that more than this.")
    output.line("")
    for text in example.example(KEYS).splitlines():
        output.line(text)
