"""What has passed through one network container since it was started."""

import asyncio
from contextlib import closing

from netc_tui.core.model import NetworkContainer
from netc_tui.core.traffic import Meters, Traffic
from netc_tui.engine import EngineApi
from netc_tui.host.traffic import Readings
from netc_tui.operations.live.traffic import addresses


async def traffic(engine: EngineApi, own: NetworkContainer) -> Traffic | None:
    """Read it once; None where it cannot be read: on another machine, or of one that does not run.
    Raises NetcError when the engine is away."""
    container = await engine.container(own.name) if engine.engine.local else None
    if container is None:
        return None
    wanted = addresses([container])
    with closing(Readings()) as readings:
        found = await asyncio.to_thread(readings.read, wanted)
    return Meters().take(wanted, found, asyncio.get_running_loop().time()).get(container.id)
