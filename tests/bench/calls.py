"""Run on a Docker host of a lab: with an URL it prints what calls of an engine take, as JSON; with
``--until-cut`` it says when it listens, and then when the loss of the engine is noticed."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from statistics import median

from netc_tui.core.errors import NetcError
from netc_tui.engine import EngineApi, EventStream, connect
from netc_tui.engine.endpoints import at
from netc_tui.operations.live import inventory

CONNECTS = 7
CALLS = 200
CLIENTS = 8
BURSTS = 20


async def figures(url: str) -> dict[str, float]:
    """Seconds: of a connection, a call, and of several clients that ask at once."""
    endpoint = at(url, "the benchmark")
    await (await connect(endpoint)).close()  # the SDK is loaded
    connecting = []
    for _ in range(CONNECTS):
        begin = time.monotonic()
        engine = await connect(endpoint)
        connecting.append(time.monotonic() - begin)
        await engine.close()
    engine = await connect(endpoint)
    try:
        await asyncio.gather(*(engine.networks() for _ in range(CLIENTS)))
        pings = [await _took(engine.ping()) for _ in range(CALLS)]
        lists = [await _took(engine.containers()) for _ in range(CALLS)]
        bursts = [
            await _took(asyncio.gather(*(engine.networks() for _ in range(CLIENTS))))
            for _ in range(BURSTS)
        ]
    finally:
        await engine.close()
    return {
        "connect": median(connecting),
        "ping": median(pings),
        "list": median(lists),
        "burst": median(bursts),
    }


async def _took(work: Awaitable[object]) -> float:
    begin = time.monotonic()
    await work
    return time.monotonic() - begin


async def until_cut(url: str) -> None:
    """Say when its events end, when a call that looks again and again does, and when what a screen
    watches it by does."""
    engines = [await connect(at(url, "the benchmark")) for _ in range(3)]
    asked, listened_to, watched = engines
    events = listened_to.events()
    await events.ready()
    seen = asyncio.Event()
    ends = {
        "called": asyncio.create_task(_ended(asked)),
        "heard": asyncio.create_task(_silent(events)),
        "watched": asyncio.create_task(_unwatched(watched, seen)),
    }
    await seen.wait()
    print("listening", flush=True)
    times = await asyncio.gather(*ends.values())
    print(json.dumps(dict(zip(ends, times, strict=True))), flush=True)
    for engine in engines:
        await engine.close()


async def _unwatched(engine: EngineApi, seen: asyncio.Event) -> float:
    def deliver(_: inventory.Inventory) -> None:
        seen.set()

    try:
        await inventory.watch(engine, deliver, lambda: datetime.now(UTC))
    except NetcError:
        return time.monotonic()
    raise AssertionError("a watch has ended by itself")


async def _ended(engine: EngineApi) -> float:
    try:
        while True:
            await engine.networks()
            await asyncio.sleep(0.1)
    except NetcError:
        return time.monotonic()


async def _silent(events: EventStream) -> float:
    async for _ in events:
        pass
    return time.monotonic()


if __name__ == "__main__":
    if sys.argv[1] == "--until-cut":
        asyncio.run(until_cut(sys.argv[2]))
    else:
        print(json.dumps(asyncio.run(figures(sys.argv[1]))))
