"""``netc route``: the way from this host itself."""

from typing import TYPE_CHECKING

import typer

from netc_tui.cli.options import Json, TurnedOn
from netc_tui.cli.run import with_engine

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi


app = typer.Typer(
    name="route",
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Reach a network container from this host itself.",
)


@app.command("add")
def add(service: TurnedOn, json: Json = False) -> None:
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


@app.command("del")
def delete(service: TurnedOn, json: Json = False) -> None:
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
