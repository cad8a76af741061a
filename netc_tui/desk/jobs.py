"""What the operator has done to services: jobs that run beside all else and tell how they go.

The site has the truth of what is; a job only adds what is being done, and why it failed. Nobody but
``Jobs`` makes, changes or ends one.
"""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.health import State
from netc_tui.core.lease import Event, in_words
from netc_tui.core.model import Service
from netc_tui.desk.hearer import Hearer, Tone
from netc_tui.desk.job import LEFT_OFF, TURNING_OFF, TURNING_ON, Job, Kind
from netc_tui.desk.notes import Notes
from netc_tui.desk.site import Site
from netc_tui.desk.spawn import Running, Spawn
from netc_tui.engine import EngineApi

if TYPE_CHECKING:
    from netc_tui.core.plan import Step
    from netc_tui.operations.apply import Report
    from netc_tui.operations.naming import Publishing
    from netc_tui.operations.up import Request
    from netc_tui.operations.waiting import Heard

SETTLED = 3.0
"""Seconds that a job that is done stays until the watchers have seen what came of it."""
SECOND = timedelta(seconds=1)
"""Network containers tell times in whole seconds."""


Deed = Callable[[EngineApi, "Report", "Heard"], Awaitable[str]]


class Jobs:
    """Starts jobs, several at once but one for each service."""

    def __init__(
        self,
        site: Site,
        notes: Notes,
        connected: Callable[[], Awaitable[EngineApi]],
        spawn: Spawn,
        hearer: Hearer,
        now: Callable[[], datetime],
        publishing: "Callable[[], Publishing | None]" = lambda: None,
        told: Callable[[str], str] = str,
    ) -> None:
        self._told = told
        self._publishing = publishing
        self._site, self._notes, self._connected = site, notes, connected
        self._spawn, self._hearer, self._now = spawn, hearer, now
        self._jobs: dict[str, Job] = {}
        self._running: dict[str, Running] = {}

    def of(self, service: str) -> Job | None:
        """What is under way for it, or the last that failed."""
        return self._jobs.get(service)

    def busy(self, service: str) -> bool:
        """Is something under way for it?"""
        job = self.of(service)
        return job is not None and job.under_way

    @property
    def under_way(self) -> list[str]:
        """The services with a job that is not over."""
        return [name for name, job in self._jobs.items() if job.under_way]

    def may_turn_off(self, service: str) -> bool:
        """Whether it can be begun now; else that is said."""
        return self._free(service, Kind.OFF)

    def ready(self, service: str, kind: Kind) -> bool:
        """Whether one can be begun now; else that is said."""
        if not self._free(service, kind):
            return False
        if self._site.connection.error is not None:
            words = f"{service}: the engine is away; try again when it is back"
            self._hearer.say(words, Tone.BAD, self._site.away)
            return False
        return True

    # The operations are loaded when they are first used: the screen is there sooner.

    def on(self, request: "Request", kind: Kind = Kind.ON) -> None:
        """Turn on, or change what is on."""

        async def do(engine: EngineApi, report: "Report", heard: "Heard") -> str:
            from netc_tui.operations.check import settled
            from netc_tui.operations.up import up

            publishing = self._publishing()
            # On another machine a look takes a helper each time; these are of a moment ago.
            known = self._site.links.all if not engine.engine.local else ()
            links = (lambda: known) if known else None
            turned_on = await up(engine, request, report, heard, links, publishing=publishing)
            made = await settled(engine, turned_on)
            if made.health.state is State.BROKEN:
                raise NetcError(f"on: {made.ip} on {made.interface}, but {made.health}", Exit.PATH)
            if turned_on.unnamed is not None:
                raise NetcError(f"on: {made.ip}, but without its name: {turned_on.unnamed}")
            return f"on: {made.ip} on {made.interface}"

        self.start(request.service, kind, do)

    def off(self, service: str, kind: Kind = Kind.OFF) -> None:
        """Turn off."""

        async def do(engine: EngineApi, report: "Report", heard: "Heard") -> str:
            from netc_tui.operations.down import down

            left: list[str] = []
            publishing = self._publishing()
            did = await down(engine, service, report, publishing=publishing, remark=left.append)
            told = (text.removeprefix(f"{service}: ") for text in left)
            return "; ".join(("off" if did else "was off already", *told))

        self.start(service, kind, do)

    def auto(self, service: str) -> None:
        """Give it back to its labels."""

        async def do(engine: EngineApi, report: "Report", heard: "Heard") -> str:
            from netc_tui.operations.auto import auto

            return str((await auto(engine, service, self._now())).keeping)

        self.start(service, Kind.AUTO, do)

    def renew(self, service: str, seconds: float) -> None:
        """Renew the lease now."""

        async def do(engine: EngineApi, report: "Report", heard: "Heard") -> str:
            from netc_tui.operations.renew import renew

            return f"lease of {(await renew(engine, service, seconds, heard)).ip} renewed"

        self.start(service, Kind.RENEW, do)

    def restart(self, service: str, seconds: float) -> None:
        """Restart the network container."""

        async def do(engine: EngineApi, report: "Report", heard: "Heard") -> str:
            from netc_tui.operations.restart import restart

            return f"restarted: {(await restart(engine, service, seconds, heard)).ip}"

        self.start(service, Kind.RESTART, do)

    def overtaken(self, services: Iterable[Service]) -> list[Service]:
        """Of these, those that are by now as a job had failed to make them. Failures that say
        nothing any more are forgotten."""
        found = []
        known = {service.name: service for service in services}
        for name, job in list(self._jobs.items()):
            if job.failed_at is None:
                continue
            service = known.get(name)
            own = service.network_container if service is not None else None
            if job.kind is Kind.AUTO:
                if not _withheld(service):
                    del self._jobs[name]
            elif own is None:
                # Nothing is on that could be off or renewed; what was to be on is still not.
                if service is None or job.kind not in TURNING_ON:
                    del self._jobs[name]
            elif job.kind is Kind.RENEW and own.state not in ("running", "paused"):
                del self._jobs[name]  # the lease it was to renew is no more
            elif job.kind not in LEFT_OFF:
                since = own.bound_at
                bound_since = since is not None and since >= job.failed_at - SECOND
                if service is not None and own.ip is not None and bound_since:
                    del self._jobs[name]
                    found.append(service)
        return found

    def start(self, service: str, kind: Kind, deed: Deed) -> None:
        """Begin one; ``deed`` answers what came of it."""
        if not self.ready(service, kind):
            return
        if (before := self.of(service)) is not None and before.under_way:
            self._running.pop(service).cancel()
            self._notes.add(service, f"{before.kind} given up")
        self._begin(service, kind)
        self._running[service] = self._spawn(self._do(service, kind, deed), f"{kind} {service}")

    @asynccontextmanager
    async def beside(self, service: str, kind: Kind) -> "AsyncIterator[Report]":
        """Show in this one's row, too, how the job of another goes, here or on another host.

        Raises NetcError when something is under way for this one.
        """
        began = self._now()
        if self.busy(service):
            raise NetcError(f"{service}: still {self._jobs[service].kind}")
        self._begin(service, kind)
        try:
            yield partial(self._at_step, service, kind)
            await self._seen(service, kind, began)
        except NetcError as error:
            self._note_failure(service, kind, error.message)
            raise
        finally:
            if self.busy(service):
                del self._jobs[service]
            self._hearer.changed()

    def _begin(self, service: str, kind: Kind) -> None:
        self._jobs[service] = Job(kind)
        self._notes.add(service, f"{kind}")
        self._hearer.changed()

    def _free(self, service: str, kind: Kind) -> bool:
        """Is nothing under way that must end first? What only waits for a lease need not, when
        its network container is to go."""
        job = self.of(service)
        if job is None or not job.under_way or (job.waiting and kind in TURNING_OFF):
            return True
        self._hearer.say(f"{service}: still {job.kind}", Tone.BAD, lambda: self.busy(service))
        return False

    async def _do(self, service: str, kind: Kind, deed: Deed) -> None:
        report = partial(self._at_step, service, kind)

        def heard(event: Event) -> None:
            # An address on its way from one to another is not given up.
            waiting = kind is not Kind.HAND_OVER
            self._progress(service, kind, in_words(event), waiting=waiting)

        began = self._now()
        try:
            came = await deed(await self._connected(), report, heard)
        except NetcError as error:
            self._failed(service, kind, self._told(error.message))
        except Exception as error:
            # A defect of ours in one job must neither take the program down nor be passed over.
            where = traceback.extract_tb(error.__traceback__)[-1]
            at = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
            self._failed(service, kind, f"a defect of netc: {error!r} ({at})")
        else:
            await self._seen(service, kind, began)
            self._jobs.pop(service, None)
            holds = self._site.as_now(service, self._now)
            self._hearer.say(
                f"{service}: {came}", Tone.GOOD, lambda: not self.busy(service) and holds()
            )
        self._hearer.changed()

    def _at_step(self, service: str, kind: Kind, step: "Step") -> None:
        self._notes.add(service, str(step))
        self._progress(service, kind, str(step))

    def _progress(self, service: str, kind: Kind, step: str, *, waiting: bool = False) -> None:
        self._jobs[service] = Job(kind, step, waiting)
        self._hearer.changed()

    def _failed(self, service: str, kind: Kind, why: str) -> None:
        failed = self._note_failure(service, kind, why)
        self._hearer.say(f"{service}: {why}", Tone.BAD, lambda: self.of(service) is failed)

    def _note_failure(self, service: str, kind: Kind, why: str) -> Job:
        failed = self._jobs[service] = Job(kind, error=why, failed_at=self._now())
        self._notes.add(service, why, trouble=True)
        return failed

    async def _seen(self, service: str, kind: Kind, began: datetime) -> None:
        """Wait until the row says the same as the job: it must not go back to how it was."""

        def anew(bound_at: datetime | None) -> bool:
            return bound_at is not None and bound_at >= began - SECOND

        deadline = asyncio.get_running_loop().time() + SETTLED
        while asyncio.get_running_loop().time() < deadline:
            services = self._site.services(self._now())
            found = next((shown for shown in services if shown.name == service), None)
            own = found.network_container if found is not None else None
            if kind is Kind.AUTO:
                if not _withheld(found):
                    return
            elif kind in LEFT_OFF:
                if own is None:
                    return
            elif (
                own is not None
                and own.ip is not None
                and (kind is not Kind.RESTART or anew(own.bound_at))
            ):
                return
            await asyncio.sleep(0.05)


def _withheld(service: Service | None) -> bool:
    return service is not None and service.keeping is not None and service.keeping.withheld
