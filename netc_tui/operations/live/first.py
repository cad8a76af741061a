"""The first look at an engine, as one value that a child process can hand over."""

import asyncio
from datetime import UTC, datetime

import msgspec

from netc_tui.core.lease import Event, parse
from netc_tui.core.model import Engine
from netc_tui.engine import Endpoint, connect
from netc_tui.operations.live.inventory import Inventory, look
from netc_tui.operations.live.leases import TAIL


class FirstLook(msgspec.Struct, frozen=True):
    """All that the screen shows at its start."""

    engine: Engine
    inventory: Inventory
    said: dict[str, tuple[Event, ...]]
    """What each network container has said, by its id."""


def first_look(endpoint: Endpoint) -> bytes:
    """Look once. Raises NetcError when the engine is away."""
    return msgspec.msgpack.encode(asyncio.run(_look(endpoint)))


def decoded(text: bytes) -> FirstLook | None:
    """What ``first_look`` made; None when that failed."""
    try:
        return msgspec.msgpack.decode(text, type=FirstLook)
    except msgspec.DecodeError:
        return None


async def _look(endpoint: Endpoint) -> FirstLook:
    engine = await connect(endpoint)
    try:
        found = await look(engine, {}, lambda: datetime.now(UTC))
        ours = [container.id for container in found.containers if container.ours]
        logs = await asyncio.gather(*(engine.log(container, TAIL) for container in ours))
    finally:
        await engine.close()
    said = {
        container: tuple(event for line in log if (event := parse(line)) is not None)
        for container, log in zip(ours, logs, strict=True)
    }
    return FirstLook(engine.engine, found, said)
