"""This machine's interfaces, anew after each change that the kernel tells of."""

import asyncio
import os
from collections.abc import Callable

import msgspec

from netc_tui.host import interfaces as host
from netc_tui.host import session
from netc_tui.host.watch import changes

SETTLE = 0.3
"""Seconds between two looks at least: each container that starts brings several changes."""


class Links(msgspec.Struct, frozen=True):
    """The links of this machine at one moment."""

    all: tuple[host.Link, ...] = ()
    session: str | None = None
    """The name of the one that carries the SSH session that this program runs in."""


async def watch(deliver: Callable[[Links], None]) -> None:
    """Deliver the links, and again whenever they or their addresses change."""
    before = Links()
    async for _ in changes():
        found = await asyncio.to_thread(look)
        if found != before:
            before = found
            deliver(found)
        await asyncio.sleep(SETTLE)


def look() -> Links:
    """The links as they are now. Reads files and asks the kernel."""
    links = host.links()
    address = session.session_address(os.environ, os.getpid())
    return Links(links, session.session_interface(address, links))
