"""``netc ls`` and ``netc show``: what there is."""

from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from netc_tui.cli.options import Json, TurnedOn, finite
from netc_tui.cli.run import Interrupted, with_engine
from netc_tui.core.errors import Exit, NetcError

if TYPE_CHECKING:
    from netc_tui.core.model import Service
    from netc_tui.engine import EngineApi
    from netc_tui.engine.hosts import Host


def ls(
    json: Json = False,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Containers that do not run, too.")
    ] = False,
    all_hosts: Annotated[
        bool, typer.Option("--all-hosts", help="Of all hosts that the settings have in [hosts].")
    ] = False,
    all_contexts: Annotated[
        bool, typer.Option("--all-contexts", help="Of the hosts of all Docker contexts.")
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            help="How long each of several hosts may take.",
            min=0.1,
            callback=finite,
        ),
    ] = 10,
) -> None:
    """List services, ports, network containers.

    Of several hosts, all are asked at once. One that does not answer is told of on stderr; exit
    code 5 only when none does.
    """
    if all_hosts or all_contexts:
        _of_hosts(all_hosts, all_contexts, everything, timeout, json)
        return
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


def _of_hosts(
    all_hosts: bool, all_contexts: bool, everything: bool, timeout: float, json: bool
) -> None:
    import asyncio

    from netc_tui.cli import hosts, output
    from netc_tui.core.twins import twins
    from netc_tui.operations.hosts import listed

    if hosts.given():
        raise NetcError("--host and all of them: choose one", Exit.USAGE)
    hosts.of_all()
    chosen = hosts.every(
        hosts.declared() if all_hosts else {}, all_hosts=all_hosts, contexts=all_contexts
    )
    try:
        told = asyncio.run(listed(chosen, stopped=everything, seconds=timeout))
    except KeyboardInterrupt as error:
        raise Interrupted from error
    placed = [
        (each.host.name, _aimed(service, each.host)) for each in told for service in each.services
    ]
    if json:
        output.document(
            hosts=list(map(output.host_json, told)),
            services=[{"host": host, **output.service_json(service)} for host, service in placed],
        )
    elif any(not each.error for each in told):
        output.services([service for _, service in placed], [host for host, _ in placed])
    for each in told:
        if each.error:
            output.say(f"{each.host.name}: {each.error}")
        elif each.written is not None:
            output.automation(each.written, each.services, each.host.name)
        if each.unseen:
            output.say(f"{each.host.name}: {each.unseen}")
        if each.others:
            output.say(
                f"{each.host.name}: of its network containers, {each.others} run another version of"
                " netc's image; each moves over to this one with its next netc up"
            )
    for line in twins(each.known for each in told if each.known is not None):
        output.say(line)
    if all(each.error for each in told):
        raise NetcError(f"none of {len(told)} hosts answers", Exit.ENGINE)


def _aimed(service: "Service", host: "Host") -> "Service":
    """The same, what mends it as it is to be given here."""
    from netc_tui.core.elsewhere import aimed, aimed_within, with_health

    def command(text: str) -> str:
        return aimed(text, host.name, host.endpoint.url, host.endpoint.client)

    def told(text: str) -> str:
        return aimed_within(text, host.name, host.endpoint.url, host.endpoint.client)

    own = service.network_container
    if own is None:
        return service
    return replace(service, network_container=with_health(own, command, told))


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
