"""``netc leases`` and ``netc renew``: until when addresses are held."""

from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli.options import Interval, Json, TurnedOn, Watch, finite
from netc_tui.cli.run import again, with_engine

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi


def leases(watch: Watch = False, interval: Interval = 2, json: Json = False) -> None:
    """List the leases of all network containers."""
    from netc_tui.cli import output
    from netc_tui.core.text import natural
    from netc_tui.operations import inventory, swarm

    async def look(engine: "EngineApi") -> None:
        containers = await engine.containers()
        held = await inventory.network_containers(engine, containers)
        held |= (await swarm.see(engine, containers)).own
        found = [held[name] for name in sorted(held, key=natural)]
        if json:
            output.document(leases=[output.network_container_json(own) for own in found])
        else:
            output.leases(found)

    with_engine(again(look, interval) if watch else look)


def renew(
    service: TurnedOn,
    timeout: Annotated[
        float, typer.Option(help="Seconds to wait for the answer.", min=0.1, callback=finite)
    ] = 10,
    json: Json = False,
) -> None:
    """Renew a lease now, and say until when it runs."""
    from netc_tui.cli import output
    from netc_tui.core.words import clock
    from netc_tui.operations.renew import renew as ask

    async def work(engine: "EngineApi") -> None:
        own = await ask(engine, service, timeout, output.event)
        if json:
            output.document(network_container=output.network_container_json(own))
        else:
            output.line(f"ip={own.ip} expires={clock(own.expires_at)}")

    with_engine(work)
