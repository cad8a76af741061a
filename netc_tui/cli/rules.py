"""``netc rules``: what a network container does with packets, and whether that is as planned."""

from typing import TYPE_CHECKING

from netc_tui.cli.options import Interval, Json, TurnedOn, Watch
from netc_tui.cli.run import again, with_engine

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi


def rules(
    service: TurnedOn, watch: Watch = False, interval: Interval = 2, json: Json = False
) -> None:
    """Show iptables rules with their counters."""
    from netc_tui.cli import output
    from netc_tui.operations import inventory
    from netc_tui.operations.rules import compared

    async def look(engine: "EngineApi") -> None:
        _, own = await inventory.turned_on(engine, service)
        live, difference = await compared(engine, own)
        if json:
            output.document(
                service=service,
                rules=[output.rule_json(rule) for rule in live],
                missing=None if difference is None else difference.missing,
                added=None if difference is None else difference.added,
            )
            return
        output.rules(live)
        if difference is None:
            output.say("not compared with what was planned; netc up makes it say what that is")
            return
        for word, lines in (("missing", difference.missing), ("added", difference.added)):
            for line in lines:
                output.say(f"{word}: {line}")

    with_engine(again(look, interval) if watch else look)
