"""The program: its commands put together, and the flags of the TUI."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from netc_tui import __version__
from netc_tui.cli import (
    clients,
    complete,
    config,
    demo,
    doctor,
    guide,
    history,
    hosts,
    image,
    interfaces,
    lab,
    leases,
    move,
    on_off,
    plan,
    route,
    rules,
    services,
    support,
    watch,
)
from netc_tui.cli.run import Interrupted, ended
from netc_tui.core.errors import Exit, NetcError
from netc_tui.settings.declared import SETTINGS, Flags, Setting

EPILOG = (
    "Without a command: the TUI, which needs a terminal. Exit codes: 0 done, 1 failed, 2 usage,"
    " 3 no such service or no ports, 4 no lease in time, 5 engine not reachable or not permitted,"
    " 6 interface unknown or unfit, 7 the path to a service, or its host, is broken."
)

app = typer.Typer(name="netc", epilog=EPILOG, rich_markup_mode=None)
for group in (route, image, lab):
    app.add_typer(group.app)
for command in (
    services.ls,
    on_off.up,
    on_off.down,
    on_off.auto,
    move.move,
    services.show,
    rules.rules,
    clients.clients,
    leases.leases,
    leases.renew,
    interfaces.interfaces,
    watch.watch,
    plan.plan,
    config.config,
    doctor.doctor,
    history.history,
    guide.guide,
    support.support,
    demo.demo,
):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"netc {__version__}")
        raise typer.Exit


def netc(
    context: typer.Context,
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="TUI: its settings; `netc config` prints an example."),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(
            "--host",
            "-H",
            metavar="NAME",
            autocompletion=complete.hosts,
            help="Of all commands, and of the TUI, which takes several: the host. One of [hosts] in"
            " the settings, a Docker context, or ssh://USER@HOST, tcp://HOST:PORT, unix://SOCKET."
            " NETC_HOST says the same.",
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    **flags: Any,
) -> None:
    """Give each Docker service its own LAN address, from the LAN's own DHCP server."""
    given = {name: value for name, value in flags.items() if value is not None}
    if command := context.invoked_subcommand:
        named = [_flag(name, value) for name, value in given.items()]
        if config is not None:
            named.append("--config")
        if named:
            behind = command == "ls" and named[0] in ("--all-hosts", "--all-contexts")
            why = f"write netc ls {named[0]}" if behind else "it is for the TUI alone"
            raise NetcError(f"{named[0]} before {command}: {why}", Exit.USAGE)
        hosts.give(host or (), command)
        return
    if context.obj is None:
        print(context.get_help())
        return
    open_tui: Callable[[Flags], int] = context.obj
    try:
        raise typer.Exit(open_tui(Flags(given, config, tuple(host or ()))))
    except KeyboardInterrupt as error:
        raise Interrupted from error


def _flag(name: str, value: object) -> str:
    """A flag as it was given."""
    return f"--{'no-' if value is False else ''}{name.replace('_', '-')}"


def _parameter(setting: Setting) -> inspect.Parameter:
    """The flag of a setting, as the command line's library takes it."""
    kind: Any = bool if setting.kind is bool else float if setting.kind is float else str
    flag = f"{setting.flag}/--no{setting.flag[1:]}" if kind is bool else setting.flag
    option = typer.Option(
        flag,
        *setting.other_flags,
        metavar=setting.metavar or None,
        help=f"TUI: {setting.about}.",
        autocompletion=complete.interfaces if setting.name == "interface" else None,
    )
    return inspect.Parameter(
        setting.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


def _declare(command: Any) -> None:
    """Give the command a flag for each setting, before its own."""
    context, *own = list(inspect.signature(command).parameters.values())[:-1]
    flags = [_parameter(setting) for setting in SETTINGS]
    kinds = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    command.__signature__ = inspect.Signature([context, *flags, *kinds])
    command.__annotations__ = {
        each.name: each.annotation for each in command.__signature__.parameters.values()
    }


_declare(netc)
app.callback(invoke_without_command=True)(netc)


def main(open_tui: Callable[[Flags], int] | None = None) -> None:
    """Run the command line; never returns. ``open_tui`` is what it does without a command."""
    ended(lambda: app(prog_name="netc", obj=open_tui))
