"""Running an operation from a command: the loop, the engine, and the way errors end."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi

T = TypeVar("T")


class Interrupted(BaseException):
    """The operator pressed Ctrl-C; a class of its own, since typer would end quietly on it."""


def with_engine(work: Callable[["EngineApi"], Awaitable[T]]) -> T:
    """Connect to the engine in force, do ``work`` with it, let go of it.

    Raises Interrupted at Ctrl-C.
    """

    async def run() -> T:
        from netc_tui.engine import connect

        engine = await connect()
        try:
            return await work(engine)
        finally:
            await engine.close()

    try:
        import asyncio

        return asyncio.run(run())
    except KeyboardInterrupt as error:
        raise Interrupted from error


def again(
    look: Callable[["EngineApi"], Awaitable[None]], seconds: float
) -> Callable[["EngineApi"], Awaitable[None]]:
    """``look`` for ever, every so many ``seconds``."""

    async def work(engine: "EngineApi") -> None:
        import asyncio

        while True:
            await look(engine)
            await asyncio.sleep(seconds)

    return work
