"""The interfaces of an engine's host, anew after each change: this machine's as its kernel tells,
another's as a helper there does.
"""

import asyncio
import os
from collections.abc import Callable

import msgspec

from netc_tui import sidecar
from netc_tui.core import links as core
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.links import Link
from netc_tui.engine import EngineApi, NoImage
from netc_tui.host import interfaces as host
from netc_tui.host import session
from netc_tui.host.watch import changes
from netc_tui.operations.interfaces import image_there, require_host, unseen

SETTLE = 0.3
"""Seconds between two looks at least: each container that starts brings several changes."""
AGAIN = 5.0
"""Seconds until a helper is made again, where none could be or it ended."""


ALIVE = b"."
"""What a helper says that has nothing to tell."""


class Links(msgspec.Struct, frozen=True):
    """The links of a host at one moment."""

    all: tuple[Link, ...] = ()
    session: str | None = None
    """The name of the one that carries the SSH session that this program runs in."""
    unknown: str = ""
    """Why they are not known; empty while they are looked at for the first time, too."""


async def watch(deliver: Callable[[Links], None]) -> None:
    """Deliver the links of this machine, and again whenever they or their addresses change."""
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


async def watch_there(engine: EngineApi, deliver: Callable[[Links], None]) -> None:
    """The same of an engine's host that is another machine, or why that tells nothing."""
    before = Links()

    def take(found: Links) -> None:
        nonlocal before
        if found != before:
            before = found
            deliver(found)

    while True:
        try:
            await _told(engine, take)
        except NetcError as error:
            if error.code is not Exit.ENGINE:  # that is told where it belongs
                take(Links(unknown=error.message))
        await asyncio.sleep(AGAIN)


async def _told(engine: EngineApi, take: Callable[[Links], None]) -> None:
    """Hand on what a helper tells, until it ends."""
    require_host(engine.engine)
    image = await image_there(engine)
    told = engine.staying(image, await asyncio.to_thread(sidecar.interfaces, "stay"))
    try:
        lines: list[bytes] = []
        async for line in told:
            if line == ALIVE:
                continue
            lines.append(line)
            if not line:  # that was all of them
                take(Links(core.parse(b"\n".join(lines).decode(errors="replace"))))
                lines.clear()
    except NetcError as error:
        if error.code is Exit.ENGINE or isinstance(error, NoImage):
            raise
        raise unseen(engine.engine, error) from error
    finally:
        told.close()
