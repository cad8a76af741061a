"""A plan carried out, step by step, and again from a new look when the ground moved meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from netc_tui.core import plan
from netc_tui.core.errors import NetcError
from netc_tui.core.plan import Step
from netc_tui.engine import Conflict, EngineApi, Gone, Refused
from netc_tui.operations import image

ATTEMPTS = 6
GRACE = 5
"""Seconds a network container has to release its lease."""

Report = Callable[[Step], None]


async def apply(
    engine: EngineApi, make: Callable[[], Awaitable[tuple[Step, ...]]], report: Report
) -> None:
    """Make a plan and carry it out.

    Another netc, or Docker itself, may come in between: what exists already or is gone by now
    leads to a new plan, a few times. Raises NetcError when a step fails for good; what was
    created until then, a network container that cannot be started for one, is removed again.
    """
    done: list[Step] = []
    for attempt in range(1, ATTEMPTS + 1):
        steps = await make()
        try:
            for step in steps:
                report(step)
                await _do(engine, step)
                done.append(step)
        except (Conflict, Gone):
            if attempt == ATTEMPTS:
                raise
            await asyncio.sleep(0.05 * 2**attempt)
        except Refused:
            await _undo(engine, done)
            raise
        else:
            return


async def tidy(engine: EngineApi, report: Report) -> None:
    """Remove networks of ours that nobody is on any more: of several netcs that each took one
    network container away, none knew at first that it was the last."""

    async def make() -> tuple[Step, ...]:
        containers, networks = await asyncio.gather(engine.containers(), engine.networks())
        return plan.orphans(networks, plan.used_networks(containers), plan.guests(containers))

    await apply(engine, make, report)
    # The last that ran an image which lost its name may have been among them.
    await engine.tidy_images()


async def _do(engine: EngineApi, step: Step) -> None:
    match step:
        case plan.BuildImage(base=base):
            await image.build(engine, base)
        case plan.CreateNetwork():
            await engine.create_network(step)
        case plan.CreatePrivateNetwork():
            await engine.create_network(step)
        case plan.ConnectService(container=name, network=network):
            await engine.connect(name, network)
        case plan.DisconnectService(container=name, network=network):
            await engine.disconnect(name, network)
        case plan.RemoveContainer(name=name):
            await engine.remove(name, GRACE)
        case plan.CreateContainer(spec=spec):
            await engine.create(spec)
        case plan.PutFiles(name=name, files=files):
            await engine.put_files(name, files)
        case plan.Connect(name=name, network=network):
            await engine.connect(name, network, lan=True)
        case plan.Start(name=name):
            await engine.start(name)
        case plan.RemoveNetwork(name=name):
            with suppress(Conflict):  # somebody has come to use it meanwhile
                await engine.remove_network(name)


async def _undo(engine: EngineApi, done: Sequence[Step]) -> None:
    for step in reversed(done):
        match step:
            case plan.CreateContainer(spec=spec):
                await engine.remove(spec.name, GRACE)
            case plan.ConnectService(container=name, network=network):
                with suppress(NetcError):
                    await engine.disconnect(name, network)
            case plan.CreateNetwork(name=name) | plan.CreatePrivateNetwork(name=name):
                with suppress(NetcError):  # the next `down` removes it
                    await engine.remove_network(name)
