"""Turns: of several programs on this machine one does a thing, the others wait for it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AGAIN = 0.1
"""Seconds between two tries."""


@asynccontextmanager
async def turn(name: str, seconds: float) -> AsyncIterator[bool]:
    """Whether it is this program's turn, having waited so many seconds at most.

    The kernel ends a turn with the program that has it, and no file tells of one: it is an abstract
    socket (unix(7)), seen in one network namespace.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as held:
        while True:
            try:
                held.bind(f"\0netc {name}"[:107])
            except OSError:
                if loop.time() >= until:
                    yield False
                    return
                await asyncio.sleep(AGAIN)
            else:
                yield True
                return
