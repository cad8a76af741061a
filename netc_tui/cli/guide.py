"""``netc guide``: the pages beside the README."""

from typing import Annotated

import typer

from netc_tui.cli import complete


def guide(
    topic: Annotated[
        str | None, typer.Argument(help="Which page.", autocompletion=complete.topics)
    ] = None,
) -> None:
    """Print a page of the guide, or which pages there are."""
    from netc_tui import guide as pages
    from netc_tui.cli import output

    if topic is not None:
        for text in pages.page(topic).splitlines():
            output.line(text)
        return
    titles = pages.topics()
    for name, title in titles.items():
        output.line(f"netc guide {name:{max(map(len, titles))}}  {title}")
