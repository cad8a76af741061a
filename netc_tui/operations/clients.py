"""Who is connected to a service through its network container."""

from netc_tui.core.clients import Clients, parse
from netc_tui.core.model import NetworkContainer
from netc_tui.core.protocol import CLIENTS
from netc_tui.engine import EngineApi
from netc_tui.operations.execute import execute


async def clients(engine: EngineApi, own: NetworkContainer) -> Clients:
    """Read them once; nothing stays behind in the network container. Raises NetcError."""
    return parse(await execute(engine, own, CLIENTS))
