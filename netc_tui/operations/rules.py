"""The iptables rules of a network container, with what they have counted."""

from netc_tui.core.model import NetworkContainer
from netc_tui.core.protocol import COUNTERS
from netc_tui.core.rules import Rule, parse_save
from netc_tui.engine import EngineApi
from netc_tui.operations.execute import execute


async def rules(engine: EngineApi, own: NetworkContainer) -> tuple[Rule, ...]:
    """Read them once; nothing stays behind in the network container. Raises NetcError."""
    text = await execute(engine, own, COUNTERS)
    return tuple(rule for rule in parse_save(text) if rule.ours)
