"""Blocking work on a few daemon threads, which never keep the program from ending.

Not concurrent.futures: the interpreter waits at its end for every thread of such a pool, also for
one that waits for an engine that hangs.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from netc_tui.core.errors import Exit, NetcError

T = TypeVar("T")


class Workers:
    """At most ``count`` threads, started as they are needed. Work begins in the order it comes."""

    def __init__(self, count: int, name: str) -> None:
        self._count, self._name = count, name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._waiting: set[_Job] = set()
        self._threads = 0
        self._idle = threading.Semaphore(0)
        self._closed = False

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises. Raises NetcError (engine) when closed."""
        if self._closed:
            raise _closed()
        job = _Job(work, asyncio.get_running_loop())
        self._waiting.add(job)
        self._jobs.put(job)
        if not self._idle.acquire(blocking=False) and self._threads < self._count:
            self._threads += 1
            name = f"{self._name} {self._threads}"
            threading.Thread(target=self._work, name=name, daemon=True).start()
        try:
            result: T = await job.future
        finally:
            self._waiting.discard(job)
            job.dropped = True
        return result

    def close(self) -> None:
        """Refuse what has not begun. Does not wait for what has."""
        self._closed = True
        for job in self._waiting:
            if not job.begun and not job.future.done():
                job.dropped = True
                # Not cancelled: whoever waits for it must not take it for an end of its own.
                job.future.set_exception(_closed())
        for _ in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.do()
            del job  # it holds on to what it was given
            self._idle.release()


def _closed() -> NetcError:
    return NetcError("the connection to the Docker engine was closed", Exit.ENGINE)


class _Job:
    """A call to make on another thread, and the loop that waits for it."""

    def __init__(self, work: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self._work, self._loop = work, loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.begun = False
        self.dropped = False
        """Nobody waits for it any more."""

    def do(self) -> None:
        if self.dropped:
            return
        self.begun = True
        try:
            result = self._work()
        except BaseException as error:  # it belongs to the one who waits
            self._tell(self._fail, error)
        else:
            self._tell(self._finish, result)

    def _finish(self, result: Any) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def _fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def _tell(self, call: Callable[[Any], None], what: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(call, what)
