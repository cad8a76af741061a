"""What passes, watched: how often, and what is told."""

import asyncio
from collections.abc import Mapping
from itertools import pairwise

import msgspec

from netc_tui.core.model import Container
from netc_tui.core.traffic import Carried, Counters, Meters, Traffic
from netc_tui.operations.live.traffic import OFTEN, SELDOM, addresses, watch
from tests.core.saying import BEGIN
from tests.desk import seen
from tests.tui import simulated

OWN = "n-web-1"


def there(state: str = "running") -> tuple[Container, ...]:
    own = msgspec.structs.replace(seen.own("web", 1, state), addresses={"bridge": "172.17.0.6"})
    return seen.service("web"), own


def test_only_those_that_run_and_have_an_address_are_read() -> None:
    assert addresses(there()) == {OWN: "172.17.0.6"}
    assert addresses(there("paused")) == {OWN: "172.17.0.6"}, "the kernel forwards for it"
    assert addresses(there("exited")) == {}
    assert addresses([seen.own("web", 1)]) == {}


class Kernel:
    """Counts so many packets a second."""

    def __init__(self) -> None:
        self.packets, self.each_second, self.last = 0.0, 0.0, 0.0
        self.asked: list[float] = []
        self.wanted: list[Mapping[str, str]] = []

    def read(self, wanted: Mapping[str, str]) -> Mapping[str, Counters]:
        now = self.loop.time()
        self.asked.append(now)
        self.wanted.append(wanted)
        self.packets += self.each_second * (now - self.last)
        self.last = now
        counted = Carried(round(self.packets), 100 * round(self.packets), 0, 0)
        other = Carried(0, 0, counted.packets_in, counted.bytes_in)
        return {OWN: Counters(1, BEGIN, counted.packets_in, counted, other)} if wanted else {}

    async def __aenter__(self) -> "Kernel":
        self.loop = asyncio.get_running_loop()
        return self

    async def __aexit__(self, *_: object) -> None: ...


def pauses(times: list[float]) -> set[float]:
    return {round(after - before, 3) for before, after in pairwise(times)}


def test_it_is_read_often_while_something_passes_and_told_only_when_it_is_another() -> None:
    async def work() -> None:
        told: list[Mapping[str, Traffic]] = []
        async with Kernel() as kernel:
            watching = asyncio.create_task(watch(there, kernel.read, Meters(), told.append))
            await asyncio.sleep(60)
            assert pauses(kernel.asked[-5:]) == {SELDOM}
            # Nothing known, then nothing passes: no more is told at rest.
            assert [found[OWN].rate is None for found in told] == [True, False]
            kernel.each_second = 40
            await asyncio.sleep(30)
            assert pauses(kernel.asked[-5:]) == {OFTEN}
            rate = told[-1][OWN].rate
            assert rate is not None
            assert round(rate.packets) == 40
            kernel.each_second = 0
            await asyncio.sleep(300)
            rate = told[-1][OWN].rate
            assert rate is not None
            assert rate.packets == 0
            assert told[-1][OWN].history == ()
            before = len(told)
            await asyncio.sleep(300)
            assert len(told) == before
            watching.cancel()

    simulated.run(work())


def test_of_one_that_ends_nothing_more_is_told() -> None:
    async def work() -> None:
        told: list[Mapping[str, Traffic]] = []
        now = [there()]
        async with Kernel() as kernel:
            kernel.each_second = 10
            watching = asyncio.create_task(
                watch(lambda: now[0], kernel.read, Meters(), told.append)
            )
            await asyncio.sleep(20)
            assert set(told[-1]) == {OWN}
            now[0] = there("exited")
            await asyncio.sleep(2 * SELDOM)
            assert told[-1] == {}
            assert kernel.wanted[-1] == {}
            watching.cancel()

    simulated.run(work())
