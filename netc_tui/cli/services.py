"""``netc ls`` and ``netc show``: what there is."""

from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli.options import Json, TurnedOn
from netc_tui.cli.run import with_engine
from netc_tui.core.errors import NetcError

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi


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
        found, written, unseen = await inventory.overview(engine, stopped=everything)
        if not engine.engine.local and not json:
            output.say(f"engine: {engine.engine.host} ({engine.engine.name}), a remote one")
        if json:
            output.document(
                services=[output.service_json(service) for service in found],
                watcher=output.watcher_json(written),
                swarm=output.swarm_json(engine.engine.swarm, unseen),
            )
        else:
            output.services(found)
            output.automation(written, found)
            if unseen:
                output.say(unseen)

    with_engine(work)


def show(service: TurnedOn, json: Json = False) -> None:
    """Show lease, timers, identity, the name in the LAN's DNS, and rules."""
    import asyncio

    from netc_tui.cli import dns, output
    from netc_tui.operations import inventory
    from netc_tui.operations.lookup import look_up
    from netc_tui.operations.rules import rules as read_rules
    from netc_tui.operations.traffic import traffic

    async def work(engine: "EngineApi") -> None:
        found, own = await inventory.turned_on(engine, service)
        looking = asyncio.create_task(look_up(engine, own, dns.if_sound()), name="DNS")
        passed = await traffic(engine, own)
        live, unread = None, f"they are read on its node, {own.node}" if own.elsewhere else ""
        try:
            live = await read_rules(engine, own) if not own.elsewhere else None
        except NetcError as error:
            unread = error.message  # the lease is known all the same
        name = await looking
        if json:
            output.document(
                network_container=output.network_container_json(own),
                name=output.name_json(name),
                rules=live and [output.rule_json(rule) for rule in live],
                traffic=passed and output.traffic_json(passed),
                **output.keeping_json(found.keeping),
            )
            return
        output.detail(found, own, passed, name, engine.engine.id)
        output.line("")
        if live is None:
            output.line(f"rules: {unread}")
        else:
            output.rules(live)

    with_engine(work)
