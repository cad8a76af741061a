"""What there is: services with their ports, their network containers and leases."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches

import msgspec

from netc_tui.core import compose, ownership, tasks
from netc_tui.core.advice import advised
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.health import State, with_service
from netc_tui.core.identity import container_name
from netc_tui.core.keeping import Written, keepings
from netc_tui.core.lease import Event, fold, parse
from netc_tui.core.model import (
    Container,
    Ended,
    Keeping,
    Memo,
    NetworkContainer,
    Service,
    network_container,
)
from netc_tui.core.ownership import Own
from netc_tui.core.ports import Port
from netc_tui.core.protocol import STATE
from netc_tui.core.text import natural
from netc_tui.engine import EngineApi
from netc_tui.host import clock
from netc_tui.operations import swarm

GONE = tasks.GONE
Known = Mapping[str, Ended | str]
"""By container id: how one ended, or why nothing is heard of it."""
NOBODY: Mapping[str, Keeping] = {}
AT_ONCE = 8
"""Logs that are read at a time."""
PATIENCE = 3.0
"""Seconds for the log of one network container; it takes a few milliseconds."""
TAIL = 20
"""Lines of a log that are read for the last event; more only if none of them can be read."""


async def services(engine: EngineApi, *, stopped: bool = False) -> tuple[Service, ...]:
    """The services by name: those that run, ``stopped`` ones too when asked for, and any that has
    a network container."""
    return (await listed(engine, stopped=stopped))[0]


async def listed(
    engine: EngineApi, *, stopped: bool = False
) -> tuple[tuple[Service, ...], Written]:
    """The same, and what is written down."""
    found, said, _ = await overview(engine, stopped=stopped)
    return found, said


async def overview(
    engine: EngineApi, *, stopped: bool = False
) -> tuple[tuple[Service, ...], Written, str]:
    """The same, and what an operator should know of the engine's Swarm: what of it is not to be
    seen from here, or that it is frail; empty: nothing."""
    containers = await engine.containers()
    (leases, known), ports, memos, seen = await asyncio.gather(
        _heard(engine, containers),
        inspected(engine, filter(silent, containers)),
        written(engine),
        swarm.see(engine, containers),
    )
    now = datetime.now(UTC)
    said = Written.of(memos, now)
    kept = keepings(containers, said)
    found = assemble(
        containers,
        ports,
        leases,
        now,
        stopped=stopped,
        known=known,
        kept=kept,
        swarm=tasks.folded(containers, seen.services, seen.own),
    )
    return found, said, seen.remark


async def written(engine: EngineApi) -> tuple[Memo, ...] | None:
    """What is written down on the engine; None where nobody may look, as through some proxies.
    Raises NetcError when the engine is away."""
    try:
        return await engine.memos()
    except NetcError as error:
        if error.code is Exit.ENGINE:
            raise
        return None


def assemble(
    containers: Sequence[Container],
    ports: Mapping[str, tuple[Port, ...]],
    leases: Mapping[str, Event | None],
    now: datetime,
    *,
    stopped: bool = False,
    known: Known | None = None,
    kept: Mapping[str, Keeping] = NOBODY,
    swarm: Sequence[Service] | None = None,
) -> tuple[Service, ...]:
    """The services by name at ``now``, of what was read before; see ``services``.

    ``kept``, by name: who keeps them. ``ports``, ``leases`` and ``known`` are by container id: what
    a container exposes, what a network container said last, and why it does not run or cannot be
    heard. What is not in them is not known. ``swarm``: the services of the engine's Swarm, of which
    tasks are not listed by themselves; None: as far as their tasks here tell.
    """
    if swarm is None:
        swarm = tasks.folded(containers, None, {})
    held = _network_containers(containers, leases, now, known or {})
    found = [
        _service(
            container,
            ports.get(container.id, container.ports),
            held.pop(container.name, None),
            kept.get(container.name),
        )
        for container in ownership.services(containers)
        if container.name in held
        or ((container.running or stopped) and tasks.service_of(container) is None)
    ]
    found += swarm
    found += [_gone(left, kept.get(name)) for name, left in held.items()]
    return tuple(sorted(found, key=lambda service: natural(service.name)))


async def network_containers(
    engine: EngineApi, containers: Sequence[Container]
) -> dict[str, NetworkContainer]:
    """The network containers among ``containers`` with their leases, by service."""
    leases, known = await _heard(engine, containers)
    return _network_containers(containers, leases, datetime.now(UTC), known)


def _network_containers(
    containers: Sequence[Container],
    leases: Mapping[str, Event | None],
    now: datetime,
    known: Known,
) -> dict[str, NetworkContainer]:
    """By service."""
    return {
        service: standing(
            first, leases.get(first.container.id), now, known.get(first.container.id), containers
        )
        for service, (first, *_) in ownership.paired(containers).items()
    }


def standing(
    own: Own,
    said: Event | None,
    now: datetime | None = None,
    known: Ended | str | None = None,
    containers: Sequence[Container] = (),
) -> NetworkContainer:
    """How a network container stands at ``now``, of which ``said`` is the last that it said.

    ``known``: how its container ended, or why its log cannot be read.
    """
    container, labels = own.container, own.labels
    remedy = None if container.running else ownership.remedy(own, containers)
    error = str(known) if isinstance(known, Ended) else known
    now = now or datetime.now(UTC)
    found = network_container(container, labels, said, now, clock.boot(), error)
    again = ownership.again(own, containers)
    fault = ownership.service_fault(own, containers) if containers else None
    health = with_service(found.health, fault)
    if health.finding is not None:
        known_of = msgspec.structs.replace(found, service=own.service, remedy=remedy, again=again)
        health = msgspec.structs.replace(health, finding=advised(health.finding, known_of))
    if isinstance(known, Ended) and health.state is State.BROKEN and health.hop is None:
        # In one line; the finding has the command beside its cause.
        reason = f"{health.reason}; bring it back with: {remedy}"
        health = msgspec.structs.replace(health, reason=reason)
    return msgspec.structs.replace(
        found,
        health=health,
        service=own.service,
        message=ownership.remark(own, containers)
        or found.message
        or (known if isinstance(known, str) else None),
        ended=known if isinstance(known, Ended) and not container.running else None,
        remedy=remedy,
        again=again,
    )


async def _heard(
    engine: EngineApi, containers: Iterable[Container]
) -> tuple[dict[str, Event | None], dict[str, Ended | str]]:
    """What each network container said last, and what is known of those that do not run or cannot
    be heard, by id. One whose log hangs holds up no other for long."""
    ours = [own.container for own in ownership.owned(containers)]
    at_once = asyncio.Semaphore(AT_ONCE)

    async def hear(container: Container) -> tuple[Event | None, str | None]:
        async with at_once:
            return await told(engine, container)

    heard, ends = await asyncio.gather(
        asyncio.gather(*map(hear, ours)),
        ended(engine, (container for container in ours if not container.running)),
    )
    leases: dict[str, Event | None] = {}
    known: dict[str, Ended | str] = {}
    for container, (event, error) in zip(ours, heard, strict=True):
        leases[container.id] = event
        if error is not None:
            known[container.id] = error
    return leases, known | ends


async def ended(engine: EngineApi, containers: Iterable[Container]) -> dict[str, Ended]:
    """How these came to their end, by id; not of one that is gone by now."""
    asked = list(containers)
    answers = await asyncio.gather(
        *(engine.ended(container.id) for container in asked), return_exceptions=True
    )
    return {
        container.id: answer
        for container, answer in zip(asked, answers, strict=True)
        if isinstance(answer, Ended)
    }


async def lease(engine: EngineApi, container: Container) -> Event | None:
    """What a network container said last."""
    return (await told(engine, container))[0]


async def stands_by(engine: EngineApi, own: Own) -> bool:
    """Has another machine its identity, and with it whatever leads to its address? Raises NetcError
    when the engine is away."""
    said = await lease(engine, own.container) if own.container.running else None
    return said is not None and said.stands_by


async def told(engine: EngineApi, container: Container) -> tuple[Event | None, str | None]:
    """What a network container said last, and why its log cannot be read, if so.

    A log may have been cut, may hang (Docker 28.5 does after a truncate) or fail: its volume has
    the last event, too, and Docker reads that where it would execute nothing. Raises NetcError
    when the engine is away.
    """
    error: str | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            last = fold(await engine.log(container.name, TAIL))
            last = last or fold(await engine.log(container.name))
    except TimeoutError:
        last, error = None, f"its log does not answer within {PATIENCE:g} s"
    except NetcError as failure:
        last, error = None, f"its log cannot be read: {failure.message}"
    if last is not None:
        return last, None
    try:
        async with asyncio.timeout(PATIENCE):
            kept = await engine.read_file(container.name, STATE)
    except (TimeoutError, NetcError) as failure:
        if error is None and isinstance(failure, NetcError):
            raise
        kept = None
    return (parse(kept) if kept is not None else None), error


async def service(engine: EngineApi, name: str) -> Service:
    """One service, running or not, or one that is gone and has left its network container.

    Raises NetcError (no service).
    """
    containers = await engine.containers()
    name = ownership.service_named(name, containers)
    found = next(
        (container for container in ownership.services(containers) if container.name == name), None
    )
    memos = await written(engine)
    kept = keepings(containers, Written.of(memos, datetime.now(UTC))).get(name)
    left = None
    for first in ownership.paired(containers).get(name, ())[:1]:
        leases, known = await _heard(engine, [first.container])
        id = first.container.id
        left = standing(first, leases.get(id), None, known.get(id), containers)
    if found is not None:
        ports = await inspected(engine, filter(silent, [found]))
        return _service(found, ports.get(found.id, found.ports), left, kept)
    if left is not None:
        return _gone(left, kept)
    if (of_swarm := await swarm.service(engine, name, containers)) is not None:
        return of_swarm
    raise unknown(name, containers)


async def owned(engine: EngineApi, service: str) -> Own:
    """The network container of a service by the service's name. Raises NetcError when it is
    gone."""
    for first in ownership.paired(await engine.containers()).get(service, ())[:1]:
        return first
    raise removed(service)


def removed(service: str) -> NetcError:
    """The error for a network container that is gone while something is done with it."""
    return NetcError(f"{container_name(service)} was removed by somebody else meanwhile")


async def turned_on(engine: EngineApi, name: str) -> tuple[Service, NetworkContainer]:
    """One service with its network container. Raises NetcError (no service)."""
    found = await service(engine, name)
    if found.network_container is None:
        kept = f" ({found.keeping})" if found.keeping is not None else ""
        raise NetcError(
            f"{name} has no network container{kept}; make one with: netc up {name} INTERFACE",
            Exit.NO_SERVICE,
        )
    return found, found.network_container


def named(name: str, containers: Iterable[Container]) -> Container | None:
    """The container of that name or id; a name goes before an id."""
    known = tuple(containers)
    by_name = (container for container in known if container.name == name)
    by_id = (container for container in known if name in (container.id, container.id[:12]))
    return next(by_name, None) or next(by_id, None)


def taken(name: str, containers: Iterable[Container]) -> Container | None:
    """The container that has the name of a network container and is none."""
    return next(
        (container for container in ownership.services(containers) if container.name == name), None
    )


def unknown(name: str, containers: Sequence[Container]) -> NetcError:
    """The error for a name that nothing has; offers the nearest."""
    near = get_close_matches(
        name, [container.name for container in containers if not container.ours], 1, 0.5
    )
    hint = f"did you mean {near[0]}?" if near else "`netc ls` shows which there are"
    return NetcError(f"no service {name!r}; {hint}", Exit.NO_SERVICE)


def _gone(left: NetworkContainer, kept: Keeping | None) -> Service:
    """A service that is not there any more; its network container is."""
    return Service(left.service, None, None, GONE, (), network_container=left, keeping=kept)


def _service(
    container: Container,
    ports: tuple[Port, ...],
    left: NetworkContainer | None,
    kept: Keeping | None,
) -> Service:
    return Service(
        name=container.name,
        id=container.id,
        image=container.image,
        state=container.state,
        ports=ports,
        project=container.labels.get(compose.PROJECT),
        compose=container.labels.get(compose.SERVICE),
        health=container.health,
        network_mode=container.network_mode,
        network_container=left,
        keeping=kept,
    )


def silent(container: Container) -> bool:
    """Does the listing tell nothing of what this container exposes, though it runs?"""
    return container.borrows and not container.ports and not container.ours


async def inspected(
    engine: EngineApi, containers: Iterable[Container]
) -> dict[str, tuple[Port, ...]]:
    """The ports that these expose, by id; not of one that is gone by now."""
    asked = list(containers)
    answers = await asyncio.gather(
        *(engine.exposed(container.id) for container in asked), return_exceptions=True
    )
    return {
        container.id: found
        for container, found in zip(asked, answers, strict=True)
        if not isinstance(found, BaseException)
    }
