"""``netc interfaces``: which of the host's can carry a LAN network."""

from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli.options import Json
from netc_tui.cli.run import with_engine

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi


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
