"""Moving: the address of a service goes to another service, or to the same one on another host.

The network container of the other one is made as far as can be and stands by; only when its service
answers through it does the first one let go of the address. Killed at any moment, the same command
again goes on from there: what there is on the engines tells how far it came.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import msgspec

from netc_tui.core import memos, origin, ownership, records
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import container_name, private_network_name
from netc_tui.core.model import CAME_FROM, Container, NetworkContainer
from netc_tui.core.ownership import Own
from netc_tui.core.plan import HandOver, RemoveContainer, Step, Verify, When
from netc_tui.core.records import Did
from netc_tui.core.wishes import wish
from netc_tui.core.words import command
from netc_tui.engine import EngineApi
from netc_tui.operations import handover, inventory, swarm_up
from netc_tui.operations.actions import Actors, do
from netc_tui.operations.apply import apply, tidy
from netc_tui.operations.handover import Handover, Side
from netc_tui.operations.memos import forget, remember_off
from netc_tui.operations.naming import Publishing, forget_names, keep_name
from netc_tui.operations.signing import signed
from netc_tui.operations.up import Heir, Request
from netc_tui.operations.up import preview as preview_up
from netc_tui.operations.waiting import Heard

MOVED = (
    "it moves its network container itself, from a node that is drained, too:"
    " docker node update --availability drain NODE"
)
"""What is said of a service that is one of a Swarm."""


class Move(msgspec.Struct, frozen=True):
    """What the operator asks for; empty means as it is."""

    service: str
    to: str = ""
    """The service that is to have the address; empty: the one of the same name."""
    interface: str = ""
    ports: tuple[str, ...] = ()
    """As the command line takes them, ``PUB[:PRIV][/PROTO]``."""
    check: bool = True
    """Is the path looked at before it is switched?"""
    place: str = ""
    """What the host is called that it goes to; empty: as it calls itself."""


class Ends(msgspec.Struct, frozen=True):
    """What is said of each end, as it is to be said where both are known: which host it is of, and
    with commands that act there."""

    source: Callable[[str], str] = str
    target: Callable[[str], str] = str


HERE = Ends()
"""Both are the host that the command is for."""


async def preview(
    source: EngineApi,
    target: EngineApi,
    asked: Move,
    publishing: Publishing | None = None,
    remark: Callable[[str], None] = lambda _: None,
    told: Ends = HERE,
) -> tuple[Step, ...]:
    """What ``move`` would do now; nothing when it is done. Raises what that raises before it does
    anything."""
    course = _Course(source, target, asked, remark=remark, publishing=publishing, told=told)
    return await course.plan()


async def move(
    source: EngineApi,
    target: EngineApi,
    asked: Move,
    report: Callable[[Step], None] = lambda _: None,
    heard: Heard = lambda _: None,
    remark: Callable[[str], None] = lambda _: None,
    publishing: Publishing | None = None,
    told: Ends = HERE,
) -> NetworkContainer:
    """Move the address of a service on ``source`` to a service on ``target``, which may be the same
    engine. Returns the network container that has it then; the former one is gone.

    Raises NetcError: nothing to move, the other service has an address of its own, its path is
    broken (path), an engine is away. Then the former one is on as before.
    """
    return await _Course(source, target, asked, report, heard, remark, publishing, told).go()


class _Course:
    """One move, step by step."""

    def __init__(
        self,
        source: EngineApi,
        target: EngineApi,
        asked: Move,
        report: Callable[[Step], None] = lambda _: None,
        heard: Heard = lambda _: None,
        remark: Callable[[str], None] = lambda _: None,
        publishing: Publishing | None = None,
        told: Ends = HERE,
    ) -> None:
        self._source, self._target, self._asked = source, target, asked
        self._report, self._heard, self._remark = report, heard, remark
        self._publishing, self._told = publishing, told
        self._raised: NetcError | None = None
        self._remarked: list[str] = []
        self._service = self._to = ""
        self._holder: Own | None = None
        self._heir: Own | None = None
        self._address = ""
        self._others: tuple[RemoveContainer, ...] = ()
        """What was left of a move to a third one."""
        self._files: dict[str, str] | None = None

    @contextmanager
    def _of(self, tell: Callable[[str], str]) -> Iterator[None]:
        """What is raised within is of one end, unless it was found to be of the other."""
        try:
            yield
        except NetcError as error:
            if error is not self._raised:
                # The same error: of which kind it is decides what is done about it.
                self._raised, error.message = error, tell(error.message)
            raise

    @property
    def _here(self) -> bool:
        return self._source is self._target

    async def plan(self) -> tuple[Step, ...]:
        """The steps from what there is now."""
        await self._look()
        if self._holder is None:
            return ()
        removal = self._removal(self._holder)
        if await self._has_taken():
            return (removal, *self._others)
        made = await self._make()
        before = (step for step in made if step.when is When.BEFORE_LEASE)
        bound = (step for step in made if step.when is When.BOUND)
        switching = self._switching(self._holder)
        return (*before, *self._looks(), switching, removal, *bound, *self._others)

    async def go(self) -> NetworkContainer:
        """Do them."""
        await self._look()
        if self._holder is None:
            came = await handover.take(await self._side_of_heir(), self._heard)
            await self._settle(came)
            return came
        holder = Side(self._source, self._holder)
        if await self._has_taken():
            came = await handover.take(await self._side_of_heir(), self._heard)
        else:
            came = await self._switch(holder)
        await self._finish(holder, came)
        return came

    async def _look(self) -> None:
        """How far it has come. Raises NetcError when there is nothing to be moved, or nowhere."""
        asked, told = self._asked, self._told
        await self._check_plain(self._source, asked.service, told.source)
        await self._check_plain(self._target, asked.to or asked.service, told.target)
        containers = await self._source.containers()
        self._service = ownership.service_named(asked.service, containers)
        self._holder = _first(self._service, containers)
        there = containers if self._here else await self._target.containers()
        self._to = ownership.service_named(asked.to or self._service, there)
        if self._here and self._to == self._service:
            raise NetcError(f"{self._service} has that address already", Exit.USAGE)
        self._heir = _first(self._to, there)
        if self._holder is None:
            if self._heir is None or not self._came_from(self._heir):
                with self._of(self._told.source):
                    self._raise_none(containers)
            return
        self._others = tuple(
            RemoveContainer(own.container.name, "it was to have that address, too")
            for own in ownership.owned(there)
            if _same(own, self._holder)
            and own.service != self._to
            and own.container.id != self._holder.container.id
        )
        if self._heir is not None and not _same(self._heir, self._holder):
            with self._of(self._told.target):
                raise NetcError(
                    f"{self._to} has a network container of its own; take that off first with:"
                    f" {command('netc', 'down', self._to)}"
                )

    async def _check_plain(
        self, engine: EngineApi, service: str, tell: Callable[[str], str]
    ) -> None:
        with self._of(tell):
            if await swarm_up.meant(engine, service) is not None:
                raise NetcError(f"{service} is a service of a Swarm: {MOVED}", Exit.USAGE)

    def _raise_none(self, containers: tuple[Container, ...]) -> None:
        if not any(each.name == self._service for each in containers):
            raise inventory.unknown(self._service, containers)
        raise NetcError(
            f"{self._service} has no network container, so there is no address to move",
            Exit.NO_SERVICE,
        )

    def _came_from(self, heir: Own) -> bool:
        """Has it taken the place of the service's, before?"""
        return heir.container.labels.get(CAME_FROM) == self._after

    @property
    def _after(self) -> str:
        """Whose place it is to take, in words."""
        return self._service if self._here else f"{self._service} on {self._source.engine.name}"

    async def _has_taken(self) -> bool:
        """Has the holder let go, for an heir that is there?"""
        if self._heir is None or self._holder is None or not self._heir.container.running:
            return False
        said = await inventory.lease(self._target, self._heir.container)
        if said is not None and said.ip is not None:
            return True
        held = await inventory.lease(self._source, self._holder.container)
        return held is None or held.ip is None

    async def _make(self) -> tuple[Step, ...]:
        """The plan for the heir."""
        holder = await self._held()
        if self._files is None:
            with self._of(self._told.source):
                await self._read(holder)
        labels, asked = holder.labels, self._asked
        engines = self._source.engine.id, self._target.engine.id
        request = Request(
            service=self._to,
            interface=asked.interface or labels.interface,
            ports=asked.ports or tuple(map(str, labels.forwards)),
            private_network=labels.network == private_network_name(labels.service),
            name=labels.dns_name if self._publishing is not None else "",
            heir=Heir(
                origin.handed(engines[0], labels, engines[1], self._to),
                self._after,
                self._files or {},
            ),
        )
        with self._of(self._told.target):
            wanted, steps = await preview_up(self._target, request, None, self._publishing)
        remarks = [self._told.target(text) for text in wanted.remarks]
        if labels.dns_name and self._publishing is None:
            remarks.append(
                f"{self._service}: its name {labels.dns_name} does not go along: nothing here says"
                " how names are published (dns.publish in the settings)"
            )
        for text in remarks:
            if text not in self._remarked:
                self._remarked.append(text)
                self._remark(text)
        return steps

    async def _held(self) -> Own:
        """The one that has the address. Raises NetcError when it is gone meanwhile."""
        return self._holder or await inventory.owned(self._source, self._service)

    async def _read(self, holder: Own) -> None:
        """What the holder leaves. Raises NetcError when it has no address."""
        if holder.container.state == "paused":
            raise NetcError(
                f"{holder.container.name} is paused; let it go on with:"
                f" {command('docker', 'unpause', holder.container.name)}"
            )
        said = await inventory.lease(self._source, holder.container)
        if not holder.container.running or said is None or said.ip is None:
            raise NetcError(
                f"{holder.container.name} has no address now, so there is none to move; to turn it"
                f" off: {command('netc', 'down', self._service)}",
                Exit.NO_LEASE,
            )
        self._address = said.ip
        self._files = await handover.leaves(Side(self._source, holder), said.ip)

    @property
    def _name(self) -> str:
        """That of the heir."""
        return self._heir.container.name if self._heir is not None else container_name(self._to)

    def _looks(self) -> tuple[Verify, ...]:
        return (Verify(self._name, self._to),) if self._asked.check else ()

    def _switching(self, holder: Own) -> HandOver:
        return HandOver(holder.container.name, self._name, self._address, self._place)

    def _removal(self, holder: Own) -> RemoveContainer:
        return RemoveContainer(holder.container.name, f"its address is {self._whose}'s")

    @property
    def _whose(self) -> str:
        return f"{self._to} on {self._place}" if self._place else self._to

    @property
    def _place(self) -> str:
        """The host that it goes to; empty: none other."""
        return "" if self._here else self._asked.place or self._target.engine.name

    async def _switch(self, holder: Side) -> NetworkContainer:
        with self._of(self._told.target):
            await apply(Actors(self._target), self._make, self._report, When.BEFORE_LEASE)
        heir = await self._side_of_heir()
        handing = Handover(holder, heir, self._address, self._heard)
        try:
            for step in (*self._looks(), self._switching(holder.own)):
                self._report(step)
                await do(step, Actors(self._target, handing=handing), None)
        except NetcError:
            await handover.dismiss(heir)
            with suppress(NetcError):
                await tidy(Actors(self._target), self._report)
            raise
        return handing.came or await handover.take(heir, self._heard)

    async def _side_of_heir(self) -> Side:
        return Side(self._target, await inventory.owned(self._target, self._to))

    async def _finish(self, holder: Side, came: NetworkContainer) -> None:
        """The former one goes, and is off from then on."""
        said = await holder.lease()
        if said is not None and said.ip is not None and holder.own.container.running:
            # It would release the lease that the other has.
            await handover.let_go(holder, said.ip)
        containers = await self._source.containers()
        service = inventory.named(self._service, containers)
        if service is not None and wish(service) is not None:
            await remember_off(self._source, service, containers)
            self._remark(f"{self._service}: its labels ask for it, but it stays off")
        if not self._here:
            # They are published from the other host from now on, and not to be taken back by this.
            await forget_names(self._source, holder.own)
        removal = self._removal(holder.own)
        record = msgspec.structs.replace(await signed(self._source), had=came.ip or "")
        off = records.filled(record, Did.OFF, f"its address goes to {self._whose}")
        self._report(removal)
        step = msgspec.structs.replace(removal, record=off)
        await do(step, Actors(self._source), None)
        for each in self._others:
            self._report(each)
            await do(each, Actors(self._target), None)
        await self._settle(came)

    async def _settle(self, came: NetworkContainer) -> None:
        """Its name leads to the other, which an operator has turned on with it, and what nobody
        uses any more is removed."""
        heir = (await inventory.owned(self._target, self._to)).labels
        written = await self._target.memos()
        known = (heir.service, heir.service_id)
        await forget(self._target, (memo.name for memo in written if memos.says_off(memo, *known)))
        await self._publish(came)
        await tidy(Actors(self._source), self._report)

    async def _publish(self, came: NetworkContainer) -> None:
        if self._publishing is None:
            return
        heir = await self._side_of_heir()
        if (said := await heir.lease()) is None:
            return
        wrong = await keep_name(self._target, self._publishing, heir.own, said)
        if wrong is not None:
            self._remark(f"{came.service}: its name is not published: {wrong.why}")


def _first(service: str, containers: tuple[Container, ...]) -> Own | None:
    return next(iter(ownership.paired(containers).get(service, ())), None)


def _same(one: Own, other: Own) -> bool:
    """Have they one identity?"""
    first, second = one.labels, other.labels
    return (first.mac, first.client_id) == (second.mac, second.client_id)
