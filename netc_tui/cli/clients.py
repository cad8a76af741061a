"""``netc clients``: who is connected to a service now."""

from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli.options import Interval, Json, TurnedOn, Watch
from netc_tui.cli.run import again, with_engine

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi


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
    from datetime import UTC, datetime

    from netc_tui.cli import output
    from netc_tui.core.clients import Seen
    from netc_tui.host.names import Names
    from netc_tui.operations import inventory
    from netc_tui.operations.clients import clients as read_clients

    resolver, seen = Names(), Seen()

    async def look(engine: "EngineApi") -> None:
        _, own = await inventory.turned_on(engine, service)
        found = await read_clients(engine, own)
        at = datetime.now(UTC).replace(microsecond=0)
        there = [client.address for client in found.clients]
        gone = seen.gone(there, at)
        called = await resolver.of([*there, *gone] if names else [])
        if json:
            output.document(service=service, **output.clients_json(found, called, at, gone))
        else:
            output.clients(found, called, gone)

    with_engine(again(look, interval) if watch else look)
