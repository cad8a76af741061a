"""``netc move``: an address goes to another service, or to another host."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from netc_tui.cli import complete
from netc_tui.cli.on_off import print_plan, say_step
from netc_tui.cli.options import AnyService, DryRun, Json, finite
from netc_tui.cli.run import with_engine
from netc_tui.core.errors import Exit, NetcError

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from netc_tui.core.model import NetworkContainer
    from netc_tui.engine import EngineApi
    from netc_tui.operations.move import Move
    from netc_tui.operations.naming import Publishing


def move(
    service: AnyService,
    to_service: Annotated[
        str,
        typer.Option(
            metavar="OTHER",
            autocompletion=complete.services,
            help="The service that is to have the address, on the same host.",
            show_default=False,
        ),
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            metavar="HOST",
            autocompletion=complete.hosts,
            help="The host that it goes to.",
            show_default=False,
        ),
    ] = "",
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="HOST",
            autocompletion=complete.hosts,
            help="The host that it comes from; one that is dead needs --seed, too.",
            show_default=False,
        ),
    ] = "",
    seed: Annotated[
        str,
        typer.Option(
            help="What its identity is derived from, as `netc show` told it on that host.",
            show_default=False,
        ),
    ] = "",
    interface: Annotated[
        str,
        typer.Option(
            "--interface",
            metavar="INTERFACE",
            autocompletion=complete.interfaces,
            help="The interface there; without: the one of the same name.",
            show_default=False,
        ),
    ] = "",
    port: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PUB[:PRIV][/PROTO]", help="Forward this instead of what was; repeatable."
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(help="Seconds to wait for a lease.", min=0.1, callback=finite)
    ] = 30,
    check: Annotated[
        bool,
        typer.Option("--check/--no-check", help="Look at the path before and after the switch."),
    ] = True,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Move the address of a service to another service, or to the same one on another host.

    MAC address, client-id, hostname and ports go along. Nothing is switched unless the service
    answers there; the former network container is gone then.
    """
    if bool(to_service) == bool(to or from_):
        raise NetcError(
            "say where it goes: --to-service OTHER on this host, or --to HOST, or --from HOST",
            Exit.USAGE,
        )
    from contextlib import AsyncExitStack

    from netc_tui.cli.dns import in_force
    from netc_tui.operations.move import Move

    asked = Move(
        service=service,
        to=to_service,
        interface=interface,
        ports=tuple(port or ()),
        check=check,
        place=to,
    )
    ways = _Ways(check, dry_run, json, in_force())

    async def work(here: "EngineApi") -> None:
        async with AsyncExitStack() as open_:
            source: EngineApi | None = here
            if from_:
                source = await _reached(from_, open_, dead=True)
            target = await _reached(to, open_) if to else here
            if target is None:
                return
            # The same command on the new host: the one that it comes from is not told then.
            if source is None or (not to_service and source.engine.id == target.engine.id):
                await _take_over(target, asked, seed, timeout, from_, ways)
            else:
                await _move(source, target, asked, ways)

    with_engine(work)


class _Ways(NamedTuple):
    """How it is to be done and told."""

    check: bool
    dry_run: bool
    json: bool
    publishing: "Publishing | None"


async def _reached(host: str, open_: "AsyncExitStack", *, dead: bool = False) -> "EngineApi | None":
    """The engine of a host; None for one that may be ``dead`` and cannot be reached."""
    from netc_tui.cli.hosts import declared
    from netc_tui.engine import connect, hosts

    try:
        engine = await connect(hosts.named(host, declared()).endpoint)
    except NetcError as error:
        if dead and error.code is Exit.ENGINE:
            return None
        raise
    open_.push_async_callback(engine.close)
    return engine


async def _move(source: "EngineApi", target: "EngineApi", asked: "Move", ways: _Ways) -> None:
    from netc_tui.cli import output
    from netc_tui.operations.move import move as carry_out
    from netc_tui.operations.move import preview

    if ways.dry_run:
        print_plan(await preview(source, target, asked, ways.publishing), ways.json)
        return
    came = await carry_out(
        source, target, asked, say_step, output.event, output.say, ways.publishing
    )
    await _tell(target, came, ways)


async def _take_over(
    engine: "EngineApi", asked: "Move", seed: str, seconds: float, dead: str, ways: _Ways
) -> None:
    """Turn it on with the identity that it had on a host that is not there any more."""
    from netc_tui.cli import output
    from netc_tui.operations.up import Request, preview, up

    if not (seed and asked.interface):
        whom = f"{dead} cannot be reached" if dead else "the host that it comes from is not named"
        raise NetcError(
            f"{whom}: to take its place name --interface INTERFACE, and --seed TEXT, which `netc"
            f" show {asked.service}` told there",
            Exit.USAGE,
        )
    request = Request(
        service=asked.service,
        interface=asked.interface,
        ports=asked.ports,
        seed=seed,
        timeout=seconds,
    )
    if ways.dry_run:
        _, steps = await preview(engine, request, None, ways.publishing)
        print_plan(steps, ways.json)
        return
    came = await up(engine, request, say_step, output.event, None, output.say, ways.publishing)
    await _tell(engine, came, ways)


async def _tell(engine: "EngineApi", came: "NetworkContainer", ways: _Ways) -> None:
    from netc_tui.cli import output
    from netc_tui.operations.check import check as look

    if not ways.json:
        output.line(f"ip={came.ip}")
    looked = await look(engine, came) if ways.check else None
    if ways.json:
        output.document(
            network_container=output.network_container_json(
                looked.network_container if looked else came
            ),
            check=looked and output.check_json(looked.check),
        )
    elif looked:
        output.check(came.service, looked.check)
    if looked:
        looked.require()
