"""The services of a Swarm, and which of them are network containers, as a manager sees them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from netc_tui.core import tasks
from netc_tui.core.advice import advised
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.health import Health
from netc_tui.core.identity import container_name
from netc_tui.core.lease import Event, fold
from netc_tui.core.model import Container, Labels, NetworkContainer, Service, network_container
from netc_tui.core.swarm import OF_SWARM, SwarmNode, SwarmService, SwarmTask, counts, failed
from netc_tui.core.words import command
from netc_tui.engine import EngineApi
from netc_tui.host import clock

PATIENCE = 3.0
"""Seconds for what the Swarm, or another node of it, is asked; it takes some milliseconds."""
TAIL = 20
"""Lines of a log that are read for the last event."""
NOWHERE = "it runs nowhere"


class SwarmSeen(msgspec.Struct, frozen=True):
    """What is known of a Swarm at one moment."""

    services: tuple[SwarmService, ...] | None = None
    """None: this engine is not told."""
    own: dict[str, NetworkContainer] = {}
    """The network containers of its services, by service."""
    remark: str = ""
    """What is not to be seen from here, and why."""


async def see(engine: EngineApi, containers: Sequence[Container]) -> SwarmSeen:
    """The services of the Swarm that an engine is in. ``containers``: the engine's own.

    What a Swarm without leader does not tell is no error. Raises NetcError when the engine is away.
    """
    swarm = engine.engine.swarm
    if swarm is None:
        return SwarmSeen()
    if not swarm.manager:
        there = any(tasks.service_of(container) is not None for container in containers)
        return SwarmSeen(remark=WORKER if there else "")
    try:
        async with asyncio.timeout(PATIENCE):
            services = await engine.swarm.services()
            if not any(tasks.own_labels(service) is not None for service in services):
                return SwarmSeen(services, remark=swarm.frail if services else "")
            found, nodes = await asyncio.gather(engine.swarm.tasks(), engine.swarm.nodes())
    except (TimeoutError, NetcError) as error:
        return SwarmSeen(remark=f"the Swarm tells nothing of its services: {_why(error)}")
    own = await asyncio.gather(
        *(standing(engine, service, found, nodes, containers, services) for service in services)
    )
    by_service = {each.service: each for each in own if each is not None}
    return SwarmSeen(services, by_service, swarm.frail)


WORKER = (
    "this engine is a worker of its Swarm: tasks on other nodes, and network containers of services"
    " of the Swarm, are seen on a manager"
)


def _why(error: TimeoutError | NetcError) -> str:
    """In a clause. Raises NetcError when the engine is away."""
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:g} s"
    if error.code is Exit.ENGINE:
        raise error
    return error.message


async def standing(
    engine: EngineApi,
    own: SwarmService,
    found: Sequence[SwarmTask],
    nodes: Sequence[SwarmNode],
    containers: Sequence[Container],
    services: Sequence[SwarmService],
) -> NetworkContainer | None:
    """How a service of a Swarm stands that is a network container; None for any other."""
    labels = tasks.own_labels(own)
    if labels is None:
        return None
    task = counts(found, own.id)
    here = is_here(engine, task)
    node = next((node for node in nodes if task is not None and node.id == task.node), None)
    said: Event | None = None
    error: str | None = NOWHERE
    if task is not None:
        said, error = await heard(engine, task)
    if node is not None and not here and said is None and error is None:
        # A log through the Swarm ends at once where a node is lost, as if there were nothing in it.
        error = f"nothing of its log comes from its node {node.name}"
    if node is not None and not node.ready and said is None:
        error = f"its node {node.name} is not heard of"
    names = {container.id: container.name for container in containers}
    container = Container(
        id=task.container if task is not None else own.id,
        name=names.get(task.container, own.name) if task is not None else own.name,
        image=own.image,
        state=task.state if task is not None else "nowhere",
        status=task.error if task is not None else "",
        network_mode="",
        labels=own.labels,
    )
    why = why_not(found, task, nodes) or error
    service = next((each for each in services if each.name == labels.service), None)
    return _advised(
        msgspec.structs.replace(
            network_container(
                container, labels, said, datetime.now(UTC), clock.boot(), why or None
            ),
            node=node.name if node is not None else "",
            seed=engine.engine.swarm.cluster if engine.engine.swarm is not None else "",
            elsewhere=not here,
            remedy=command("docker", "service", "ps", "--no-trunc", own.name),
            again=tasks.again(own, labels, service),
        ),
        labels,
    )


def why_not(found: Sequence[SwarmTask], task: SwarmTask | None, nodes: Sequence[SwarmNode]) -> str:
    """Why a task does not run, in Docker's words, and what to do about it where that is known;
    empty: nothing is told. ``found``: those of its service, too."""
    told = failed(found, task)
    if told is None:
        return ""
    if not told.no_image:
        return told.error
    at = next((node.name for node in nodes if node.id == told.node), "its node")
    # In quotes: it is not for the host of this command.
    return f"{told.error}; on {at}: 'netc image build'"


def _advised(own: NetworkContainer, labels: Labels) -> NetworkContainer:
    found = own.health.finding
    if found is None:
        return own
    health: Health = msgspec.structs.replace(own.health, finding=advised(found, own))
    return msgspec.structs.replace(own, health=health)


def is_here(engine: EngineApi, task: SwarmTask | None) -> bool:
    """Does a task run on this engine?"""
    swarm = engine.engine.swarm
    return task is not None and swarm is not None and bool(task.node) and task.node == swarm.node


async def lines(engine: EngineApi, task: SwarmTask, tail: int = TAIL) -> tuple[bytes, ...]:
    """The last lines of the log of a task, on this node or another."""
    if not task.container:
        return ()
    if is_here(engine, task):
        return await engine.log(task.container, tail)
    return await engine.swarm.log(task.id, tail)


async def heard(engine: EngineApi, task: SwarmTask) -> tuple[Event | None, str | None]:
    """What a task of a network container said last, and why its log cannot be read, if so. Raises
    NetcError when the engine is away."""
    try:
        async with asyncio.timeout(PATIENCE):
            return fold(await lines(engine, task)), None
    except (TimeoutError, NetcError) as error:
        return None, f"its log cannot be read: {_why(error)}"


async def service(engine: EngineApi, name: str, containers: Sequence[Container]) -> Service | None:
    """The service of this engine's Swarm of that name, with its network container; None when there
    is none. Raises NetcError where the engine is not told."""
    member = engine.engine.swarm
    if member is None:
        return None
    seen = await see(engine, containers)
    if seen.services is None and member.manager:
        raise NetcError(f"nothing is known of {name!r}: {seen.remark}")
    name = name.removeprefix(OF_SWARM)
    for found in tasks.folded(containers, seen.services, seen.own):
        if name in (found.name.removeprefix(OF_SWARM), found.id):
            if not member.manager:
                raise elsewhere(name)
            return found
    return None


def elsewhere(name: str) -> NetcError:
    """The error for a service of which a worker is not told."""
    return NetcError(
        f"{name} is a service of a Swarm, and this engine a worker of it: give the command on a"
        " manager ('docker node ls' there shows which those are)",
        Exit.NO_SERVICE,
    )


async def refuse(
    engine: EngineApi, name: str, containers: Sequence[Container], instead: str
) -> None:
    """Raise NetcError (usage) when a name is that of a service of the Swarm, for which something
    cannot be done; what can be done ``instead``."""
    if await service(engine, name, containers) is not None:
        raise NetcError(f"{name} is a service of a Swarm: {instead}", Exit.USAGE)


async def own_of(engine: EngineApi, service: str) -> NetworkContainer:
    """The network container of a service of a Swarm. Raises NetcError when it is gone."""
    seen = await see(engine, await engine.containers())
    service = service.removeprefix(OF_SWARM)
    if service not in seen.own:
        name = container_name(service)
        untold = seen.remark if seen.services is None else ""
        raise NetcError(untold or f"{name} was removed by somebody else meanwhile")
    return seen.own[service]
