"""The program: its commands put together, and the flags of the TUI."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netc_tui import __version__
from netc_tui.cli import commands, complete, config, demo, lab
from netc_tui.cli.run import Interrupted, ended
from netc_tui.core.errors import Exit, NetcError

if TYPE_CHECKING:
    from netc_tui.tui.settings import Flags

EPILOG = (
    "Without a command: the TUI, which needs a terminal. Exit codes: 0 done, 1 failed, 2 usage,"
    " 3 no such service or no ports, 4 no lease in time, 5 engine not reachable or not permitted,"
    " 6 interface unknown or unfit, 7 there is a lease but the path is broken."
)

app = commands.app
app.info.name = "netc"
app.info.epilog = EPILOG
app.command("config")(config.config)
app.command("demo")(demo.demo)
app.add_typer(lab.app, name="lab")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"netc {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def netc(
    context: typer.Context,
    interface: Annotated[
        str | None,
        typer.Option(
            "--interface",
            "-i",
            metavar="NAME",
            help="TUI: the interface that turning on uses.",
            autocompletion=complete.interfaces,
        ),
    ] = None,
    read_only: Annotated[
        bool | None,
        typer.Option("--read-only/--no-read-only", help="TUI: show only, change nothing."),
    ] = None,
    confirm_off: Annotated[
        bool | None,
        typer.Option("--confirm-off/--no-confirm-off", help="TUI: ask before turning off."),
    ] = None,
    only_exposed: Annotated[
        bool | None,
        typer.Option(
            "--only-exposed/--no-only-exposed", help="TUI: list only what has a network container."
        ),
    ] = None,
    stopped: Annotated[
        bool | None,
        typer.Option("--stopped/--no-stopped", help="TUI: list what does not run, too."),
    ] = None,
    sort: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="TUI: sort by name, state, lan, ...")
    ] = None,
    reverse: Annotated[
        bool | None, typer.Option("--reverse/--no-reverse", help="TUI: sort the other way round.")
    ] = None,
    theme: Annotated[
        str | None,
        typer.Option(metavar="dark|light|terminal", help="TUI: its colours."),
    ] = None,
    ascii_: Annotated[
        bool | None, typer.Option("--ascii/--no-ascii", help="TUI: draw without Unicode.")
    ] = None,
    mouse: Annotated[
        bool | None, typer.Option("--mouse/--no-mouse", help="TUI: take the mouse, or leave it.")
    ] = None,
    private_network: Annotated[
        bool | None,
        typer.Option(
            "--private-network/--no-private-network",
            help="TUI: a network of netc's own for each service on the default bridge.",
        ),
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="BASE", help="TUI: what the image is built on.")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="TUI: how long a lease is waited for.")
    ] = None,
    screenshots: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="TUI: where saved screens go.")
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="TUI: its settings; `netc config` prints an example."),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Give each Docker service its own LAN address, from the LAN's own DHCP server."""
    flags: dict[str, Any] = {
        "interface": interface,
        "confirm_off": confirm_off,
        "read_only": read_only,
        "theme": theme,
        "ascii": ascii_,
        "mouse": mouse,
        "only_exposed": only_exposed,
        "stopped": stopped,
        "sort": sort,
        "reverse": reverse,
        "private_network": private_network,
        "base": base,
        "timeout": timeout,
        "screenshots": screenshots,
        "config": config,
    }
    given = [name for name, value in flags.items() if value is not None]
    if command := context.invoked_subcommand:
        if given:
            no = "no-" if flags[given[0]] is False else ""
            flag = f"--{no}{given[0].replace('_', '-')}"
            raise NetcError(f"{flag} before {command}: it is for the TUI alone", Exit.USAGE)
        return
    if context.obj is None:
        print(context.get_help())
        return
    from netc_tui.tui.settings import Flags

    open_tui: Callable[[Flags], int] = context.obj
    try:
        raise typer.Exit(open_tui(Flags(**flags)))
    except KeyboardInterrupt as error:
        raise Interrupted from error


def main(open_tui: "Callable[[Flags], int] | None" = None) -> None:
    """Run the command line; never returns. ``open_tui`` is what it does without a command."""
    ended(lambda: app(prog_name="netc", obj=open_tui))
