"""Reaching a network container from this host itself."""

import asyncio

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import EngineApi
from netc_tui.host import routes
from netc_tui.operations import inventory
from netc_tui.operations.interfaces import require_local


class Route(msgspec.Struct, frozen=True):
    """A route of this host to a network container's address, over a bridge of Docker's."""

    ip: str
    bridge: str
    changed: bool


async def add(engine: EngineApi, service: str) -> Route:
    """Route the address of a service's network container over the bridge they share.

    Raises NetcError: not permitted, no address yet, no bridge.
    """
    ip, bridge = await _way(engine, service)
    return Route(ip, bridge, await asyncio.to_thread(routes.add, ip, bridge))


async def delete(engine: EngineApi, service: str) -> Route:
    """Remove that route. Raises NetcError."""
    ip, bridge = await _way(engine, service)
    return Route(ip, bridge, await asyncio.to_thread(routes.delete, ip))


async def _way(engine: EngineApi, service: str) -> tuple[str, str]:
    require_local(engine.engine, "a route is this host's own")
    _, own = await inventory.turned_on(engine, service)
    if own.ip is None:
        raise NetcError(f"{own.name} has no address now", Exit.NO_LEASE)
    for network in await engine.networks():
        if network.name == own.network and network.bridge is not None:
            return own.ip, network.bridge
    raise NetcError(f"{own.network} is no bridge of this host; there is no way over it")
