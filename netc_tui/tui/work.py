"""What the operator has done to services: jobs that run beside the screen and tell how they go.

The site has the truth of what is; a job only adds what is being done, and why it failed.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.health import State
from netc_tui.core.lease import Event
from netc_tui.core.plan import Step
from netc_tui.engine import EngineApi
from netc_tui.tui.jobs import Job, Kind
from netc_tui.tui.panels import about
from netc_tui.tui.site import Site

if TYPE_CHECKING:
    from netc_tui.operations.up import Request

SETTLED = 3.0
"""Seconds that a job that is done stays until the watchers have seen what came of it."""


class Running(Protocol):
    """A job that runs."""

    def cancel(self) -> None:
        """End it."""
        ...


Report = Callable[[Step], None]
Heard = Callable[[Event], None]
Deed = Callable[[EngineApi, Report, Heard], Awaitable[str]]


class Work:
    """Starts jobs, several at once but one for each service."""

    def __init__(
        self,
        site: Site,
        connected: Callable[[], Awaitable[EngineApi]],
        spawn: Callable[[Coroutine[Any, Any, None], str], Running],
        changed: Callable[[], None],
        say: Callable[[str, bool], None],
    ) -> None:
        self._site, self._connected, self._spawn = site, connected, spawn
        self._changed, self._say = changed, say
        self._running: dict[str, Running] = {}

    @property
    def under_way(self) -> list[str]:
        """The services with a job that is not over."""
        return [name for name, job in self._site.jobs.items() if job.under_way]

    def may_turn_off(self, service: str) -> bool:
        """Whether it can be begun now; else that is said."""
        return self._free(service, Kind.OFF)

    # The operations are loaded when they are first used: the screen is there sooner.

    def on(self, request: "Request", kind: Kind = Kind.ON) -> None:
        """Turn on, or change what is on."""

        async def do(engine: EngineApi, report: Report, heard: Heard) -> str:
            from netc_tui.operations.check import settled
            from netc_tui.operations.up import up

            made = await settled(engine, await up(engine, request, report, heard))
            if made.health.state is State.BROKEN:
                raise NetcError(f"on: {made.ip} on {made.interface}, but {made.health}", Exit.PATH)
            return f"on: {made.ip} on {made.interface}"

        self._start(request.service, kind, do)

    def off(self, service: str, kind: Kind = Kind.OFF) -> None:
        """Turn off."""

        async def do(engine: EngineApi, report: Report, heard: Heard) -> str:
            from netc_tui.operations.down import down

            return "off" if await down(engine, service, report) else "was off already"

        self._start(service, kind, do)

    def renew(self, service: str, seconds: float) -> None:
        """Renew the lease now."""

        async def do(engine: EngineApi, report: Report, heard: Heard) -> str:
            from netc_tui.operations.renew import renew

            return f"lease of {(await renew(engine, service, seconds, heard)).ip} renewed"

        self._start(service, Kind.RENEW, do)

    def restart(self, service: str, seconds: float) -> None:
        """Restart the network container."""

        async def do(engine: EngineApi, report: Report, heard: Heard) -> str:
            from netc_tui.operations.restart import restart

            return f"restarted: {(await restart(engine, service, seconds, heard)).ip}"

        self._start(service, Kind.RESTART, do)

    def _start(self, service: str, kind: Kind, deed: Deed) -> None:
        if not self._free(service, kind):
            return
        if self._site.connection.error is not None:
            self._say(f"{service}: the engine is away; try again when it is back", True)
            return
        if (before := self._site.jobs.get(service)) is not None and before.under_way:
            self._running.pop(service).cancel()
            self._site.note(service, f"{before.kind} given up")
        self._site.jobs[service] = Job(kind)
        self._site.note(service, f"{kind}")
        self._changed()
        self._running[service] = self._spawn(self._do(service, kind, deed), f"{kind} {service}")

    def _free(self, service: str, kind: Kind) -> bool:
        """Is nothing under way that must end first? What only waits for a lease need not, when
        its network container is to go."""
        job = self._site.jobs.get(service)
        if job is None or not job.under_way or (job.waiting and kind in (Kind.OFF, Kind.REMOVE)):
            return True
        self._say(f"{service}: still {job.kind}", True)
        return False

    async def _do(self, service: str, kind: Kind, deed: Deed) -> None:
        def report(step: Step) -> None:
            self._site.note(service, str(step))
            self._progress(service, kind, str(step))

        def heard(event: Event) -> None:
            self._progress(service, kind, about(event)[0], waiting=True)

        try:
            came = await deed(await self._connected(), report, heard)
        except NetcError as error:
            self._failed(service, kind, error.message)
        except Exception as error:
            # A defect of ours in one job must neither take the screen down nor be passed over.
            where = traceback.extract_tb(error.__traceback__)[-1]
            at = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
            self._failed(service, kind, f"a defect of netc: {error!r} ({at})")
        else:
            await self._seen(service, kind)
            self._site.jobs.pop(service, None)
            self._say(f"{service}: {came}", False)
        self._changed()

    def _progress(self, service: str, kind: Kind, step: str, *, waiting: bool = False) -> None:
        self._site.jobs[service] = Job(kind, step, waiting)
        self._changed()

    def _failed(self, service: str, kind: Kind, why: str) -> None:
        self._site.jobs[service] = Job(kind, error=why, failed_at=datetime.now(UTC))
        self._site.note(service, why, trouble=True)
        self._say(f"{service}: {why}", True)

    async def _seen(self, service: str, kind: Kind) -> None:
        """Wait until the row says the same as the job: it must not go back to how it was."""
        deadline = asyncio.get_running_loop().time() + SETTLED
        while asyncio.get_running_loop().time() < deadline:
            now = datetime.now(UTC)
            found = next((one for one in self._site.services(now) if one.name == service), None)
            companion = found.network_container if found is not None else None
            if kind in (Kind.OFF, Kind.REMOVE):
                if companion is None:
                    return
            elif companion is not None and companion.ip is not None:
                return
            await asyncio.sleep(0.05)
