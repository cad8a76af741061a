"""The iptables rules of a network container, with what they have counted."""

from netc_tui.core.model import NetworkContainer
from netc_tui.core.protocol import COUNTERS
from netc_tui.core.rules import Difference, Rule, compare, parse_save
from netc_tui.engine import EngineApi
from netc_tui.operations.execute import execute


async def rules(engine: EngineApi, own: NetworkContainer) -> tuple[Rule, ...]:
    """Read them once; nothing stays behind in the network container. Raises NetcError."""
    found, _ = await compared(engine, own)
    return found


async def compared(
    engine: EngineApi, own: NetworkContainer
) -> tuple[tuple[Rule, ...], Difference | None]:
    """The same, and how they differ from those that were planned; None when it does not say what
    was planned: it was made by an older netc, or is just loading others."""
    text = await execute(engine, own, COUNTERS)
    return tuple(rule for rule in parse_save(text) if rule.ours), compare(text)
