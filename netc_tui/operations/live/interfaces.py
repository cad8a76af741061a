"""This machine's interfaces, anew after each change that the kernel tells of."""

import asyncio
from collections.abc import Callable

from netc_tui.host import interfaces as host
from netc_tui.host.watch import changes

SETTLE = 0.3
"""Seconds between two looks at least: each container that starts brings several changes."""


async def watch(deliver: Callable[[tuple[host.Link, ...]], None]) -> None:
    """Deliver the links, and again whenever they or their addresses change."""
    before: tuple[host.Link, ...] = ()
    async for _ in changes():
        found = await asyncio.to_thread(host.links)
        if found != before:
            before = found
            deliver(found)
        await asyncio.sleep(SETTLE)
