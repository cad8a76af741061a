"""``netc image``: what network containers run."""

from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli.options import Base, Json
from netc_tui.cli.run import with_engine

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi


app = typer.Typer(
    name="image",
    rich_markup_mode=None,
    no_args_is_help=True,
    help="The image that network containers run.",
)


@app.command("build")
def build_image(
    base: Base = None,
    pull: Annotated[
        bool, typer.Option("--pull", help="Ask the registry for a newer base first.")
    ] = False,
    json: Json = False,
) -> None:
    """Build the image of network containers; `up` does it by itself when it is missing."""
    from netc_tui.cli import output
    from netc_tui.operations.image import build

    async def work(engine: "EngineApi") -> None:
        tag = await build(engine, base or None, pull=pull)
        if json:
            output.document(image=tag)
        else:
            output.line(tag)

    with_engine(work)
