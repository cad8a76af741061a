"""Turning a service off: its network container removed, its lease released."""

import asyncio
from collections.abc import Callable

from netc_tui import sidecar
from netc_tui.core import identity, ownership, plan
from netc_tui.core.plan import Step, World
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory
from netc_tui.operations.actions import Actors
from netc_tui.operations.apply import apply, tidy
from netc_tui.operations.signing import signed


async def preview(engine: EngineApi, service: str) -> tuple[Step, ...]:
    """What ``down`` would do now. Raises NetcError (no service) for a name that nothing has."""
    containers, networks = await asyncio.gather(engine.containers(), engine.networks())
    named = ownership.service_named(service, containers)
    name = identity.container_name(named)
    existing = ownership.paired(containers).get(named, ())
    world = World(
        engine=engine.engine,
        networks=networks,
        existing=existing,
        taken=inventory.taken(name, containers),
        used=plan.used_networks(containers, but=named),
        guests=plan.guests(containers),
        image=sidecar.image(),
        image_built=True,
        signed=await signed(engine, existing),
    )
    steps = plan.down(world, name)
    if not steps and not any(
        container.name == named and not container.ours for container in containers
    ):
        raise inventory.unknown(service, containers)
    return steps


async def down(
    engine: EngineApi, service: str, report: Callable[[Step], None] = lambda _: None
) -> bool:
    """Turn a service off; False when it was off. Raises NetcError."""
    actors = Actors(engine)
    did: list[Step] = []

    def note(step: Step) -> None:
        did.append(step)
        report(step)

    await apply(actors, lambda: preview(engine, service), note)
    if did:
        await tidy(actors, note)
    return bool(did)
