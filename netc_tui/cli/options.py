"""Arguments and options that several commands take."""

import math
from typing import Annotated

import typer

from netc_tui.cli import complete

AnyService = Annotated[
    str, typer.Argument(metavar="SERVICE", autocompletion=complete.services, show_default=False)
]
TurnedOn = Annotated[
    str, typer.Argument(metavar="SERVICE", autocompletion=complete.turned_on, show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Watch = Annotated[bool, typer.Option("--watch", help="Print again and again, until Ctrl-C.")]


def finite(seconds: float) -> float:
    """The number itself: nan passes every limit."""
    if not math.isfinite(seconds):
        raise typer.BadParameter(f"{seconds} is no number of seconds")
    return seconds


Interval = Annotated[
    float, typer.Option(help="Seconds between two looks.", min=0.2, callback=finite)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, do nothing.")]
Base = Annotated[
    str | None,
    typer.Option(
        envvar="NETC_BASE",
        help="What the image is built on: alpine[:TAG], host, an image.",
        show_default=False,
    ),
]
