"""Turning a service on: a network container for it, on an interface, with a lease."""

import asyncio
import ipaddress
import itertools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

import msgspec

from netc_tui import sidecar
from netc_tui.core import identity, memos, origin, ownership, plan, ports, protocol
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.lease import Event, parse
from netc_tui.core.model import Container, Keeper, Network, NetworkContainer
from netc_tui.core.origin import Origin
from netc_tui.core.ownership import Own
from netc_tui.core.plan import Naming, Step, Wanted, When, World
from netc_tui.core.ports import Port
from netc_tui.core.reach import check_open, reach
from netc_tui.engine import Conflict, EngineApi, Gone, Refused
from netc_tui.operations import image, interfaces, inventory, swarm_up
from netc_tui.operations.actions import GRACE, Actors
from netc_tui.operations.apply import apply, tidy
from netc_tui.operations.execute import execute
from netc_tui.operations.interfaces import ReadLinks
from netc_tui.operations.memos import forget
from netc_tui.operations.naming import Namer, Publishing, names_of
from netc_tui.operations.signing import signed
from netc_tui.operations.waiting import (
    Failed,
    Heard,
    Heeded,
    mark,
    no_lease,
    stands_by,
    wait_for,
    why_no_lease,
)

BEING_MADE = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between looks at a container that is on no network yet."""
ENDING = 5.0
"""Seconds for what is to be done at the end, when turning on was broken off."""


def asked_base(setting: str) -> str | None:
    """What ``Request.base`` is for the setting of that name: its default asks for none."""
    return None if setting == image.DEFAULT else setting


class Heir(msgspec.Struct, frozen=True):
    """A network container that is to take the place of another, and stands by until it may."""

    origin: Origin
    after: str
    """Whose place, in words."""
    files: Mapping[str, str]
    """What the other leaves to it, for its volume (``core.protocol.HANDED``)."""


class Request(msgspec.Struct, frozen=True):
    """What the operator asks for; empty means netc's choice."""

    service: str
    interface: str
    ports: tuple[str, ...] = ()
    """As the command line takes them, ``PUB[:PRIV][/PROTO]``."""
    hostname: str = ""
    mac: str = ""
    network: str | None = None
    private_network: bool = False
    """A network of netc's own instead of a link, where netc's choice is the default bridge."""
    base: str | None = None
    """What the image is built on; None: one on any base will do, a new one is on alpine."""
    wait: float = 0
    """Seconds to wait for the service to run."""
    timeout: float = 30
    """Seconds to wait for a lease."""
    keeper: Keeper = Keeper.HAND
    """Who asks."""
    name: str = ""
    """The name to publish; empty: the DHCP hostname."""
    service_id: str = ""
    """The container that is meant; empty: whichever has the name."""
    seed: str = ""
    """What its identity is derived from; empty: as it is, or the engine's id."""
    heir: Heir | None = None
    """Whose place it is to take; None: nobody's."""

    def __post_init__(self) -> None:
        """Raise NetcError (usage) for what can be seen to be wrong without an engine."""
        ports.parse_all(self.ports)
        if self.mac:
            identity.check_mac(self.mac)
        if self.hostname:
            identity.check_hostname(self.hostname)
        if self.seed:
            identity.check_seed(self.seed)


async def preview(
    engine: EngineApi,
    request: Request,
    links: ReadLinks | None = None,
    publishing: Publishing | None = None,
) -> tuple[Wanted, tuple[Step, ...]]:
    """What ``up`` would do now. Raises what ``up`` raises before it does anything."""
    if (found := await swarm_up.meant(engine, request.service)) is not None:
        return await swarm_up.preview(engine, found, request, links)
    return await _preview(engine, request, links, publishing)


async def _preview(
    engine: EngineApi,
    request: Request,
    links: ReadLinks | None,
    publishing: Publishing | None,
) -> tuple[Wanted, tuple[Step, ...]]:
    if request.name and publishing is None:
        raise NetcError(
            f"the name {request.name} cannot be published: dns.publish in the settings says how"
            " (netc config prints them)",
            Exit.USAGE,
        )
    forwards = ports.parse_all(request.ports)
    seen, containers, networks, found = await asyncio.gather(
        interfaces.seen(engine, links),
        _made(engine, request.service),
        engine.networks(),
        engine.image(sidecar.image()),
    )
    seen.check_known(request.interface)
    service = _running(request.service, containers)
    wanted_reach = reach(
        service, containers, networks, request.network, private=request.private_network
    )
    check_open(wanted_reach, networks)
    if " " in wanted_reach.network:
        raise NetcError(
            f"the network {wanted_reach.network!r} of {service.name} has a blank in its name, and"
            " netc could not tell it from two words; give the service another network",
            Exit.NO_SERVICE,
        )
    pairs = ownership.paired(containers)
    existing = pairs.get(service.name, ())
    reached_over = (network for network in networks if network.name == wanted_reach.network)
    if request.service_id not in ("", service.id):
        # Nobody knows whether that one asks for it, too.
        raise NetcError(f"{service.name} was made anew meanwhile", Exit.NO_SERVICE)
    if request.keeper is Keeper.LABELS:
        await _leave_to_hand(engine, service, existing)
    private = plan.private_network(service.name, networks) if wanted_reach.private else None
    world = World(
        engine=engine.engine,
        networks=networks,
        existing=existing,
        taken=inventory.taken(identity.container_name(service.name), containers),
        used=plan.used_networks(containers, but=service.name),
        guests=plan.guests(containers),
        image=sidecar.image(),
        image_built=image.fits(found, request.base, engine.engine),
        base=request.base,
        zone=publishing.zone if publishing is not None else None,
        named=await names_of(engine, service.name, publishing),
    )
    remarks: list[str] = []
    if not forwards:
        listed = service.ports or await engine.exposed(service.id)
        forwards = ports.unasked(listed)
        remarks += _kept_back(service.name, [port for port in listed if port.host_only])
    if not forwards and remarks:
        raise NetcError(remarks[0], Exit.NO_SERVICE)
    if not forwards:
        raise NetcError(
            f"{service.name} exposes no ports; say which to forward, as PUB[:PRIV][/PROTO]"
            " (on the command line with --port)",
            Exit.NO_SERVICE,
        )
    heir = request.heir
    chosen = heir.origin if heir is not None else _origin(engine, service, pairs, request)
    wanted = Wanted(
        service=service.name,
        service_id=service.id,
        interface=request.interface,
        network=wanted_reach.network,
        target=wanted_reach.target,
        linked=wanted_reach.linked,
        forwards=forwards,
        identity=chosen.identity,
        compose=wanted_reach.compose,
        bridge=await _bridge_address(seen, private or next(reached_over, None)),
        private=private,
        keeper=request.keeper,
        naming=_naming(request, publishing),
        seed=chosen.seed,
        moved=chosen.moved,
        after=heir.after if heir is not None else "",
        files=heir.files if heir is not None else {},
        # What labels ask for never takes anything from another machine.
        takes=bool(request.seed) and request.keeper is Keeper.HAND,
    )
    remarks += _namesakes(wanted, ownership.owned(containers))
    if seen.unknown:
        remarks.append(f"not checked whether {request.interface} can carry it: {seen.unknown}")
    wanted = msgspec.structs.replace(wanted, remarks=tuple(remarks))
    steps = plan.up(world, wanted)
    if any(not isinstance(step, plan.PublishName | plan.WithdrawName) for step in steps):
        own, record, former = await asyncio.gather(
            seen.check(request.interface, networks),
            signed(engine, world.existing, request.keeper),
            _former(engine, world, steps),
        )
        world = msgspec.structs.replace(world, host_addresses=own, signed=record, former=former)
        steps = plan.up(world, wanted)
    return wanted, steps


async def _made(engine: EngineApi, service: str) -> tuple[Container, ...]:
    """The containers. Engines list one a moment before they know its networks: the service's, which
    another netc is just making, would be taken for one that somebody disconnected."""
    for pause in BEING_MADE:
        containers = await engine.containers()
        own = ownership.paired(containers).get(ownership.service_named(service, containers), ())
        if all(each.container.addresses or each.container.state != "created" for each in own):
            return containers
        await asyncio.sleep(pause)
    return await engine.containers()


async def _leave_to_hand(engine: EngineApi, service: Container, existing: Sequence[Own]) -> None:
    """Raise NetcError when an operator turned it on or off: it may have been decided long ago that
    its labels ask for it."""
    written = await engine.memos()
    if existing and not ownership.by_labels(existing[0], memos.handed(written)):
        raise NetcError(f"an operator turned {service.name} on; it stays as it is")
    if any(memos.says_off(memo, service.name, service.id) for memo in written):
        raise NetcError(f"an operator turned {service.name} off; it stays off")


def _origin(
    engine: EngineApi,
    service: Container,
    pairs: Mapping[str, Sequence[Own]],
    request: Request,
) -> Origin:
    return origin.choose(
        engine.engine.id,
        service.name,
        itertools.chain.from_iterable(pairs.values()),
        seed=request.seed,
        mac=request.mac,
        hostname=request.hostname,
    )


def _naming(request: Request, publishing: Publishing | None) -> Naming | None:
    if publishing is None:
        return None
    # Of labels several may ask for one name, and share it where that can be.
    shared = publishing.shares and bool(request.name) and request.keeper is Keeper.LABELS
    return Naming(publishing.zone, request.name, shared)


async def _former(engine: EngineApi, world: World, steps: tuple[Step, ...]) -> str | None:
    """The address that a network container had last that is made anew."""
    removed = {step.name for step in steps if isinstance(step, plan.RemoveContainer)}
    for own in world.existing[:1]:
        if own.container.name in removed:
            try:
                kept = await engine.read_file(own.container.name, protocol.ADDRESS)
                return str(ipaddress.IPv4Address((kept or b"").decode().partition(" ")[0]))
            except NetcError as error:
                if error.code is Exit.ENGINE:
                    raise
            except ValueError:
                pass  # it never had one
    return None


async def up(
    engine: EngineApi,
    request: Request,
    report: Callable[[Step], None] = lambda _: None,
    heard: Callable[[Event], None] = lambda _: None,
    links: ReadLinks | None = None,
    remark: Callable[[str], None] = lambda _: None,
    publishing: Publishing | None = None,
) -> NetworkContainer:
    """Turn a service on and wait until its address is bound; nothing changes if it is on as asked.
    ``remark`` is told once what the operator should know of what was chosen. A name that cannot be
    published is no error: what is returned says why.

    Whether the service can be reached is another question: see ``check``. Raises NetcError: no
    service, unfit interface, no lease in time (the network container goes on trying), engine away.
    """
    await _await_service(engine, request)
    if (found := await swarm_up.meant(engine, request.service)) is not None:
        return await swarm_up.up(engine, found, request, report, heard, links, remark)
    course = _Course(engine, request, report, links, remark, publishing)
    await course.before_lease()
    try:
        own, bound = await course.lease(heard)
        await course.when_bound(bound)
    except (NetcError, asyncio.CancelledError):
        # Also when the wait is broken off. What ended it is what counts.
        with suppress(NetcError, TimeoutError):
            async with asyncio.timeout(ENDING):
                await course.end()
        raise
    await course.end()
    return msgspec.structs.replace(inventory.standing(own, bound), unnamed=course.unnamed)


class _Course:
    """One turning on, phase by phase."""

    def __init__(
        self,
        engine: EngineApi,
        request: Request,
        report: Callable[[Step], None],
        links: ReadLinks | None,
        remark: Callable[[str], None],
        publishing: Publishing | None,
    ) -> None:
        self._engine = engine
        self._publishing = publishing
        self._namer = Namer(publishing, engine) if publishing is not None else None
        self._actors = Actors(engine, self._namer)
        self._request = request
        self._report = report
        self._links = links
        self._remark = remark
        self._remarked: list[str] = []
        self._service, self._service_id = request.service, ""
        self._planned: tuple[Step, ...] = ()
        """The plan that was made last."""
        self._did: set[type[Step]] = set()
        self._last: bytes | None = None
        """The last line of the log of a former life, with the address of that."""
        self._removed = False
        """Was the network container taken away again?"""

    @property
    def unnamed(self) -> Finding | None:
        """Why its name is not published."""
        return self._namer.unpublished if self._namer is not None else None

    async def before_lease(self) -> None:
        """Make the plan, and do what can be done without an address."""
        if not self._engine.engine.local and self._links is None:
            await self._look_there()
        try:
            await apply(self._actors, self._make, self._note, When.BEFORE_LEASE)
        except Refused:
            # What Docker says of an interface that has gone meanwhile is for its own developers.
            await interfaces.check(self._engine, self._request.interface)
            raise
        if self._request.keeper is Keeper.HAND:
            written = await self._engine.memos()
            named = (self._service, self._service_id)
            await forget(
                self._engine, (memo.name for memo in written if memos.says_off(memo, *named))
            )

    async def _look_there(self) -> None:
        async def building() -> tuple[Step, ...]:
            _, steps = await preview(self._engine, self._request, None, self._publishing)
            return tuple(step for step in steps if isinstance(step, plan.BuildImage))

        async def build() -> None:
            await apply(self._actors, building, self._note)

        self._links = await interfaces.looked_at(self._engine, build)

    async def lease(self, heard: Heard) -> tuple[Own, Event]:
        """Wait until the address is bound, if it is not; what was said then."""
        own = await self._ours()
        try:
            bound = await self._listen(own, heard)
        except (Conflict, Gone) as error:  # of one that is being removed there is no log
            raise inventory.removed(own.service) from error
        # By its name another may have been listened to: somebody moved it while it was waited for.
        if (await self._ours()).container.id != own.container.id:
            raise inventory.removed(own.service)
        return own, bound

    async def _ours(self) -> Own:
        """The network container, where it was asked for. Raises NetcError."""
        own = await inventory.owned(self._engine, self._service)
        if own.labels.interface != self._request.interface:
            raise NetcError(
                f"{own.container.name} was moved to {own.labels.interface} by somebody else"
                " meanwhile"
            )
        return own

    async def _listen(self, own: Own, heard: Heard) -> Event:
        engine, request, last = self._engine, self._request, self._last
        name = own.container.name
        said: list[Event] = []
        if plan.Start not in self._did:
            lines = await engine.log(name, inventory.TAIL)
            last = lines[-1] if lines else None
            said = [event for event in map(parse, lines) if event is not None]
            now = said[-1] if said else await inventory.lease(engine, own.container)
            if now is not None and _decided(now):
                return await self._taken(own, now, heard)
            with suppress(NetcError):  # its next try may be a minute away
                await execute(engine, inventory.standing(own, now), protocol.RENEW)
        try:
            found = await wait_for(engine, name, last, _decided, request.timeout, heard)
        except Failed:
            if plan.CreateContainer in self._did:
                # It cannot work here, and Docker would start it again and again.
                await engine.remove(name, GRACE)
                self._removed = True
            raise
        if found.wanted is not None:
            return await self._taken(own, found.wanted, heard)
        raise await self._without_lease(own, said, found)

    async def _taken(self, own: Own, said: Event, heard: Heard) -> Event:
        """How it is bound, by what it said. Where another machine has its identity, that is what an
        operator who names a seed takes from it; raises NetcError for all others."""
        engine, name, request = self._engine, own.container.name, self._request
        if said.ip is not None:
            return said
        if request.seed and request.keeper is Keeper.HAND:
            before = await mark(engine, name)
            await execute(engine, inventory.standing(own, said), protocol.TAKE)
            found = await wait_for(engine, name, before, _bound, request.timeout, heard)
            if found.wanted is None:
                raise await self._without_lease(own, [said], found)
            return found.wanted
        made = plan.CreateContainer in self._did
        if made:
            # It would take the address as soon as the other is silent.
            await engine.remove(name, GRACE)
            self._removed = True
        raise stands_by(own.service, own.labels.interface, said, stays=not made)

    async def _without_lease(self, own: Own, said: list[Event], found: Heeded) -> NetcError:
        engine, request, labels = self._engine, self._request, own.labels
        why = await _unfit(engine, request.interface)
        why = why or why_no_lease(own.container.name, said, found)
        return no_lease(labels.service, labels.interface, request.timeout, why, found)

    async def when_bound(self, bound: Event) -> None:
        """Do what needs to know the address."""
        await apply(
            self._actors, self._make, self._note, When.BOUND, planned=self._planned, bound=bound
        )

    async def end(self) -> None:
        """Remove what nobody uses any more. What the plan says of that is looked at anew: while
        the lease was waited for, somebody may have come to use it."""
        if self._namer is not None and (why := self._namer.not_back) is not None:
            self._remark(f"{self._service}: its former name was not taken back: {why}")
        planned = any(step.when is When.END for step in self._planned)
        if planned or self._removed or plan.RemoveContainer in self._did:
            await tidy(self._actors, self._report)

    async def _make(self) -> tuple[Step, ...]:
        wanted, steps = await _preview(self._engine, self._request, self._links, self._publishing)
        # It may have been asked for by its id.
        self._service, self._service_id = wanted.service, wanted.service_id
        for text in wanted.remarks:
            if text not in self._remarked:
                self._remarked.append(text)
                self._remark(text)
        kinds = {type(step) for step in steps}
        # One that is started again has the log of its former life, with the address of that.
        again = plan.Start in kinds and plan.CreateContainer not in kinds
        self._last = None
        for step in steps if again else ():
            if isinstance(step, plan.Start):
                self._last = await mark(self._engine, step.name)
        self._planned = steps
        return steps

    def _note(self, step: Step) -> None:
        self._did.add(type(step))
        self._report(step)


def _kept_back(service: str, kept: list[Port]) -> list[str]:
    """What to say of ports that Docker publishes on this host's loopback alone."""
    if not kept:
        return []
    names = ", ".join(map(str, kept))
    options = " ".join(f"--port {port}" for port in kept)
    return [
        f"{service} publishes {names} on this host's loopback alone, so that nobody else reaches"
        f" it: that is not put on the LAN unasked; ask for it with {options}"
    ]


def _namesakes(wanted: Wanted, others: Iterable[Own]) -> list[str]:
    """What to say when another network container goes by the same name on the LAN (RFC 4343: in
    names upper and lower case are one)."""
    name = wanted.identity.hostname
    return [
        f"{wanted.service} and {other.service} both ask for the DHCP hostname {name}: on the LAN"
        " that name leads to one of them; give one another with --hostname NAME"
        for other in others
        # One that it takes the place of has the very same identity, and ends.
        if other.labels.client_id != wanted.identity.client_id
        and other.service != wanted.service
        and other.labels.hostname.lower() == name.lower()
    ]


async def _bridge_address(
    seen: interfaces.Here | interfaces.There, network: Network | None
) -> str | None:
    """The address that this host has on a bridge network; None when it has none there."""
    if network is None or network.driver != "bridge":
        return None
    if network.gateways:
        return network.gateways[0]
    if network.bridge is None:
        return None
    # Some engines do not list that of the default bridge.
    return await seen.address(network.bridge)


def _bound(event: Event) -> bool:
    return event.ip is not None


def _decided(event: Event) -> bool:
    """Is the address bound, or does another machine have it under the same identity?"""
    return event.ip is not None or event.stands_by


async def _unfit(engine: EngineApi, interface: str) -> str | None:
    """Why an interface cannot be used any more: its cable may have been pulled meanwhile."""
    try:
        await interfaces.check(engine, interface)
    except NetcError as error:
        return error.message
    return None


async def _await_service(engine: EngineApi, request: Request) -> None:
    """Wait for a service that is about to start, as long as the operator grants."""
    deadline = time.monotonic() + request.wait
    while time.monotonic() < deadline:
        service = inventory.named(request.service, await engine.containers())
        if service is not None and service.running:
            return
        await asyncio.sleep(0.2)


def _running(name: str, containers: tuple[Container, ...]) -> Container:
    service = inventory.named(name, containers)
    if service is None:
        raise inventory.unknown(name, containers)
    if service.ours:
        raise NetcError(f"{name} is a network container itself", Exit.NO_SERVICE)
    if not service.running:
        raise NetcError(
            f"{name} does not run ({service.state}); start it: docker start {name},"
            " or wait for it with --wait SECONDS",
            Exit.NO_SERVICE,
        )
    return service
