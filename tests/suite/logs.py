"""Logs: their ends, and as they grow."""

import asyncio
import time

from netc_tui.engine import LogStream
from tests.suite.host import Host, until


class _Reader:
    """A log as it is followed."""

    def __init__(self, stream: LogStream) -> None:
        self.stream = stream
        self.lines: list[bytes] = []
        self._came = asyncio.Event()
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for line in self.stream:
            self.lines.append(line)
            self._came.set()

    async def has(self, *lines: bytes) -> None:
        async with asyncio.timeout(5):
            while self.lines != [*lines]:
                self._came.clear()
                await self._came.wait()

    async def ended(self) -> list[bytes]:
        await asyncio.wait_for(self._task, 5)
        return self.lines


async def _speaker(host: Host) -> None:
    """A container that has said three things."""
    await host.run("web")
    for number in ("1", "2", "3"):
        await host.speak("web", number)
        await until(lambda: host.engine.log("web", 1), lambda last, n=number: last == (n.encode(),))


async def the_last_lines_come_oldest_first(host: Host) -> None:
    engine = host.engine
    await _speaker(host)
    assert await engine.log("web") == (b"1", b"2", b"3")
    assert await engine.log("web", 2) == (b"2", b"3")
    assert await engine.log("web", 9) == (b"1", b"2", b"3")
    assert await engine.log("web", 0) == ()
    await host.stop("web")
    assert await engine.log("web", 1) == (b"3",)
    await host.make("silent")
    assert await engine.log("silent") == ()
    assert await engine.log("nobody") == ()


async def one_that_is_followed_goes_on(host: Host) -> None:
    await _speaker(host)
    whole = _Reader(host.engine.follow_log("web"))
    last = _Reader(host.engine.follow_log("web", tail=1))
    none = _Reader(host.engine.follow_log("web", tail=0))
    await whole.has(b"1", b"2", b"3")
    await last.has(b"3")
    await asyncio.sleep(0.5)
    assert none.lines == []
    await host.speak("web", "4")
    await none.has(b"4")
    await last.has(b"3", b"4")
    await whole.has(b"1", b"2", b"3", b"4")
    # It ends with its container, and with it what follows it.
    await host.stop("web")
    assert await none.ended() == [b"4"]
    assert await last.ended() == [b"3", b"4"]
    assert await whole.ended() == [b"1", b"2", b"3", b"4"]


async def one_is_followed_from_a_moment_on(host: Host) -> None:
    engine = host.engine
    await _speaker(host)
    moment = time.time()
    await host.speak("web", "4")
    await host.speak("web", "5")
    await until(lambda: engine.log("web", 1), lambda last: last == (b"5",))
    await _Reader(engine.follow_log("web", since=moment)).has(b"4", b"5")
    await _Reader(engine.follow_log("web", since=moment, tail=1)).has(b"5")
    await host.stop("web")
    assert await _Reader(engine.follow_log("web", since=moment)).ended() == [b"4", b"5"]
    assert await _Reader(engine.follow_log("web", since=time.time() + 60)).ended() == []


async def one_that_does_not_grow_any_more_ends(host: Host) -> None:
    await _speaker(host)
    await host.stop("web")
    assert await _Reader(host.engine.follow_log("web")).ended() == [b"1", b"2", b"3"]
    assert await _Reader(host.engine.follow_log("web", tail=2)).ended() == [b"2", b"3"]
    assert await _Reader(host.engine.follow_log("nobody")).ended() == []


async def close_ends_one_that_is_followed(host: Host) -> None:
    await _speaker(host)
    reader = _Reader(host.engine.follow_log("web"))
    await reader.has(b"1", b"2", b"3")
    reader.stream.close()
    reader.stream.close()
    assert await reader.ended() == [b"1", b"2", b"3"]
    early = host.engine.follow_log("web")
    early.close()
    assert await _Reader(early).ended() == []


async def a_second_life_is_in_the_same_log(host: Host) -> None:
    await _speaker(host)
    await host.stop("web")
    await host.start("web")
    await host.speak("web", "4")
    await until(lambda: host.engine.log("web"), lambda lines: lines == (b"1", b"2", b"3", b"4"))
