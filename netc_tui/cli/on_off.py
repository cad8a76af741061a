"""``netc up`` and ``netc down``: a service gets its own address on the LAN, or loses it."""

from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli import complete
from netc_tui.cli.options import AnyService, Base, DryRun, Json, finite
from netc_tui.cli.run import with_engine
from netc_tui.core.errors import Exit, NetcError

if TYPE_CHECKING:
    from netc_tui.core.plan import Step
    from netc_tui.engine import EngineApi


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
    seed: Annotated[
        str,
        typer.Option(
            help="What MAC address and client-id are derived from, instead of the engine's id;"
            " another machine that has them gives way.",
            show_default=False,
        ),
    ] = "",
    network: Annotated[
        str | None, typer.Option(help="The service's network to reach it over.", show_default=False)
    ] = None,
    name: Annotated[
        str,
        typer.Option(
            help="The name to publish (dns.publish in the settings says how).", show_default=False
        ),
    ] = "",
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
        float, typer.Option(help="Seconds to wait for the service to run.", min=0, callback=finite)
    ] = 0,
    timeout: Annotated[
        float, typer.Option(help="Seconds to wait for a lease.", min=0.1, callback=finite)
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
        from netc_tui.cli.dns import in_force
        from netc_tui.operations.beside import unheard
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
            name=name,
            seed=seed,
        )
        publishing = in_force()

        def remark(name: str, over: str) -> None:
            if private_network and asked and over != private_network_name(name):
                output.say(f"{name} is reached over {over} and needs no private network")

        async def work(engine: "EngineApi") -> None:
            links = ahead.read if engine.engine.local else None
            if dry_run:
                wanted, steps = await preview(engine, request, links, publishing)
                for told in wanted.remarks:
                    output.say(told)
                remark(wanted.service, wanted.network)
                for told in await unheard(engine, wanted) if steps else ():
                    output.say(told)
                print_plan(steps, json)
                return
            own = await turn_on(
                *(engine, request, say_step, output.event, links, output.say, publishing)
            )
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
            if own.unnamed is not None:
                raise NetcError(f"its name is not published: {own.unnamed}")

        with_engine(work)


def down(service: AnyService, dry_run: DryRun = False, json: Json = False) -> None:
    """Take a service off the LAN.

    Its lease is released, its network container removed.
    """
    from netc_tui.cli import output
    from netc_tui.cli.dns import in_force
    from netc_tui.operations.down import down as turn_off
    from netc_tui.operations.down import preview

    publishing = in_force()

    async def work(engine: "EngineApi") -> None:
        if dry_run:
            print_plan(await preview(engine, service, publishing=publishing), json)
            return
        changed = await turn_off(
            engine, service, say_step, publishing=publishing, remark=output.say
        )
        if json:
            output.document(service=service, changed=changed)
        elif not changed:
            output.say(f"{service} is off already")

    with_engine(work)


def auto(service: AnyService, json: Json = False) -> None:
    """Give a service back to its labels.

    After it was turned on or off by hand: from now on `netc watch` keeps it as its labels ask.
    Nothing is interrupted; what is on stays on, and is made anew only if they ask otherwise.
    """
    from netc_tui.cli import output
    from netc_tui.operations.auto import auto as give_back

    async def work(engine: "EngineApi") -> None:
        given = await give_back(engine, service)
        if json:
            kept = output.keeping_json(given.keeping)
            output.document(service=given.service, changed=given.changed, **kept)
            return
        if not given.changed:
            output.say(f"{given.service} is its labels' already")
        output.line(str(given.keeping))

    with_engine(work)


def say_step(step: "Step") -> None:
    """A step that is about to be done."""
    from netc_tui.cli import output

    output.say(str(step))


def print_plan(steps: "tuple[Step, ...]", json: bool) -> None:
    """What would be done."""
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
