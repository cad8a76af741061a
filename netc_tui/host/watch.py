"""Changes of this machine's links and addresses, as the kernel tells them (rtnetlink(7))."""

import asyncio
import errno
import socket
from collections.abc import AsyncGenerator

NETLINK_ROUTE = 0
RTMGRP_LINK, RTMGRP_IPV4_IFADDR = 0x1, 0x10


async def changes() -> AsyncGenerator[None, None]:
    """Yield at once, and again after links or IPv4 addresses of this machine have changed.

    What changes between two yields, in a burst or while the consumer looks, makes one. No
    privilege is needed. Raises OSError where there is no rtnetlink.
    """
    # Not pyroute2: what changed does not matter here, so nothing needs to be parsed or imported.
    kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    with socket.socket(socket.AF_NETLINK, kind, NETLINK_ROUTE) as netlink:
        netlink.bind((0, RTMGRP_LINK | RTMGRP_IPV4_IFADDR))
        while True:
            yield
            await _readable(netlink)
            _drain(netlink)


async def _readable(held: socket.socket) -> None:
    """Wait for the first message only: the kernel keeps those that come meanwhile."""
    loop = asyncio.get_running_loop()
    come = asyncio.Event()
    loop.add_reader(held, come.set)
    try:
        await come.wait()
    finally:
        loop.remove_reader(held)


def _drain(netlink: socket.socket) -> None:
    while True:
        try:
            netlink.recv(1)  # the rest of the message is dropped
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.ENOBUFS:  # some were lost: so there were changes
                raise
