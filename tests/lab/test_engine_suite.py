"""The real engine does what the in-memory one was made to do."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import pytest

from netc_tui import sidecar
from netc_tui.engine import Endpoint, EngineApi, connect
from netc_tui.operations.image import BASE_TAG
from tests.suite import BEHAVIOURS
from tests.suite.host import IMAGE, Behaviour, until

from .conftest import Site

pytestmark = pytest.mark.core
SERVICE = "netc-lab/web"


class Real:
    """See ``Host``: an operator with the docker client."""

    image = sidecar.image()
    base = BASE_TAG
    interface, other_interface = "eth1", "eth2"

    def __init__(self, site: Site, engine: EngineApi) -> None:
        self._site = site
        self.engine = engine

    async def run(
        self,
        name: str,
        *,
        network: str | None = None,
        mode: str | None = None,
        publish: tuple[str, ...] = (),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        options = [f"--label={key}={text}" for key, text in (labels or {}).items()]
        options += [f"--publish={port}" for port in publish]
        if on := network or mode:
            options.append(f"--network={on}")
        await self._docker("run", "-d", f"--name={name}", *options, SERVICE)

    async def make(self, name: str) -> None:
        await self._docker("create", f"--name={name}", SERVICE)

    async def end(self, name: str, code: int) -> None:
        await self._docker("run", "-d", f"--name={name}", SERVICE, "sh", "-c", f"exit {code}")
        await self._exited(name)

    async def stop(self, name: str) -> None:
        await self._docker("stop", name)
        await self._exited(name)

    async def kill(self, name: str) -> None:
        await self._docker("kill", name)
        await self._exited(name)

    async def start(self, name: str) -> None:
        await self._docker("start", name)

    async def pause(self, name: str) -> None:
        await self._docker("pause", name)

    async def unpause(self, name: str) -> None:
        await self._docker("unpause", name)

    async def rename(self, name: str, to: str) -> None:
        await self._docker("rename", name, to)

    async def remove(self, name: str) -> None:
        await self._docker("rm", "-f", "-v", name)

    async def speak(self, name: str, line: str) -> None:
        await self._docker("exec", name, "sh", "-c", f"echo '{line}' >/proc/1/fd/1")

    async def network(
        self, name: str, subnet: str | None = None, *, labels: Mapping[str, str] | None = None
    ) -> None:
        options = [f"--label={key}={text}" for key, text in (labels or {}).items()]
        if subnet is not None:
            options.append(f"--subnet={subnet}")
        await self._docker("network", "create", *options, name)

    async def held(self) -> set[str]:
        return {
            *(await self._docker("ps", "-aq", "--no-trunc")).split(),
            *(await self._docker("volume", "ls", "-q")).split(),
        }

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        await asyncio.to_thread(self._site.lab.stop_engine)
        try:
            yield
        finally:
            await asyncio.to_thread(self._site.lab.start_engine)

    async def _exited(self, name: str) -> None:
        # The listing may show the end a moment after the engine has told of it.
        await until(
            lambda: self.engine.container(name),
            lambda found: found is not None and found.state == "exited",
        )

    async def _docker(self, *arguments: str) -> str:
        return await asyncio.to_thread(self._site.docker, *arguments)


@pytest.fixture
def tidy(site: Site) -> Iterator[Site]:
    """The images that behaviours make are gone after each."""
    yield site
    site.clear()
    site.docker("rmi", "-f", IMAGE, check=False)
    site.docker("image", "prune", "-f")


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_the_real_engine(tidy: Site, behaviour: Behaviour) -> None:
    async def work() -> None:
        engine = await connect(Endpoint(tidy.lab.docker_host, "the lab"))
        try:
            async with asyncio.timeout(90):
                await behaviour(Real(tidy, engine))
        finally:
            await engine.close()

    asyncio.run(work())
