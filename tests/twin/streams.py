"""The streams of the in-memory engine: woken when something comes, silent otherwise."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class FakeStream(Generic[T]):
    """See LogStream and EventStream."""

    def __init__(self, first: Iterable[T] = ()) -> None:
        self._items = deque(first)
        self._woken = asyncio.Event()
        self._answered = True
        self.ended = False
        """Nothing more comes; what has come is still delivered."""
        self.closed = False
        self.on_end: Callable[[], object] = lambda: None

    def tell(self, item: T) -> None:
        if not self.ended:
            self._items.append(item)
            self._woken.set()

    def end(self, *, unanswered: bool = False) -> None:
        if not self.ended:
            self.on_end()
        self.ended = True
        self._answered &= not unanswered
        self._woken.set()

    def close(self) -> None:
        self.closed = True
        self.end()

    async def ready(self) -> bool:
        await asyncio.sleep(0)
        return self._answered and not self.closed

    async def __aiter__(self) -> AsyncIterator[T]:
        while not self.closed:
            if self._items:
                yield self._items.popleft()
            elif self.ended:
                return
            else:
                self._woken.clear()
                await self._woken.wait()
