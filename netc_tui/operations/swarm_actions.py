"""What each step does that turns a service of a Swarm on or off: see ``actions``."""

import asyncio
from contextlib import suppress

from netc_tui.core import swarm_steps as plan
from netc_tui.core.errors import NetcError
from netc_tui.core.lease import Event
from netc_tui.core.swarm_world import NODE
from netc_tui.core.tasks import own_labels
from netc_tui.engine import Conflict, Refused
from netc_tui.operations.actions import Actors, do, undo

PATIENCE = 15.0
"""Seconds in which tasks end, and let go of what they use."""
PAUSE = 0.2


@do.register(plan.CreateNodeNetwork)
@do.register(plan.CreateSwarmNetwork)
async def _(
    step: plan.CreateNodeNetwork | plan.CreateSwarmNetwork, actors: Actors, bound: Event | None
) -> None:
    await actors.engine.swarm.create_network(step)


@do.register
async def _(step: plan.LabelNode, actors: Actors, bound: Event | None) -> None:
    await actors.engine.swarm.label_node(step.node, step.key, step.text)


@do.register
async def _(step: plan.UnlabelNode, actors: Actors, bound: Event | None) -> None:
    own = map(own_labels, await actors.engine.swarm.services())
    if any(labels is not None and NODE + labels.interface == step.key for labels in own):
        return  # somebody has come to use it meanwhile: the Swarm would end that one's task
    await actors.engine.swarm.label_node(step.node, step.key, None)


@do.register
async def _(step: plan.CreateConfig, actors: Actors, bound: Event | None) -> None:
    await actors.engine.swarm.create_config(step.name, step.text, step.labels)


@undo.register
async def _(step: plan.CreateConfig, actors: Actors) -> None:
    with suppress(NetcError):  # the next `down` removes it
        await actors.engine.swarm.remove_config(step.name)


@do.register
async def _(step: plan.CreateSwarmService, actors: Actors, bound: Event | None) -> None:
    await actors.engine.swarm.create(step.spec)


@do.register
async def _(step: plan.UpdateSwarmService, actors: Actors, bound: Event | None) -> None:
    await actors.engine.swarm.update(step.spec, step.version)


@do.register
async def _(step: plan.RemoveSwarmService, actors: Actors, bound: Event | None) -> None:
    swarm = actors.engine.swarm
    tasks = [task.container for task in await swarm.tasks(step.name) if task.running]
    await swarm.remove(step.name)
    # Until they have ended they have the address; those on other nodes the Swarm does not tell of
    # any more.
    until = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < until:
        there = {container.id for container in await actors.engine.containers()}
        if there.isdisjoint(tasks):
            return
        await asyncio.sleep(PAUSE)


@do.register
async def _(step: plan.RemoveConfig, actors: Actors, bound: Event | None) -> None:
    with suppress(Conflict, Refused):  # somebody has come to use it meanwhile
        await actors.engine.swarm.remove_config(step.name)


@do.register
async def _(step: plan.RemoveSwarmNetwork, actors: Actors, bound: Event | None) -> None:
    until = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            await actors.engine.remove_network(step.name)
        except (Conflict, Refused):  # a task that ends, or somebody who has come to use it
            if asyncio.get_running_loop().time() < until:
                await asyncio.sleep(PAUSE)
                continue
        return
