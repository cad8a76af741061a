"""Changes of links and addresses, in a network namespace of its own."""

import subprocess
import sys

import pytest

BEGIN = """
import asyncio, gc, os, subprocess, sys, time
from netc_tui.host.watch import changes

def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)

async def next_of(watch, seconds=1.0):
    try:
        async with asyncio.timeout(seconds):
            await anext(watch)
    except TimeoutError:
        return False
    return True

def sockets():
    return sum(os.readlink(f"/proc/self/fd/{fd}").startswith("socket:")
               for fd in os.listdir("/proc/self/fd") if os.path.islink(f"/proc/self/fd/{fd}"))

async def main():
    watch = changes()
    assert await next_of(watch), "at once"
"""
END = """
asyncio.run(main())
assert "pyroute2" not in sys.modules
"""


def inside(body: str) -> None:
    """Run the lines of a coroutine, with ``watch`` open, where nobody else changes anything."""
    code = BEGIN + "".join(f"    {line}\n" for line in body.splitlines()) + END
    command = ["unshare", "--net", sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "change",
    [
        '"link", "set", "lo", "up"',
        '"link", "add", "br0", "type", "bridge"',
        '"addr", "add", "10.0.0.5/24", "dev", "lo"',
    ],
)
def test_a_change_wakes(change: str) -> None:
    inside(
        f"""
assert not await next_of(watch, 0.1), "nothing changed"
watch = changes()
await anext(watch)
waiting = asyncio.create_task(next_of(watch))
await asyncio.sleep(0.05)
ip({change})
assert await waiting
await watch.aclose()
"""
    )


def test_a_burst_is_one_change() -> None:
    inside(
        """
for number in range(40):  # while the consumer looks
    ip("link", "add", f"br{number}", "type", "bridge")
assert await next_of(watch)
assert not await next_of(watch, 0.2)
"""
    )


def test_more_than_the_kernel_keeps_is_a_change_too() -> None:
    inside(
        """
lines = ("addr add 10.0.0.5/24 dev lo", "addr del 10.0.0.5/24 dev lo")
subprocess.run(["ip", "-batch", "-"], input="\\n".join(lines * 4000), text=True, check=True)
assert await next_of(watch)
ip("link", "set", "lo", "up")
assert await next_of(watch)
assert not await next_of(watch, 0.2)
"""
    )


def test_nothing_is_left_behind() -> None:
    inside(
        """
gc.collect()
before = sockets()
await watch.aclose()
assert sockets() == before - 1

async def consume():
    async for _ in changes():
        pass

task = asyncio.create_task(consume())
await asyncio.sleep(0.05)
assert sockets() == before
task.cancel()
await asyncio.gather(task, return_exceptions=True)
gc.collect()
await asyncio.sleep(0.05)
assert sockets() == before - 1
"""
    )


def test_waiting_costs_nothing() -> None:
    inside(
        """
began = time.process_time()
assert not await next_of(watch, 0.5)
assert time.process_time() - began < 0.01
"""
    )
