"""``netc move``: an address goes to another service, or to another host."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    from netc_tui.engine.hosts import Host
    from netc_tui.operations.move import Ends, Move
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
    if to_service and seed:
        raise NetcError(
            "--seed is to take the place of a host that is dead, with --from HOST; to another"
            " service its identity goes along",
            Exit.USAGE,
        )
    from contextlib import AsyncExitStack

    from netc_tui.cli import output
    from netc_tui.cli.dns import in_force
    from netc_tui.operations.move import Move

    came_from = _named(from_, "--from") if from_ else None
    goes_to = _named(to, "--to") if to else None
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
            target = await _reached(goes_to, open_) if goes_to is not None else here
            source, why = here, ""
            if came_from is not None:
                try:
                    source = await _reached(came_from, open_)
                except NetcError as error:
                    if error.code is not Exit.ENGINE:
                        raise
                    why = f"{from_} cannot be reached ({error.message})"
            if not why and not to_service and source.engine.id == target.engine.id:
                await _check_same((source, from_), (target, to))
                # The same command on the new host: the one that it comes from is not told then.
                why = f"{from_ or to} is the host that this is given for, and no other is named"
            if why:
                with _about(to):
                    await _take_over(target, asked, seed, timeout, why, ways)
            else:
                if seed:
                    output.say(f"{source.engine.name} answers, so its identity goes along: no seed")
                await _move(source, target, asked, ways, _told(came_from, goes_to))

    with_engine(work)


class _Ways(NamedTuple):
    """How it is to be done and told."""

    check: bool
    dry_run: bool
    json: bool
    publishing: "Publishing | None"


def _named(host: str, option: str) -> "Host":
    """A host as ``--host`` would have it."""
    from netc_tui.cli.hosts import declared
    from netc_tui.engine import hosts

    return hosts.named(host, declared(), option)


async def _reached(host: "Host", open_: "AsyncExitStack") -> "EngineApi":
    from netc_tui.engine import connect

    engine = await connect(host.endpoint)
    open_.push_async_callback(engine.close)
    return engine


async def _check_same(*ends: "tuple[EngineApi, str]") -> None:
    """Raise NetcError (usage) when the two are not one and the same engine, but two of one id."""
    from netc_tui.core.twins import Identified, twins
    from netc_tui.operations.hosts import bridge

    known = [
        Identified(name or "the host here", engine.engine.id, await bridge(engine))
        for engine, name in ends
    ]
    if len({each.bridge for each in known}) > 1:
        raise NetcError(twins(known)[0], Exit.USAGE)


def _told(came_from: "Host | None", goes_to: "Host | None") -> "Ends":
    from netc_tui.operations.move import Ends

    return Ends(_of_host(came_from), _of_host(goes_to))


def _of_host(host: "Host | None") -> "Callable[[str], str]":
    """What is said of it: which it is, and with commands that act there."""
    from netc_tui.core.elsewhere import aimed_within

    if host is None:
        return str
    return lambda text: f"{host.name}: {aimed_within(text, host.name, host.endpoint.url)}"


@contextmanager
def _about(host: str) -> "Iterator[None]":
    """Whatever is said within is of that host; empty: of the one that the command is for."""
    from netc_tui.cli import hosts

    if host:
        hosts.give([host])
    try:
        yield
    except NetcError as error:
        # It is told where that host is not given.
        error.message = hosts.aimed(error.message)
        raise


async def _move(
    source: "EngineApi",
    target: "EngineApi",
    asked: "Move",
    ways: _Ways,
    told: "Ends",
) -> None:
    from netc_tui.cli import output
    from netc_tui.operations.move import move as carry_out
    from netc_tui.operations.move import preview

    try:
        if ways.dry_run:
            steps = await preview(source, target, asked, ways.publishing, output.say, told)
            print_plan(steps, ways.json)
            return
        came = await carry_out(
            source, target, asked, say_step, output.event, output.say, ways.publishing, told
        )
    except NetcError as error:
        if error.code is Exit.INTERFACE and not asked.interface:
            error.message += "; name the one to be used there with --interface"
        raise
    with _about(asked.place):
        await _tell(target, came, ways)


async def _take_over(
    engine: "EngineApi", asked: "Move", seed: str, seconds: float, why: str, ways: _Ways
) -> None:
    """Turn it on with the identity that it had on a host that is not there any more. ``why`` this,
    and no move."""
    from netc_tui.cli import output
    from netc_tui.operations.up import Request, preview, up

    if not (seed and asked.interface):
        raise NetcError(
            f"{why}; to take the place of a host that is dead, name --interface INTERFACE, and"
            f" --seed TEXT, which was shown there as the seed of {asked.service}",
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
