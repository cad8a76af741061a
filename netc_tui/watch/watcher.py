"""Rounds of automation, one after each change of the engine: no state but what failed.

It may be killed at any moment: what there is to do is decided anew from what there is. Two of them
do no harm to each other, since both decide the same and the engine lets one make it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime
from typing import Any

import msgspec

from netc_tui.core import memos
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.patience import Patience
from netc_tui.core.rounds import DEEDS, Decision, Present, Ruling, decide
from netc_tui.core.wishes import Policy
from netc_tui.core.words import span
from netc_tui.desk.desk import Desk
from netc_tui.desk.hearer import Holds, Tone
from netc_tui.desk.spawn import Running
from netc_tui.engine import EngineApi
from netc_tui.host import turns
from netc_tui.operations.automation import AT_ONCE, carry_out, seen
from netc_tui.operations.live import interfaces
from netc_tui.operations.live.connection import ConnectEngine
from netc_tui.operations.naming import Publishing
from netc_tui.watch.board import Board
from netc_tui.watch.progress import Progress
from netc_tui.watch.sweeper import Sweeper
from netc_tui.watch.upkeep import Upkeep

STANDS_BY = 5.0
"""Seconds between two tries of one that stands by."""
LISTENS = frozenset({"leases"})
"""What the desk watches for metrics, and for names."""
Turn = Callable[[str, float], AbstractAsyncContextManager[bool]]
SETTLE = 0.3
"""Seconds from a change to the round: what is deployed comes in bursts."""


class Watcher:
    """Keeps what labels ask for."""

    def __init__(
        self,
        policy: Policy,
        connect: ConnectEngine,
        say: Callable[[str], None],
        now: Callable[[], datetime],
        board: Board | None = None,
        turn: Turn = turns.turn,
        closely: bool = False,
        publishing: Publishing | None = None,
    ) -> None:
        """``closely``: watch how network containers stand, too, for those who ask."""
        self._policy, self._say, self._now = policy, say, now
        self._publishing = publishing
        self._board, self._turn = board or Board(now, say), turn
        self._patience = Patience()
        self._told: dict[str, str] = {}
        """What was last said of each service that cannot be as its labels ask."""
        self._doing: dict[str, asyncio.Task[None]] = {}
        self._done: dict[str, float] = {}
        """When the last deed for a service was done, on the loop's clock: what was seen before that
        is history."""
        self.progress = Progress(now())
        self._lost: asyncio.Future[None]
        """Set by a deed that met with no engine any more, which ends the connection."""
        self._running: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        """There is something to go by that no round has seen."""
        self.desk = Desk(
            self,
            self._spawn,
            connect,
            interfaces.watch,
            now,
            beside=self._take_turn,
            feeds=LISTENS if closely or publishing else frozenset(),
        )
        self._upkeep = (
            Upkeep(publishing, self.desk.site, say, now, lambda found: self._stand(unnamed=found))
            if publishing is not None
            else None
        )
        self._sweeper = Sweeper(self.desk.site, say)
        self._seen = self._came = self.desk.site.inventory
        """What the last round went by, and what the desk saw last."""
        self._came_at = 0.0

    async def run(self) -> None:
        """For ever: the engine may come and go."""
        self.desk.watching.start()
        try:
            await asyncio.Event().wait()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    # --- what the desk asks

    def changed(self) -> None:
        """See ``desk.hearer``."""
        found = self.desk.site.connection
        before = self.progress.connection
        if found is not before:
            if found.error is not None and found.error != before.error:
                self._say(found.error)
            self._stand(connection=found)
        inventory = self.desk.site.inventory
        if inventory is not self._came:
            self._came, self._came_at = inventory, asyncio.get_running_loop().time()
        if inventory is not self._seen:
            self._wake.set()
        self._sweeper.wake()
        if self._upkeep is not None:
            self._upkeep.wake()

    def links_changed(self) -> None:
        """Rounds do not go by interfaces: who may use one is said by the settings."""

    def service_read(self) -> None:
        """Nothing is read of one service alone."""

    def say(self, words: str, tone: Tone = Tone.PLAIN, holds: Holds | None = None) -> None:
        """A line that stays where it was written."""
        self._say(words)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> Running:
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    # ---

    async def _take_turn(self, engine: EngineApi) -> None:
        """Work, or stand by while another watcher of this engine works on this machine."""
        self._seen = self.desk.site.inventory  # of another connection
        told = False
        while True:
            async with self._turn(f"watch {engine.engine.id}", 0) as ours:
                if ours:
                    await self._use(engine)
            if not told:
                self._say("another netc watch is at work here; this one stands by")
                told = True
            self._stand(stands_by=True)
            await asyncio.sleep(STANDS_BY)

    async def _use(self, engine: EngineApi) -> None:
        """One connection's life: raises NetcError when it is over."""
        self._stand(stands_by=False)
        rounds = asyncio.create_task(self._rounds(engine), name="rounds")
        writing = asyncio.create_task(self._board.keep(engine), name="board")
        sweeping = asyncio.create_task(self._sweeper.keep(engine), name="sweeper")
        self._lost = asyncio.get_running_loop().create_future()
        tasks: list[asyncio.Future[None]] = [rounds, writing, sweeping, self._lost]
        if self._upkeep is not None:
            tasks.append(asyncio.create_task(self._upkeep.keep(engine), name="names"))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (*tasks, *self._doing.values()):
                task.cancel()
            await asyncio.gather(*tasks, *self._doing.values(), return_exceptions=True)
            self._doing.clear()
            await self._board.wipe(engine)

    async def _rounds(self, engine: EngineApi) -> None:
        gate, wake = asyncio.Semaphore(AT_ONCE), self._wake
        if self.desk.site.inventory is self._seen:
            wake.clear()
            await wake.wait()
        stale = False
        while True:
            wake.clear()
            if stale:
                # No event tells of what happened while something was done: it was told before.
                at, present = asyncio.get_running_loop().time(), await seen(engine)
            else:
                written = await engine.memos()
                found = self._seen = self.desk.site.inventory
                at = self._came_at
                present = Present(
                    *(engine.engine.id, found.containers, found.networks, found.ports),
                    *(memos.left_off(written), memos.handed(written)),
                )
            pause, stale = self._round(engine, decide(present, self._policy), at, gate)
            if not stale:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await wake.wait()
            await asyncio.sleep(SETTLE)

    def _round(
        self,
        engine: EngineApi,
        decisions: tuple[Decision, ...],
        at: float,
        gate: asyncio.Semaphore,
    ) -> tuple[float | None, bool]:
        """Begin what is due, by what was seen ``at`` that moment; returns the seconds until
        something is due that is not yet, and whether something may be that has to be looked at
        anew."""
        now = asyncio.get_running_loop().time()
        self._patience.take(decisions, now)
        self._tell(decisions)
        self._done = {name: done for name, done in self._done.items() if at <= done}
        waits: list[float] = []
        stale = False
        for decision in decisions:
            if decision.ruling not in DEEDS or decision.service in self._doing:
                continue
            if decision.service in self._done:
                stale = True
                continue
            if self._patience.in_vain(decision):
                self._failed(decision, f"it was done, and is to be done again: {decision.why}")
            if wait := self._patience.wait(decision, now):
                waits.append(wait)
                continue
            task = asyncio.create_task(self._do(engine, decision, gate))
            self._doing[decision.service] = task
        self._stand(
            rounds=self.progress.rounds + 1,
            at=self._now(),
            decisions=decisions,
            failures=self._patience.failures,
        )
        return min(waits, default=None), stale

    async def _do(self, engine: EngineApi, decision: Decision, gate: asyncio.Semaphore) -> None:
        name = decision.service
        try:
            async with gate:
                self._say(f"{name}: {decision.ruling}: {decision.why}")
                came = await carry_out(
                    engine, decision, remark=self._say, publishing=self._publishing
                )
        except NetcError as error:
            if error.code is not Exit.ENGINE:
                self._failed(decision, error.message)
            elif not self._lost.done():
                # No failure of the service: it is done again when the engine is back.
                self._lost.set_exception(error)
        except Exception as error:
            # A defect of ours in one deed must not end the others, nor be passed over.
            self._failed(decision, f"a defect of netc: {error!r}")
        else:
            self._patience.done(decision)
            self._done[name] = asyncio.get_running_loop().time()
            self._say(f"{name}: {came}")
        finally:
            del self._doing[name]
            self._wake.set()

    def _failed(self, decision: Decision, why: str) -> None:
        now = asyncio.get_running_loop().time()
        failure = self._patience.failed(decision, why, now)
        self._say(f"{decision.service}: {why} (again in {span(failure.again - now)})")
        self._stand(failed=self.progress.failed + 1, failures=self._patience.failures)

    def _tell(self, decisions: tuple[Decision, ...]) -> None:
        """What is asked in vain is told once."""
        vain = {found.service: found.why for found in decisions if found.ruling is Ruling.REFUSED}
        for service, why in vain.items():
            if self._told.get(service) != why:
                self._say(f"{service}: its labels ask in vain: {why}")
        self._told = vain

    def _stand(self, **facts: object) -> None:
        before = self.progress.troubles
        self.progress = msgspec.structs.replace(self.progress, **facts)
        came = [trouble for trouble in self.progress.troubles if trouble not in before]
        if came:
            facts = {"last": came[-1], "last_at": self._now()}
            self.progress = msgspec.structs.replace(self.progress, **facts)
        self._board.take(self.progress)
