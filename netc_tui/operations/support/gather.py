"""Asking for all of it, side by side: what is not there in time is left out, with a line on it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from netc_tui import sidecar
from netc_tui.core import ownership, support
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import fold
from netc_tui.core.links import Link
from netc_tui.core.model import Container, Network, NetworkContainer
from netc_tui.core.protocol import COUNTERS, STATE
from netc_tui.engine import Endpoint, EngineApi
from netc_tui.engine.endpoints import in_force
from netc_tui.host import interfaces as host
from netc_tui.operations import inventory
from netc_tui.operations.check import Looked
from netc_tui.operations.doctor import Doctor, alone
from netc_tui.operations.execute import execute
from netc_tui.operations.interfaces import judged, links
from netc_tui.operations.support.found import Gathered, Kept
from netc_tui.operations.support.system import system

T = TypeVar("T")
PATIENCE = 7.0
"""Seconds for all of it; what is not there by then is left out."""
CONNECTING = 6.0
"""Seconds for an engine to answer at all."""
LOG_PATIENCE = 2.5
"""Seconds for a log, which may hang; its network container tells some things all the same."""


async def gather(
    environ: Mapping[str, str], reached: Callable[[], Endpoint] = in_force
) -> Gathered:
    """Ask for all of it at once, of the engine that is ``reached`` there. Nothing that cannot be
    had is an error."""
    from netc_tui.engine import connect

    found = Gathered(datetime.now(UTC), system(environ), _secrets(environ, reached))
    if not found.system.settings:
        found.missing.append("settings.toml: the settings file is not sound; netc says how")
    if not found.system.root:
        found.missing.append("what needs root: DHCP servers, neighbours that send to an old MAC")
    gathering = _Gathering(found)
    here = False
    try:
        endpoint = reached()
        here = endpoint.local is not False
        async with asyncio.timeout(CONNECTING):
            engine = await connect(endpoint)
        try:
            await gathering.everything(engine)
        finally:
            await engine.close()
    except TimeoutError:
        found.away = NetcError(f"the engine did not answer within {CONNECTING:g} s", Exit.ENGINE)
    except NetcError as error:
        found.away = error
    if found.away is not None:
        found.missing.append(f"all that the engine tells: {found.away.message}")
        await gathering.without_engine(found.away.message, here=here)
    return found


class _Gathering:
    """The questions, each with the place of its answer."""

    def __init__(self, found: Gathered) -> None:
        self.found = found
        self._until = 0.0

    def _begin(self) -> None:
        self._until = asyncio.get_running_loop().time() + PATIENCE

    async def _try(self, what: str, work: Awaitable[T], seconds: float = PATIENCE) -> T | None:
        """What it comes to; None and a line on it when it does not in time."""
        until = min(self._until, asyncio.get_running_loop().time() + seconds)
        try:
            async with asyncio.timeout_at(until):
                return await work
        except TimeoutError:
            why = f"not there within {seconds:g} s"
        except NetcError as error:
            why = error.message
        except OSError as error:
            why = error.strerror or str(error)
        self.found.missing.append(f"{what}: {why}")
        return None

    async def everything(self, engine: EngineApi) -> None:
        """Raises NetcError, also TimeoutError, when not even containers are listed."""
        self._begin()
        self.found.engine = engine.engine
        async with asyncio.timeout(CONNECTING):
            containers = await engine.containers()
        doctor = Doctor(engine)
        try:
            await asyncio.gather(
                self._containers(engine, containers),
                self._networks(engine),
                self._services(engine),
                self._image(engine),
                self._machine(doctor),
                self._paths(doctor, len(ownership.paired(containers))),
            )
        finally:
            doctor.close()

    async def without_engine(self, why: str, *, here: bool) -> None:
        self._begin()
        if not here:
            self.found.machine = await alone(why, here=False)
            return
        self.found.machine, _ = await asyncio.gather(
            self._try("this host", alone(why)),
            self._interfaces(asyncio.to_thread(host.links), ()),
        )

    async def _image(self, engine: EngineApi) -> None:
        self.found.image = await self._try("netc's image", engine.image(sidecar.image()))

    async def _services(self, engine: EngineApi) -> None:
        work = inventory.services(engine, stopped=True)
        self.found.services = await self._try("services.json", work)

    async def _networks(self, engine: EngineApi) -> None:
        self.found.networks = await self._try("networks.json", engine.networks())
        await self._interfaces(links(engine), self.found.networks or ())

    async def _interfaces(
        self, reading: Awaitable[tuple[Link, ...]], networks: Sequence[Network]
    ) -> None:
        found = await self._try("interfaces.json", reading)
        self.found.interfaces = judged(found, networks) if found is not None else None

    async def _machine(self, doctor: Doctor) -> None:
        self.found.machine = await self._try("doctor.txt: this host", doctor.machine())

    async def _paths(self, doctor: Doctor, wanted: int) -> None:
        looked: list[Looked] = []
        await self._try("doctor.txt: paths", doctor.services(None, looked.append))
        self.found.paths = tuple(sorted(looked, key=lambda done: done.network_container.service))
        if len(looked) < wanted:
            left = f"doctor.txt: {wanted - len(looked)} of {wanted} paths were not looked at"
            self.found.missing.append(left)

    async def _containers(self, engine: EngineApi, containers: Sequence[Container]) -> None:
        self.found.kept = tuple(map(Kept, ownership.owned(containers)))
        await asyncio.gather(*(self._one_of(engine, kept, containers) for kept in self.found.kept))

    async def _one_of(self, engine: EngineApi, kept: Kept, containers: Sequence[Container]) -> None:
        id = kept.own.container.id

        async def made() -> None:
            kept.made = await self._try(f"{kept.folder}/plan.txt", engine.made(id))

        async def log() -> None:
            work = engine.log(id, support.LINES)
            kept.log = await self._try(f"{kept.folder}/log.jsonl", work, LOG_PATIENCE)
            lease = self._lease(engine, kept, containers)
            kept.lease = await self._try(f"{kept.folder}/lease.json", lease)
            if kept.lease is not None:
                rules = execute(engine, kept.lease, COUNTERS)
                kept.rules = await self._try(f"{kept.folder}/rules.txt", rules)

        await asyncio.gather(made(), log())

    async def _lease(
        self, engine: EngineApi, kept: Kept, containers: Sequence[Container]
    ) -> NetworkContainer:
        container = kept.own.container
        said = fold(kept.log or ())
        if said is None and (last := await engine.read_file(container.id, STATE)) is not None:
            said = fold([last])
        known: Any = "its log cannot be read" if kept.log is None else None
        if not container.running:
            known = (await inventory.ended(engine, [container])).get(container.id, known)
        return inventory.standing(kept.own, said, None, known, containers)


def _secrets(environ: Mapping[str, str], reached: Callable[[], Endpoint]) -> tuple[str, ...]:
    try:
        url = reached().url
    except NetcError:
        url = ""
    return (*support.secrets_in(environ.get(support.ENGINE, "")), *support.secrets_in(url))
