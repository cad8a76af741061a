"""Frames of a LAN, as a packet socket of our own gets them (packet(7)). It takes root.

What is not wanted is left out by the kernel (a filter, bpf(4)): a busy wire costs nothing here.
"""

import asyncio
import errno
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

from netc_tui.core.errors import Exit, NetcError

ETH_P_ALL, ETH_P_IP = 0x0003, 0x0800
ARPHRD_ETHER = 1
HEADER = 14
"""Bytes of an Ethernet header."""
SOL_PACKET, PACKET_ADD_MEMBERSHIP = 263, 1
PACKET_MR_PROMISC, PACKET_MR_UNICAST = 1, 3
SO_ATTACH_FILTER = 26
LARGEST = 4096
"""Of a frame as much as that is read."""
AT_ONCE = 64
"""So many are read before others have their turn."""

# Classic BPF: what is loaded (a byte, two, four; from the start, or behind the IP header, whose
# length LENGTH puts into X), and the jumps.
BYTE, HALF, WORD = 0x30, 0x28, 0x20
HALF_X, WORD_X = 0x48, 0x40
LENGTH = 0xB1
EQUAL, ANY_BIT = 0x15, 0x45
RETURN = 0x06
VLAN = 0xFFFFF000 + 48
"""In place of an offset: is there a VLAN's tag, which the kernel has taken out of the frame?"""


class Instruction(NamedTuple):
    """An instruction of a filter; ``yes`` and ``no`` of a jump: ``keep``, ``drop``, or go on."""

    code: int
    value: int
    yes: str = ""
    no: str = ""


def program(steps: Sequence[Instruction], size: int = LARGEST) -> bytes:
    """A filter of these steps; what is kept is cut to ``size`` bytes, who gets to the end too."""
    ends = {"keep": len(steps), "drop": len(steps) + 1}

    def packed(at: int, step: Instruction) -> bytes:
        leaps = [ends[to] - at - 1 if to else 0 for to in (step.yes, step.no)]
        return struct.pack("HBBI", step.code, *leaps, step.value)

    returns = [Instruction(RETURN, size), Instruction(RETURN, 0)]
    return b"".join(packed(at, step) for at, step in enumerate([*steps, *returns]))


@contextmanager
def listening(interface: str, protocol: int, wanted: bytes) -> Iterator[socket.socket]:
    """A socket that gets the frames of an interface that a filter keeps, and sends others.

    What goes wrong meanwhile with the socket is a NetcError: not permitted, no such interface, it
    is down, it is no Ethernet.
    """
    kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    try:
        # Without a protocol it gets nothing yet: no frame comes in before the filter is there.
        with socket.socket(socket.AF_PACKET, kind, 0) as held:
            _attach(held, wanted)
            held.bind((interface, protocol))
            _check(held, interface)
            yield held
    except OSError as error:
        raise _refused(interface, error) from error


def own_mac(held: socket.socket) -> bytes:
    """The MAC of the interface that a socket listens on."""
    return bytes(held.getsockname()[4])


def hear_all(held: socket.socket) -> None:
    """Get frames for other machines, too, while the socket is open."""
    _join(held, PACKET_MR_PROMISC, b"")


def hear(held: socket.socket, mac: bytes) -> None:
    """Get frames for one more MAC address, too, where the interface can."""
    with suppress(OSError):
        _join(held, PACKET_MR_UNICAST, mac)


async def arrived(held: socket.socket, until: float) -> list[bytes]:
    """Those that came, one at least; none when it is ``until`` by the loop's clock."""
    loop = asyncio.get_running_loop()
    come = asyncio.Event()
    loop.add_reader(held, come.set)
    try:
        async with asyncio.timeout_at(until):
            await come.wait()
    except TimeoutError:
        return []
    finally:
        loop.remove_reader(held)
    found: list[bytes] = []
    with suppress(BlockingIOError):
        while len(found) < AT_ONCE:
            found.append(held.recv(LARGEST))
    return found


def _check(held: socket.socket, interface: str) -> None:
    if held.getsockname()[3] != ARPHRD_ETHER:
        raise NetcError(f"{interface} is no Ethernet interface", Exit.INTERFACE)
    # To bind to an interface that is down is no error; that comes with the first frame.
    if failed := held.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(failed, os.strerror(failed))


def _attach(held: socket.socket, wanted: bytes) -> None:
    import ctypes

    lines = ctypes.create_string_buffer(wanted, len(wanted))
    # struct sock_fprog: how many instructions, and where they are.
    whole = struct.pack("HP", len(wanted) // 8, ctypes.addressof(lines))
    held.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, whole)


def _join(held: socket.socket, kind: int, mac: bytes) -> None:
    index = socket.if_nametoindex(held.getsockname()[0])
    whole = struct.pack("iHH8s", index, kind, len(mac), mac)  # struct packet_mreq
    held.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, whole)


def _refused(interface: str, error: OSError) -> NetcError:
    if error.errno in (errno.EPERM, errno.EACCES):
        return NetcError("it needs root: run it with sudo")
    if error.errno in (errno.ENODEV, errno.ENXIO):
        return NetcError(f"there is no interface {interface} any more", Exit.INTERFACE)
    if error.errno == errno.ENETDOWN:
        return NetcError(f"the interface {interface} is down", Exit.INTERFACE)
    return NetcError(f"{interface} cannot be listened to: {error.strerror or error}")
