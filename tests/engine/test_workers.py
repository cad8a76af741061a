"""Threads for what blocks."""

import asyncio
import threading
import time

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.engine.workers import Workers


def test_workers() -> None:
    async def work() -> None:
        workers = Workers(2, "test")
        gate = threading.Event()
        slow = [asyncio.create_task(workers.run(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert len([one for one in threading.enumerate() if one.name.startswith("test ")]) == 2
        dropped = asyncio.create_task(workers.run(lambda: 1 / 0))
        await asyncio.sleep(0)
        dropped.cancel()
        gate.set()
        assert await asyncio.gather(*slow) == [True] * 3
        assert await workers.run(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 / 0)
        gate.clear()
        slow = [asyncio.create_task(workers.run(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0.05)
        workers.close()
        with pytest.raises(NetcError, match="closed"):  # no cancellation: nobody asked for one
            await slow[2]
        gate.set()
        assert await asyncio.gather(*slow[:2]) == [True, True]
        with pytest.raises(NetcError):
            await workers.run(lambda: 7)

    asyncio.run(work())
    deadline = time.monotonic() + 1
    while any(one.name.startswith("test ") for one in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
