"""A loop whose time passes only while all wait, and then at once: waiting costs nothing, and what
happens when is the same in every run.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST = 7200.0
"""Seconds that a scenario may take on its own clock; what waits for ever fails there."""
BEGIN = datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)


class Simulated(asyncio.SelectorEventLoop):
    """Jumps to the next timer when nothing is ready and no thread is at work."""

    def __init__(self) -> None:
        self._passed = 0.0
        self._threads = 0
        inner = selectors.DefaultSelector()
        select = inner.select

        def jump(timeout: float | None = None) -> Any:
            if timeout == 0:
                return select(0)
            ready = select(None if timeout is None or self._threads else 0)
            if not ready and timeout is not None and not self._threads:
                self._passed += timeout
                if self._passed > LONGEST:
                    raise TimeoutError("what is waited for does not come")
            return ready

        inner.select = jump  # type: ignore[method-assign]
        super().__init__(inner)

    def time(self) -> float:
        return self._passed

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """In a thread as ever; meanwhile time stands still."""
        self._threads += 1

        def over(_: "Future[T] | asyncio.Future[T]") -> None:
            self._threads -= 1

        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)  # type: ignore[arg-type]
        future.add_done_callback(over)
        return future


class Clock:
    """The time of day that goes with the loop's; it can be put forward and back."""

    def __init__(self) -> None:
        self._put = timedelta()
        self.stopped = False
        """It shows BEGIN, and where it was put, for ever."""

    def __call__(self) -> datetime:
        run = 0.0 if self.stopped else asyncio.get_running_loop().time()
        return BEGIN + self._put + timedelta(seconds=run)

    def put(self, seconds: float) -> None:
        """As an administrator does, or a machine that slept."""
        self._put += timedelta(seconds=seconds)


def run(work: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run`` in such a loop."""
    with asyncio.Runner(loop_factory=Simulated) as runner:
        return runner.run(work)


def passed() -> float:
    """The loop's time, for those who would ask the machine."""
    return asyncio.get_running_loop().time()


async def idle(least: float = 0, most: float = 0) -> None:
    """Until what a key sets going has come to its end: longer than what is gathered or put off."""
    await asyncio.sleep(0.1)
