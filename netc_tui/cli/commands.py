"""The commands for services and their network containers."""

import math
from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli import complete
from netc_tui.cli.run import again, with_engine
from netc_tui.core.errors import Exit, NetcError

if TYPE_CHECKING:
    from netc_tui.core.lease import Event
    from netc_tui.core.plan import Step
    from netc_tui.engine import EngineApi

app = typer.Typer(rich_markup_mode=None)
route = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Reach a network container from this host itself.",
)
image = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="The image that network containers run."
)
app.add_typer(route, name="route")
app.add_typer(image, name="image")

AnyService = Annotated[
    str, typer.Argument(metavar="SERVICE", autocompletion=complete.services, show_default=False)
]
TurnedOn = Annotated[
    str, typer.Argument(metavar="SERVICE", autocompletion=complete.turned_on, show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Watch = Annotated[bool, typer.Option("--watch", help="Print again and again, until Ctrl-C.")]


def _finite(seconds: float) -> float:
    """The number itself: nan passes every limit."""
    if not math.isfinite(seconds):
        raise typer.BadParameter(f"{seconds} is no number of seconds")
    return seconds


Interval = Annotated[
    float, typer.Option(help="Seconds between two looks.", min=0.2, callback=_finite)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, do nothing.")]
Base = Annotated[
    str | None,
    typer.Option(
        envvar="NETC_BASE",
        help="What the image is built on: alpine[:TAG], host, an image.",
        show_default=False,
    ),
]


@app.command()
def ls(
    json: Json = False,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Containers that do not run, too.")
    ] = False,
) -> None:
    """List services, ports, network containers."""
    from netc_tui.cli import output
    from netc_tui.operations import inventory

    async def work(engine: "EngineApi") -> None:
        found = await inventory.services(engine, stopped=everything)
        if not engine.engine.local and not json:
            output.say(f"engine: {engine.engine.host} ({engine.engine.name}), a remote one")
        if json:
            output.document(services=[output.service_json(service) for service in found])
        else:
            output.services(found)

    with_engine(work)


@app.command()
def up(
    context: typer.Context,
    service: AnyService,
    interface: Annotated[
        str,
        typer.Argument(metavar="INTERFACE", autocompletion=complete.interfaces, show_default=False),
    ],
    port: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PUB[:PRIV][/PROTO]",
            help="Forward this instead of what the service exposes; repeatable; ranges A-B.",
        ),
    ] = None,
    hostname: Annotated[str, typer.Option(help="DHCP hostname.", show_default=False)] = "",
    mac: Annotated[str, typer.Option(help="MAC address.", show_default=False)] = "",
    network: Annotated[
        str | None, typer.Option(help="The service's network to reach it over.", show_default=False)
    ] = None,
    private_network: Annotated[
        bool,
        typer.Option(
            "--private-network/--no-private-network",
            envvar="NETC_PRIVATE_NETWORK",
            help="On the default bridge: a network of netc's own for it, not a link.",
        ),
    ] = False,
    base: Base = None,
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for the service to run.", min=0, callback=_finite)
    ] = 0,
    timeout: Annotated[
        float, typer.Option(help="Seconds to wait for a lease.", min=0.1, callback=_finite)
    ] = 30,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Look at the path once there is a lease.")
    ] = True,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Give a service its own LAN address on INTERFACE. Changes nothing if it has it.

    Then looks whether the service can be reached through it; exit code 7 if not.
    """
    from netc_tui.core.identity import private_network_name
    from netc_tui.host.ahead import LinksAhead

    source = context.get_parameter_source("private_network")
    asked = source is not None and source.name == "COMMANDLINE"
    if network and private_network and asked:
        raise NetcError(
            "--network and --private-network: the second is a network of netc's own; choose one",
            Exit.USAGE,
        )
    with LinksAhead() as ahead:
        from netc_tui.cli import output
        from netc_tui.operations.check import check as look
        from netc_tui.operations.up import Request, preview
        from netc_tui.operations.up import up as turn_on

        request = Request(
            service=service,
            interface=interface,
            ports=tuple(port or ()),
            hostname=hostname,
            mac=mac,
            network=network,
            private_network=private_network,
            base=base or None,
            wait=wait,
            timeout=timeout,
        )

        def remark(name: str, over: str) -> None:
            if private_network and asked and over != private_network_name(name):
                output.say(f"{name} is reached over {over} and needs no private network")

        async def work(engine: "EngineApi") -> None:
            if dry_run:
                wanted, steps = await preview(engine, request, ahead.read)
                for told in wanted.remarks:
                    output.say(told)
                remark(wanted.service, wanted.network)
                _print_plan(steps, json)
                return
            own = await turn_on(engine, request, _say_step, _say_event, ahead.read, output.say)
            remark(own.service, own.network)
            if not json:
                output.line(f"ip={own.ip}")  # at once: it may be waited for
            looked = await look(engine, own) if check else None
            if json:
                output.document(
                    network_container=output.network_container_json(
                        looked.network_container if looked else own
                    ),
                    check=looked and output.check_json(looked.check),
                )
            elif looked:
                output.check(own.service, looked.check)
            if looked:
                looked.require()

        with_engine(work)


@app.command()
def down(service: AnyService, dry_run: DryRun = False, json: Json = False) -> None:
    """Take a service off the LAN.

    Its lease is released, its network container removed.
    """
    from netc_tui.cli import output
    from netc_tui.operations.down import down as turn_off
    from netc_tui.operations.down import preview

    async def work(engine: "EngineApi") -> None:
        if dry_run:
            _print_plan(await preview(engine, service), json)
            return
        changed = await turn_off(engine, service, _say_step)
        if json:
            output.document(service=service, changed=changed)
        elif not changed:
            output.say(f"{service} is off already")

    with_engine(work)


@app.command()
def show(service: TurnedOn, json: Json = False) -> None:
    """Show lease, timers, identity and rules."""
    from netc_tui.cli import output
    from netc_tui.operations import inventory
    from netc_tui.operations.rules import rules as read_rules
    from netc_tui.operations.traffic import traffic

    async def work(engine: "EngineApi") -> None:
        found, own = await inventory.turned_on(engine, service)
        passed = await traffic(engine, own)
        live, unread = None, ""
        try:
            live = await read_rules(engine, own)
        except NetcError as error:
            unread = error.message  # the lease is known all the same
        if json:
            output.document(
                network_container=output.network_container_json(own),
                rules=live and [output.rule_json(rule) for rule in live],
                traffic=passed and output.traffic_json(passed),
            )
            return
        output.detail(found, own, passed)
        output.line("")
        if live is None:
            output.line(f"rules: {unread}")
        else:
            output.rules(live)

    with_engine(work)


@app.command()
def rules(
    service: TurnedOn, watch: Watch = False, interval: Interval = 2, json: Json = False
) -> None:
    """Show iptables rules with their counters."""
    from netc_tui.cli import output
    from netc_tui.operations import inventory
    from netc_tui.operations.rules import rules as read_rules

    async def look(engine: "EngineApi") -> None:
        _, own = await inventory.turned_on(engine, service)
        live = await read_rules(engine, own)
        if json:
            output.document(service=service, rules=[output.rule_json(rule) for rule in live])
        else:
            output.rules(live)

    with_engine(again(look, interval) if watch else look)


@app.command()
def clients(
    service: TurnedOn,
    watch: Watch = False,
    interval: Interval = 2,
    names: Annotated[
        bool, typer.Option("--names/--no-names", help="Ask for the names of addresses.")
    ] = True,
    json: Json = False,
) -> None:
    """Show who is connected to a service now."""
    from netc_tui.cli import output
    from netc_tui.host.names import Names
    from netc_tui.operations import inventory
    from netc_tui.operations.clients import clients as read_clients

    resolver = Names()

    async def look(engine: "EngineApi") -> None:
        _, own = await inventory.turned_on(engine, service)
        found = await read_clients(engine, own)
        asked = [client.address for client in found.clients] if names else []
        called = await resolver.of(asked)
        if json:
            output.document(service=service, **output.clients_json(found, called))
        else:
            output.clients(found, called)

    with_engine(again(look, interval) if watch else look)


@app.command()
def leases(watch: Watch = False, interval: Interval = 2, json: Json = False) -> None:
    """List the leases of all network containers."""
    from netc_tui.cli import output
    from netc_tui.core.text import natural
    from netc_tui.operations import inventory

    async def look(engine: "EngineApi") -> None:
        held = await inventory.network_containers(engine, await engine.containers())
        found = [held[name] for name in sorted(held, key=natural)]
        if json:
            output.document(leases=[output.network_container_json(own) for own in found])
        else:
            output.leases(found)

    with_engine(again(look, interval) if watch else look)


@app.command()
def renew(
    service: TurnedOn,
    timeout: Annotated[
        float, typer.Option(help="Seconds to wait for the answer.", min=0.1, callback=_finite)
    ] = 10,
    json: Json = False,
) -> None:
    """Renew a lease now, and say until when it runs."""
    from netc_tui.cli import output
    from netc_tui.core.words import clock
    from netc_tui.operations.renew import renew as ask

    async def work(engine: "EngineApi") -> None:
        own = await ask(engine, service, timeout, _say_event)
        if json:
            output.document(network_container=output.network_container_json(own))
        else:
            output.line(f"ip={own.ip} expires={clock(own.expires_at)}")

    with_engine(work)


@app.command()
def interfaces(
    json: Json = False,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Those of Docker's containers, too.")
    ] = False,
) -> None:
    """List interfaces: can they carry it, why not."""
    from netc_tui.cli import output
    from netc_tui.operations.interfaces import interfaces as read

    async def work(engine: "EngineApi") -> None:
        found = await read(engine)
        if json:
            output.document(interfaces=found)
        else:
            output.interfaces(found, everything=everything)

    with_engine(work)


@route.command("add")
def route_add(service: TurnedOn, json: Json = False) -> None:
    """Make the address reachable from this host itself, until the next reboot. Needs root."""
    from netc_tui.cli import output
    from netc_tui.operations import route as routes

    async def work(engine: "EngineApi") -> None:
        made = await routes.add(engine, service)
        if json:
            output.document(route=made)
        else:
            output.line(f"{made.ip}/32 dev {made.bridge}{'' if made.changed else ' (was there)'}")

    with_engine(work)


@route.command("del")
def route_del(service: TurnedOn, json: Json = False) -> None:
    """Remove the route that `route add` made. Needs root."""
    from netc_tui.cli import output
    from netc_tui.operations import route as routes

    async def work(engine: "EngineApi") -> None:
        removed = await routes.delete(engine, service)
        if json:
            output.document(route=removed)
        elif not removed.changed:
            output.say(f"there is no route of netc's to {removed.ip}")

    with_engine(work)


@image.command("build")
def image_build(
    base: Base = None,
    pull: Annotated[
        bool, typer.Option("--pull", help="Ask the registry for a newer base first.")
    ] = False,
    json: Json = False,
) -> None:
    """Build the image of network containers; `up` does it by itself when it is missing."""
    from netc_tui.cli import output
    from netc_tui.operations.image import build

    async def work(engine: "EngineApi") -> None:
        tag = await build(engine, base or None, pull=pull)
        if json:
            output.document(image=tag)
        else:
            output.line(tag)

    with_engine(work)


def _say_step(step: "Step") -> None:
    from netc_tui.cli import output

    output.say(str(step))


def _say_event(event: "Event") -> None:
    from netc_tui.cli import output

    output.event(event)


def _print_plan(steps: "tuple[Step, ...]", json: bool) -> None:
    from netc_tui.cli import output
    from netc_tui.core.explain import explain

    if json:
        output.document(steps=[{"step": str(step), **_plain(step)} for step in steps])
        return
    if not steps:
        output.say("nothing to do")
    for line in explain(steps):
        output.line(line)


def _plain(step: "Step") -> dict[str, object]:
    import msgspec

    facts: dict[str, object] = msgspec.to_builtins(step)
    return facts
