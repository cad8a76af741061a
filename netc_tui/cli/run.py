"""Running an operation from a command: the loop, the engine, and the way errors end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi

T = TypeVar("T")


def with_engine(work: Callable[["EngineApi"], Awaitable[T]]) -> T:
    """Connect to the engine in force, do ``work`` with it, let go of it."""
    from netc_tui.engine import connect

    async def run() -> T:
        engine = await connect()
        try:
            return await work(engine)
        finally:
            await engine.close()

    return asyncio.run(run())
