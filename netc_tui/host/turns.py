"""Turns: of several programs on this machine one does a thing, the others wait for it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AGAIN = 0.1
"""Seconds between two tries."""
PREFIX = "\0netc "
"""Before the name of a turn: an abstract address, of netc alone."""


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
                held.bind(address(name))
            except OSError:
                if loop.time() >= until:
                    yield False
                    return
                await asyncio.sleep(AGAIN)
            else:
                yield True
                return


def address(name: str) -> str:
    """Where the socket of whoever has that turn is (108 bytes at most)."""
    return f"{PREFIX}{name}"[:107]
