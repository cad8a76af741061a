"""``netc lab``: a whole LAN on this machine, to try things out and to test."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from netc_tui.lab import Lab, LabStatus
    from netc_tui.lab.layout import HostName, Where

app = typer.Typer(
    name="lab",
    rich_markup_mode=None,
    help="A whole LAN on this machine (root): DHCP server, Docker host, another machine.",
    no_args_is_help=True,
)

Hosts = Annotated[int, typer.Option("--hosts", metavar="1..3", help="How many Docker hosts.")]
Name = Annotated[str, typer.Option("--name", "-n", help="Which lab; several can run at once.")]

COMMAND = {"ignore_unknown_options": True, "allow_interspersed_args": False}
"""What follows is another program's command line."""


@app.command()
def up(
    name: Name = "lab",
    hosts: Hosts = 1,
    root: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST=FOLDER", help="Where a host's engine is, in place of /."),
    ] = None,
    services: Annotated[
        bool, typer.Option(help="Run a few services in it: web1, web2, dns, app, worker.")
    ] = True,
) -> None:
    """Bring a lab up. A second call changes nothing."""
    from netc_tui.lab import Lab
    from netc_tui.lab.status import hosts_of

    lab = Lab(name, hosts=hosts, roots=dict(map(_root, root or ())))
    _end_cleanly()
    print(f"bringing up the lab {name} ...", file=sys.stderr)
    lab.up(services=services)
    option = "" if name == "lab" else f" --name {name}"
    further = "".join(
        f"{f'ssh {host.name}:':16}{', '.join(map(' '.join, host.addresses.items()))}\n"
        for host in hosts_of(lab.layout)[1:]
    )
    print(
        f"The lab {name} is up.\n"
        f"Docker host:    eth1 {lab.HOST_IP}, eth2 {lab.HOST_IP2}\n"
        f"{further}"
        f"other machine:  eth0 {lab.CLIENT_IP}, eth1 {lab.CLIENT_IP2}\n"
        "Try next:\n"
        f"  netc lab exec{option} -- netc ls\n"
        f"  netc lab exec{option} -- netc up web1 eth1\n"
        f"  netc lab exec{option} -- docker ps\n"
        f"  netc lab client{option} -- curl http://web1.{lab.DOMAIN}/\n"
        f"  netc lab down{option}"
    )


@app.command()
def down(name: Name = "lab") -> None:
    """Remove a lab, or what a crash has left of it. Nothing stays behind."""
    lab = _lab(name)
    lab.down()
    print(f"the lab {name} is gone", file=sys.stderr)


@app.command()
def status(
    name: Name = "lab",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show what is up of a lab."""
    found = _lab(name).status()
    if as_json:
        import msgspec

        print(msgspec.json.encode({"schema": 1, **msgspec.structs.asdict(found)}).decode())
    else:
        _print(found)


@app.command("exec", context_settings=COMMAND)
def exec_(
    command: Annotated[list[str], typer.Argument()],
    name: Name = "lab",
    host: Annotated[
        str, typer.Option(metavar="NAME|1..3", help="Which Docker host, where there are several.")
    ] = "host",
) -> None:
    """Run a command on a Docker host, with its engine."""
    _become(_host(host), command, name)


@app.command(context_settings=COMMAND)
def client(command: Annotated[list[str], typer.Argument()], name: Name = "lab") -> None:
    """Run a command on another machine of the LAN."""
    _become("client", command, name)


def _lab(name: str) -> "Lab":
    from netc_tui.lab import Lab

    return Lab(name)


def _host(given: str) -> "HostName":
    """A Docker host by its name or number. Raises NetcError."""
    from netc_tui.core.errors import Exit, NetcError
    from netc_tui.lab.layout import HOSTS

    for number, name in enumerate(HOSTS, 1):
        if given in (name, str(number)):
            return name
    raise NetcError(
        f"{given!r} is no host of a lab: one of {', '.join(HOSTS)}, or 1 to 3", Exit.USAGE
    )


def _root(given: str) -> "tuple[HostName, Path]":
    """HOST=FOLDER. Raises NetcError."""
    host, equals, folder = given.partition("=")
    if not equals or not folder:
        from netc_tui.core.errors import Exit, NetcError

        raise NetcError(f"{given!r} is not HOST=FOLDER, as host2=/srv/trixie is", Exit.USAGE)
    return _host(host), Path(folder).absolute()


def _become(where: "Where", command: list[str], name: str) -> NoReturn:
    """Replace this process: the command has the terminal, and its exit code is ours."""
    lab = _lab(name)
    lab.require_up(where)
    argv = lab.command(where, command)
    os.execvpe(argv[0], argv, lab.environment_of(where))  # noqa: S606 - to run what is given is its purpose


def _print(found: "LabStatus") -> None:
    def word(pid: int | None) -> str:
        return "stopped" if pid is None else f"running (pid {pid})"

    several = len(found.hosts) > 1
    print(f"lab         {found.name}: {'up' if found.up else 'not up'}")
    print(f"namespaces  {' '.join(found.namespaces) or 'none'}")
    print(f"dhcp        {word(found.dhcp)}")
    for host in found.hosts:
        if several:
            print(f"{host.name:12}{host.address}{', switched off' if host.off else ''}")
            print(f"sshd        {word(host.sshd)}")
        print(f"engine      {word(host.engine)}, {host.docker_host}")
        for service, state in host.services.items():
            print(f"service     {service}: {state}")


def _end_cleanly() -> None:
    """Have SIGTERM and a lost terminal undo what is half done, as Ctrl-C does."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
