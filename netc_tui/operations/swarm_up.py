"""Turning a service of a Swarm on and off, on a manager of it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from netc_tui import sidecar
from netc_tui.core import identity, ports, tasks
from netc_tui.core import swarm_plan as plan
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event
from netc_tui.core.model import Container, NetworkContainer
from netc_tui.core.plan import BuildImage, Step, Wanted, When
from netc_tui.core.swarm import KNOWN_BY, OF_SWARM, SwarmService
from netc_tui.core.swarm_steps import UpdateSwarmService
from netc_tui.core.swarm_world import (
    PART,
    SwarmWanted,
    SwarmWorld,
    by_hand,
    carriers,
    lan_subnet,
    node_label,
)
from netc_tui.core.words import command
from netc_tui.engine import EngineApi
from netc_tui.operations import image, interfaces, swarm, swarm_actions
from netc_tui.operations.actions import Actors
from netc_tui.operations.apply import apply
from netc_tui.operations.interfaces import ReadLinks
from netc_tui.operations.swarm_waiting import bound

if TYPE_CHECKING:
    from netc_tui.operations.up import Request

_ = swarm_actions  # what the steps do is registered there
ENDING = 20.0
"""Seconds for what is to be done at the end, when turning on was broken off."""


class Meant(msgspec.Struct, frozen=True):
    """A service of a Swarm that an operator named."""

    name: str
    service: SwarmService | None
    """None: it is gone, and has left its network container."""


async def meant(engine: EngineApi, given: str) -> Meant | None:
    """The service of this engine's Swarm that has this name or id, unless a container has it. With
    ``OF_SWARM`` before the name it is meant whatever is called so.

    Raises NetcError where it is one, and this engine cannot do anything about it.
    """
    member = engine.engine.swarm
    if member is None:
        return None
    containers = await engine.containers()
    name = given.removeprefix(OF_SWARM)
    if name == given and any(
        name in (container.name, container.id, container.id[:12]) for container in containers
    ):
        return None
    if not member.manager:
        if name in {tasks.service_of(container) for container in containers}:
            raise swarm.elsewhere(name)
        return None
    services = await engine.swarm.services()
    for service in services:
        labels = tasks.own_labels(service)
        if labels is None and name in (service.name, service.id, service.id[:12]):
            return Meant(service.name, service)
    own = (tasks.own_labels(service) for service in services)
    left = {labels.service for labels in own if labels is not None}
    # Of what a netc left that was killed, its rules go last.
    left |= {config.labels.get(PART, "") for config in await engine.swarm.configs()}
    return Meant(name, None) if name in left else None


async def _world(engine: EngineApi, base: str | None) -> SwarmWorld:
    services, nodes, configs, networks, containers, built = await asyncio.gather(
        engine.swarm.services(),
        engine.swarm.nodes(),
        engine.swarm.configs(),
        engine.networks(),
        engine.containers(),
        engine.image(identity.NOWHERE + sidecar.image()),
    )
    plain = (each for each in containers if not tasks.is_own(each))
    return SwarmWorld(
        engine=engine.engine,
        networks=networks,
        services=services,
        nodes=nodes,
        configs=configs,
        image=identity.NOWHERE + sidecar.image(),
        image_built=image.fits(built, base, engine.engine),
        base=base,
        busy=frozenset(name for each in plain for name in each.addresses),
    )


async def preview(
    engine: EngineApi, found: Meant, request: "Request", links: ReadLinks | None = None
) -> tuple[Wanted, tuple[Step, ...]]:
    """What ``up`` would do now. Raises what ``up`` raises before it does anything."""
    for asked, why in (
        (request.name, "names of those are not published"),
        (request.seed, "the identity of those comes from the Swarm's id; --mac chooses one"),
    ):
        if asked:
            raise NetcError(f"{found.name} is a service of a Swarm, and {why}", Exit.USAGE)
    seen, world, containers = await asyncio.gather(
        interfaces.seen(engine, links), _world(engine, request.base), engine.containers()
    )
    seen.check_known(request.interface)
    service = next((each for each in world.services if each.name == found.name), None)
    if service is None:
        raise NetcError(f"the service {found.name} is gone from the Swarm", Exit.NO_SERVICE)
    overlay = plan.overlay(service, world.networks, request.network)
    wanted = SwarmWanted(
        service=service,
        interface=request.interface,
        overlay=overlay,
        forwards=await _forwards(engine, service, request, containers),
        identity=identity.derive(
            plan.seed(engine.engine), service.name, mac=request.mac, hostname=request.hostname
        ),
    )
    steps = plan.swarm_up(world, wanted)
    if steps:
        own = await seen.check(request.interface, world.networks)
        wanted = msgspec.structs.replace(wanted, host_addresses=own)
        steps = plan.swarm_up(world, wanted)
    chosen = Wanted(
        service=service.name,
        service_id=service.id,
        interface=request.interface,
        network=overlay.name,
        target=KNOWN_BY + service.name,
        linked=False,
        forwards=wanted.forwards,
        identity=wanted.identity,
        compose=None,
        remarks=_remarks(world, service, request, seen.unknown),
    )
    return chosen, steps


async def _forwards(
    engine: EngineApi, service: SwarmService, request: "Request", containers: Sequence[Container]
) -> tuple[ports.Forward, ...]:
    if asked := ports.parse_all(request.ports):
        return asked
    own = [each for each in containers if tasks.service_of(each) == service.name]
    known = tasks.ports(service.ports, own)
    if not known and (built := await engine.image(service.image)) is not None:
        known = built.ports
    if forwards := ports.unasked(known):
        return forwards
    raise NetcError(
        f"nothing tells here which ports {service.name} exposes (no task of it runs on this node);"
        " say which to forward, as PUB[:PRIV][/PROTO] (on the command line with --port)",
        Exit.NO_SERVICE,
    )


def _remarks(
    world: SwarmWorld, service: SwarmService, request: "Request", unknown: str
) -> tuple[str, ...]:
    """What the operator should know: which nodes it cannot go to yet, and what makes them ready."""
    swarm, interface = world.engine.swarm, request.interface
    found = [swarm.frail] if swarm is not None and swarm.frail else []
    if unknown:
        found.append(f"not checked whether {interface} can carry it: {unknown}")
    ready = {node.id for node in carriers(world, interface)} | {world.here.id}
    lacking = [node for node in world.nodes if node.id not in ready]
    managers = ", ".join(node.name for node in lacking if node.manager)
    workers = ", ".join(node.name for node in lacking if not node.manager)
    # In quotes: what is for another node is not made one for the host of this command.
    if managers:
        again = command("netc", "up", service.name, interface, *_options(request, service))
        found.append(f"it can go to {managers} only when this was given there, too: '{again}'")
    if workers:
        there = command("docker", *by_hand(world, interface))
        key = f"{node_label(interface)}={lan_subnet(world, interface)}"
        label = command("docker", "node", "update", "--label-add", key, "NODE")
        found.append(
            f"it can go to {workers} only when each was made ready: there with 'netc image build'"
            f" and '{there}', then here with: {label}"
        )
    others = ", ".join(node.name for node in carriers(world, interface) if node != world.here)
    own = plan.existing(world, service.name)
    if others and own is not None and own.image != world.image:
        found.append(f"{others} can start its new image only when it is there: 'netc image build'")
    return tuple(found)


def _options(request: "Request", service: SwarmService) -> list[str]:
    """What was chosen, as it is to be chosen on another node, too."""
    given = [("--port", port) for port in request.ports]
    given += [
        (option, text)
        for option, text in (
            ("--hostname", request.hostname),
            ("--mac", request.mac),
            ("--network", request.network if len(service.networks) > 1 else None),
        )
        if text
    ]
    return [word for pair in given for word in pair]


async def up(
    engine: EngineApi,
    found: Meant,
    request: "Request",
    report: Callable[[Step], None] = lambda _: None,
    heard: Callable[[Event], None] = lambda _: None,
    links: ReadLinks | None = None,
    remark: Callable[[str], None] = lambda _: None,
) -> NetworkContainer:
    """Turn a service of a Swarm on and wait until its address is bound. Raises NetcError."""
    actors = Actors(engine)
    did: list[Step] = []
    remarked: list[str] = []

    async def make() -> tuple[Step, ...]:
        wanted, steps = await preview(engine, found, request, links)
        for text in wanted.remarks:
            if text not in remarked:
                remarked.append(text)
                remark(text)
        return steps

    def note(step: Step) -> None:
        did.append(step)
        report(step)

    async def build() -> None:
        async def building() -> tuple[Step, ...]:
            _, steps = await preview(engine, found, request)
            return tuple(step for step in steps if isinstance(step, BuildImage))

        await apply(actors, building, note)

    async def again() -> None:
        await apply(actors, make, note, When.BEFORE_LEASE)

    if not engine.engine.local and links is None:
        links = await interfaces.looked_at(engine, build)
    name = identity.container_name(found.name)
    before = {task.id for task in await engine.swarm.tasks(name)}
    await again()
    anew = any(isinstance(step, UpdateSwarmService) for step in did)
    try:
        await bound(engine, name, request, before if anew else set(), heard, again)
    finally:
        with suppress(NetcError, TimeoutError):
            async with asyncio.timeout(ENDING):
                await apply(actors, make, note, When.END)
    return await swarm.own_of(engine, found.name)


async def preview_down(engine: EngineApi, found: Meant) -> tuple[Step, ...]:
    """What ``down`` would do now."""
    return plan.swarm_down(await _world(engine, None), found.name)


async def down(
    engine: EngineApi,
    found: Meant,
    report: Callable[[Step], None] = lambda _: None,
    remark: Callable[[str], None] = lambda _: None,
) -> bool:
    """Turn a service of a Swarm off; False when it was off. ``remark`` is told what is left on
    nodes that this engine is not. Raises NetcError."""
    did: list[Step] = []
    left: dict[str, list[str]] = {}

    async def make() -> tuple[Step, ...]:
        world = await _world(engine, None)
        steps = plan.swarm_down(world, found.name)
        left.update(plan.left_elsewhere(world, steps))
        return steps

    def note(step: Step) -> None:
        did.append(step)
        report(step)

    await apply(Actors(engine), make, note)
    for network, nodes in left.items():
        there = command("docker", "network", "rm", network)
        remark(f"on {', '.join(nodes)} {network} is left; remove it there with: '{there}'")
    return bool(did)
