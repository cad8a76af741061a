"""What each step of a plan does: the one place that leads from a step to an action.

Here is also what takes it back when a later step cannot be done.
"""

import asyncio
from contextlib import suppress
from functools import singledispatch
from typing import Protocol

import msgspec

from netc_tui.core import plan, records
from netc_tui.core.errors import NetcError
from netc_tui.core.lease import Event
from netc_tui.core.plan import Step
from netc_tui.core.records import Record
from netc_tui.engine import Conflict, EngineApi, Stuck
from netc_tui.operations import image
from netc_tui.operations.naming import Namer

GRACE = 5
"""Seconds a network container has to release its lease."""
TELLING = 2.0
"""Seconds that the engine has to take note of who did it, which does not keep anybody from it."""


class Handing(Protocol):
    """Who moves an address from one network container to another."""

    async def verify(self) -> None:
        """Look at the path through the one that is to have it. Raises NetcError (path)."""
        ...

    async def switch(self) -> None:
        """Have the other leave it. Raises NetcError when it did not come to it."""
        ...


class Actors(msgspec.Struct, frozen=True):
    """All that acts for a step: a field each, handed on as one value."""

    engine: EngineApi
    namer: Namer | None = None
    """None: names are not published."""
    handing: Handing | None = None
    """None: nothing is moved."""


@singledispatch
async def do(step: Step, actors: Actors, bound: Event | None) -> None:
    """Do a step. ``bound`` is what the network container said last, with its address; None where
    there is no lease yet, or none is waited for.

    Raises NetcError: Conflict or Gone where a new plan may help, Refused where none does.
    """
    raise NotImplementedError(f"no action for {type(step).__name__}")


@singledispatch
async def undo(step: Step, actors: Actors) -> None:
    """Take back a step that was done, as far as it left something behind."""


@do.register
async def _(step: plan.BuildImage, actors: Actors, bound: Event | None) -> None:
    await image.build(actors.engine, step.base)


@do.register(plan.CreateNetwork)
@do.register(plan.CreatePrivateNetwork)
async def _(
    step: plan.CreateNetwork | plan.CreatePrivateNetwork, actors: Actors, bound: Event | None
) -> None:
    await actors.engine.create_network(step)


@undo.register(plan.CreateNetwork)
@undo.register(plan.CreatePrivateNetwork)
async def _(step: plan.CreateNetwork | plan.CreatePrivateNetwork, actors: Actors) -> None:
    with suppress(NetcError):  # the next `down` removes it
        await actors.engine.remove_network(step.name)


@do.register
async def _(step: plan.ConnectService, actors: Actors, bound: Event | None) -> None:
    await actors.engine.connect(step.container, step.network)


@undo.register
async def _(step: plan.ConnectService, actors: Actors) -> None:
    with suppress(NetcError):
        await actors.engine.disconnect(step.container, step.network)


@do.register
async def _(step: plan.DisconnectService, actors: Actors, bound: Event | None) -> None:
    await actors.engine.disconnect(step.container, step.network)


async def tell(engine: EngineApi, name: str, record: Record | None) -> None:
    """Have the engine remember a record of a network container. It takes a millisecond; where the
    engine runs nothing there it cannot be told, and that is no hindrance."""
    if record is not None:
        with suppress(NetcError, TimeoutError):
            async with asyncio.timeout(TELLING):
                await engine.tell(name, records.command(record))


@do.register
async def _(step: plan.RemoveContainer, actors: Actors, bound: Event | None) -> None:
    await tell(actors.engine, step.name, step.record)
    await actors.engine.remove(step.name, GRACE)


@do.register
async def _(step: plan.CreateContainer, actors: Actors, bound: Event | None) -> None:
    await actors.engine.create(step.spec)


@undo.register
async def _(step: plan.CreateContainer, actors: Actors) -> None:
    await actors.engine.remove(step.spec.name, GRACE)


@do.register
async def _(step: plan.PutFiles, actors: Actors, bound: Event | None) -> None:
    engine = actors.engine
    for name, text in step.files.items():
        if await engine.read_file(step.name, name) != text.encode():
            # Never without need: another netc may just have started it, and while a file is
            # written anew half of it may be read.
            await engine.put_files(step.name, step.files)
            return


@do.register
async def _(step: plan.Connect, actors: Actors, bound: Event | None) -> None:
    await actors.engine.connect(step.name, step.network, lan=True)


@do.register
async def _(step: plan.Start, actors: Actors, bound: Event | None) -> None:
    try:
        await actors.engine.start(step.name)
    except Stuck:
        await actors.engine.remove(step.name, GRACE)
        raise
    await tell(actors.engine, step.name, step.record)


@do.register
async def _(step: plan.PublishName, actors: Actors, bound: Event | None) -> None:
    if actors.namer is not None and bound is not None:
        await actors.namer.publish(step, bound)


@do.register
async def _(step: plan.WithdrawName, actors: Actors, bound: Event | None) -> None:
    if actors.namer is not None:
        await actors.namer.withdraw(step)


@do.register
async def _(step: plan.Verify, actors: Actors, bound: Event | None) -> None:
    if actors.handing is not None:
        await actors.handing.verify()


@do.register
async def _(step: plan.HandOver, actors: Actors, bound: Event | None) -> None:
    if actors.handing is not None:
        await actors.handing.switch()


@do.register
async def _(step: plan.RemoveNetwork, actors: Actors, bound: Event | None) -> None:
    with suppress(Conflict):  # somebody has come to use it meanwhile
        await actors.engine.remove_network(step.name)
