"""Clients, read again and again."""

import asyncio
from collections.abc import Iterable, Mapping

import pytest

from netc_tui.core.clients import Client, Clients
from netc_tui.core.errors import NetcError
from netc_tui.operations.live import clients as live
from tests.core.samples import ONE
from tests.tui import simulated
from tests.twin import FakeEngine


class Watched:
    """A watcher of what ``now`` says, for some seconds."""

    def __init__(self) -> None:
        self.now: Clients | NetcError = Clients()
        self.reads = 0
        self.got: list[live.Callers] = []
        self.names: dict[str, str] = {}
        self.wait = 0.0

    async def read(self, engine: object, own: object) -> Clients:
        self.reads += 1
        if isinstance(self.now, NetcError):
            raise self.now
        return self.now

    async def named(self, addresses: Iterable[str]) -> Mapping[str, str]:
        await asyncio.sleep(self.wait)
        return {address: self.names[address] for address in addresses if address in self.names}

    def start(self) -> "asyncio.Task[None]":
        clock = simulated.Clock()
        watch = live.watch(FakeEngine(), ONE, self.got.append, self.named, clock)
        return asyncio.create_task(watch)


def client(address: str, octets: int) -> Client:
    return Client(address, "tcp", 80, 1, 10, octets, 0)


def test_it_looks_less_often_while_all_is_still(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched()
    monkeypatch.setattr(live, "clients", watched.read)

    async def work() -> None:
        task = watched.start()
        await asyncio.sleep(60)
        assert 9 <= watched.reads <= 12
        before = watched.reads
        for at in range(15):
            watched.now = Clients((client("10.0.0.1", 100 * at),))
            await asyncio.sleep(2)
        assert watched.reads - before >= 12
        task.cancel()

    simulated.run(work())


def test_order_and_names(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched()
    monkeypatch.setattr(live, "clients", watched.read)
    watched.names, watched.wait = {"10.0.0.2": "two.lan"}, 1.0
    watched.now = Clients((client("10.0.0.1", 1000), client("10.0.0.2", 900)), 3, 12000)

    async def work() -> None:
        task = watched.start()
        await asyncio.sleep(0.1)
        (first,) = watched.got
        assert first.names == {}, "nobody waits for a name"
        assert (first.more, first.tracked) == (3, 12000)
        await asyncio.sleep(1)
        assert watched.got[-1].names == watched.names
        watched.now = Clients((client("10.0.0.2", 1100), client("10.0.0.1", 1000)))
        await asyncio.sleep(6)
        last = watched.got[-1]
        assert [caller.address for caller in last.clients] == ["10.0.0.1", "10.0.0.2"]
        assert last.names == watched.names
        watched.now = NetcError("it is paused")
        await asyncio.sleep(8)
        assert watched.got[-1].error == "it is paused"
        task.cancel()

    simulated.run(work())
