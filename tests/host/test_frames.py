"""Packet sockets: what the kernel lets through a filter, and what goes wrong with them."""

import struct
import subprocess
import sys

import pytest

from netc_tui.host import frames
from netc_tui.host.frames import Instruction, program

COUNT = """
import asyncio, os, subprocess, sys
from netc_tui.core.errors import NetcError
from netc_tui.host import frames
from netc_tui.host.frames import Instruction, listening

def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)

def cable():
    ip("link", "add", "near", "address", "02:00:00:00:00:01", "type", "veth",
       "peer", "name", "far", "address", "02:00:00:00:00:02")
    for name in ("near", "far"):
        open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w").write("1")
        ip("link", "set", name, "up")

def said(interface, wanted=frames.program([])):
    try:
        with listening(interface, frames.ETH_P_ALL, wanted):
            return "heard"
    except NetcError as error:
        return error.message

# Frames of a protocol that nobody speaks, to all.
OURS = [Instruction(frames.HALF, 12), Instruction(frames.EQUAL, 0x88B5, no="drop")]

def frame(to, text, kind="88b5"):
    return bytes.fromhex(to.replace(":", "") + "020000000002" + kind) + text.ljust(50, b".")

async def heard(held, seconds=0.2):
    until, found = asyncio.get_running_loop().time() + seconds, []
    while came := await frames.arrived(held, until):
        found += came
    return [bytes(one[14:17]) for one in found]
"""


def inside(code: str) -> None:
    """Run lines in a network namespace of their own."""
    command = ["unshare", "--net", sys.executable, "-c", f"{COUNT}\n{code}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


def steps(text: bytes) -> list[tuple[int, int, int, int]]:
    return list(struct.iter_unpack("HBBI", text))


def test_a_program_leaps_to_its_ends() -> None:
    made = program(
        [
            Instruction(frames.HALF, 12),
            Instruction(frames.EQUAL, 0x800, no="drop"),
            Instruction(frames.BYTE, 0),
            Instruction(frames.ANY_BIT, 1, yes="drop", no="keep"),
        ],
        34,
    )
    assert steps(made) == [
        (frames.HALF, 0, 0, 12),
        (frames.EQUAL, 0, 3, 0x800),
        (frames.BYTE, 0, 0, 0),
        (frames.ANY_BIT, 1, 0, 1),
        (frames.RETURN, 0, 0, 34),
        (frames.RETURN, 0, 0, 0),
    ]


def test_what_the_filter_keeps_comes_and_nothing_else() -> None:
    inside(
        """
async def main():
    cable()
    with (listening("far", frames.ETH_P_ALL, frames.program([])) as far,
          listening("near", frames.ETH_P_ALL, frames.program(OURS)) as near):
        assert frames.own_mac(near).hex(":") == "02:00:00:00:00:01"
        for number in range(100):
            far.send(frame("ff:ff:ff:ff:ff:ff", b"%03d" % number))
            far.send(frame("ff:ff:ff:ff:ff:ff", b"not", kind="88b6"))
        assert await heard(near) == [b"%03d" % number for number in range(100)]
        assert await heard(near, 0) == []
asyncio.run(main())
"""
    )


def test_further_addresses_are_listened_to_while_the_socket_is_open() -> None:
    inside(
        """
import time
def promiscuous():
    shown = subprocess.run(["ip", "-d", "link", "show", "near"], capture_output=True, text=True)
    return "promiscuity 0" not in shown.stdout

cable()
with listening("near", frames.ETH_P_ALL, frames.program([])) as near:
    assert not promiscuous()
    frames.hear_all(near)
    frames.hear(near, bytes.fromhex("020000000009"))
    assert promiscuous()
assert not promiscuous()
"""
    )


def test_what_is_wrong_is_said_and_the_socket_is_closed() -> None:
    inside(
        """
ip("link", "set", "lo", "up")
before = os.listdir("/proc/self/fd")
assert said("lo") == "lo is no Ethernet interface", said("lo")
assert said("gone0") == "there is no interface gone0 any more", said("gone0")
cable()
assert said("near") == "heard"
ip("link", "set", "near", "down")
assert said("near") == "the interface near is down", said("near")
assert said("x" * 40), "a name that cannot be one"
os.setgroups([]); os.setgid(65534); os.setuid(65534)
assert "it needs root" in said("far"), said("far")
assert len(os.listdir("/proc/self/fd")) == len(before)
"""
    )


@pytest.mark.parametrize("change", ['"link", "set", "near", "down"', '"link", "del", "near"'])
def test_an_interface_that_goes_away_meanwhile_is_told(change: str) -> None:
    inside(
        f"""
async def main():
    cable()
    loop = asyncio.get_running_loop()
    loop.call_later(0.1, ip, {change})
    begun = loop.time()
    try:
        with listening("near", frames.ETH_P_ALL, frames.program([])) as near:
            while loop.time() < begun + 5:
                await frames.arrived(near, begun + 5)
    except NetcError as error:
        assert "near" in error.message, error.message
    else:
        raise AssertionError("nothing is said")
    assert loop.time() < begun + 2
asyncio.run(main())
"""
    )


def test_who_is_cancelled_leaves_nothing_open() -> None:
    inside(
        """
async def wait():
    with listening("near", frames.ETH_P_ALL, frames.program([])) as near:
        await frames.arrived(near, asyncio.get_running_loop().time() + 60)

async def main():
    cable()
    before = len(os.listdir("/proc/self/fd"))
    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.1)
    assert len(os.listdir("/proc/self/fd")) == before + 1
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    assert len(os.listdir("/proc/self/fd")) == before
asyncio.run(main())
"""
    )
