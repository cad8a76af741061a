"""Names of addresses, as this machine's resolver has them, for as long as somebody may wait."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from queue import SimpleQueue

WITHIN = 1.0
"""Seconds that names are waited for, all together."""
KEPT = 300.0
"""Seconds that an answer counts, also that there is no name."""
AT_ONCE = 4
"""Addresses that are asked for at a time."""


def resolve(address: str) -> str:
    """The name of an address, or nothing. Waits as long as the resolver does."""
    try:
        name = socket.getnameinfo((address, 0), socket.NI_NAMEREQD | socket.NI_NUMERICSERV)[0]
    except (OSError, UnicodeError):
        return ""
    return name.rstrip(".")


class Names:
    """Asks for names on threads that nobody waits for when the program ends: a name server that is
    away takes many seconds to be given up."""

    def __init__(
        self,
        resolve: Callable[[str], str] = resolve,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolve, self._clock = resolve, clock
        self._known: dict[str, tuple[str, float]] = {}
        """The name, or nothing, and when it was told."""
        self._asked: set[str] = set()
        self._queue: SimpleQueue[_Question] = SimpleQueue()
        self._threads = 0

    async def of(self, addresses: Iterable[str], seconds: float = WITHIN) -> Mapping[str, str]:
        """The names of those that have one, as far as they are told in time. What is told later is
        known the next time; what has not been asked for by then is asked for the next time."""
        wanted = tuple(dict.fromkeys(addresses))
        oldest = self._clock() - KEPT
        self._known = {key: known for key, known in self._known.items() if known[1] > oldest}
        missing = [
            address
            for address in wanted
            if address not in self._known and address not in self._asked
        ]
        if missing:
            await self._ask(missing, seconds)
        found = {address: self._known[address][0] for address in wanted if address in self._known}
        return {address: name for address, name in found.items() if name}

    async def _ask(self, missing: Iterable[str], seconds: float) -> None:
        loop, left, done = asyncio.get_running_loop(), set(missing), asyncio.Event()
        until = self._clock() + seconds

        def told(address: str, name: str | None) -> None:
            if name is not None:
                self._known[address] = name, self._clock()
            self._asked.discard(address)
            left.discard(address)
            if not left:
                done.set()

        def tell(address: str, name: str | None) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(told, address, name)

        self._asked |= left
        for address in missing:
            self._queue.put((address, until, tell))
            if self._threads < AT_ONCE:
                self._threads += 1
                name = f"names {self._threads}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await done.wait()

    def _work(self) -> None:
        while True:
            address, until, tell = self._queue.get()
            tell(address, self._resolve(address) if self._clock() < until else None)


_Question = tuple[str, float, Callable[[str, str | None], None]]
"""An address, until when it is worth asking, and who is told."""
