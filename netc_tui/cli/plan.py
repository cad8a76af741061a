"""``netc plan``: what a round of automation would do now."""

from typing import Annotated

import typer

from netc_tui.cli.options import Json
from netc_tui.cli.run import with_engine


def plan(
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The settings; `netc config` prints an example."),
    ] = None,
    json: Json = False,
) -> None:
    """Print what `netc watch` would do now, and why.

    Nothing is done. Services that neither are on nor ask for anything are left out.
    """
    from netc_tui.cli import output
    from netc_tui.engine import EngineApi
    from netc_tui.operations import automation
    from netc_tui.settings.policy import in_force

    policy = in_force(config)

    async def work(engine: EngineApi) -> None:
        found = await automation.plan(engine, policy)
        if json:
            output.document(decisions=[output.decision_json(decision) for decision in found])
        else:
            output.decisions(found)

    with_engine(work)
