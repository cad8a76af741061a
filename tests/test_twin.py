"""The in-memory engine does what the real one does: ``tests/lab/test_engine_suite.py`` asks that
one the same."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from netc_tui import sidecar
from netc_tui.core.model import Engine, Image
from netc_tui.engine import EngineApi
from netc_tui.operations.image import BASE_TAG
from tests.machine import run
from tests.suite import BEHAVIOURS
from tests.suite.host import Behaviour
from tests.twin import LOCAL, OLD, Connection, FakeEngine


class Twin:
    """See ``Host``: the hands that the in-memory engine has."""

    image = sidecar.image()
    base = BASE_TAG
    interface, other_interface = "eth1", "eth2"

    def __init__(self, engine: Engine) -> None:
        self._fake = FakeEngine(engine)
        self._fake.registry = False
        for tag in (self.image, self.base):
            self._fake.images[tag] = Image(f"sha256:{tag}", {"netc.image.base": "host"})
        self.asked: set[str] = set()
        """The names of what was asked of the engine."""
        self.engine: EngineApi = _Asked(Connection(self._fake), self.asked)

    async def run(
        self,
        name: str,
        *,
        network: str | None = None,
        mode: str | None = None,
        publish: tuple[str, ...] = (),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        on = () if network is None else (network,)
        self._fake.run(name, *on, mode=mode, labels=labels, publish=publish)

    async def make(self, name: str) -> None:
        self._fake.run(name, state="created")

    async def end(self, name: str, code: int) -> None:
        self._fake.run(name)
        self._fake.stop(name, code)

    async def stop(self, name: str) -> None:
        self._fake.stop(name)

    async def kill(self, name: str) -> None:
        self._fake.kill(name)

    async def start(self, name: str) -> None:
        self._fake.start_again(name)

    async def pause(self, name: str) -> None:
        self._fake.pause(name)

    async def unpause(self, name: str) -> None:
        self._fake.unpause(name)

    async def rename(self, name: str, to: str) -> None:
        self._fake.rename(name, to)

    async def remove(self, name: str) -> None:
        self._fake.discard(name)

    async def speak(self, name: str, line: str) -> None:
        self._fake.boxes[name].hear(line.encode())

    async def network(
        self, name: str, subnet: str | None = None, *, labels: Mapping[str, str] | None = None
    ) -> None:
        subnets = {} if subnet is None else {"subnets": (subnet,)}
        self._fake.network(name, labels=labels or {}, **subnets)

    async def held(self) -> set[str]:
        return set(self._fake.boxes)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        self._fake.away = "no answer from the Docker engine"
        yield
        self._fake.away = None


class _Asked:
    """An engine that notes what it is asked."""

    def __init__(self, engine: Connection, asked: set[str]) -> None:
        self._engine, self._names = engine, asked

    def __getattr__(self, name: str) -> Any:
        self._names.add(name)
        return getattr(self._engine, name)


async def limited(behaviour: Behaviour, host: Twin) -> None:
    async with asyncio.timeout(90):
        await behaviour(host)


ENGINES = {"28.5": LOCAL, "20.10": OLD}


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_the_twin(behaviour: Behaviour, engine: Engine) -> None:
    run(limited(behaviour, Twin(engine)))


def test_all_that_an_engine_can_be_asked_is_asked() -> None:
    asked: set[str] = set()
    for behaviour in BEHAVIOURS.values():
        host = Twin(LOCAL)
        run(limited(behaviour, host))
        asked |= host.asked
    assert asked - {"engine"} == {name for name in vars(EngineApi) if name[0] != "_"}
