"""Turning a service off: its lease is released, its network container removed."""

import asyncio
from collections.abc import Callable

from netc_tui import sidecar
from netc_tui.core import identity, memos, ownership, plan
from netc_tui.core.model import Container, Keeper, Network
from netc_tui.core.plan import Step, World
from netc_tui.core.wishes import wish
from netc_tui.core.words import command
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory, swarm_up
from netc_tui.operations.actions import Actors
from netc_tui.operations.apply import apply, tidy
from netc_tui.operations.memos import forget, remember_off
from netc_tui.operations.naming import Namer, Publishing, forget_names, names_of
from netc_tui.operations.signing import signed


async def preview(
    engine: EngineApi,
    service: str,
    keeper: Keeper = Keeper.HAND,
    publishing: Publishing | None = None,
) -> tuple[Step, ...]:
    """What ``down`` would do now. Raises NetcError (no service) for a name that nothing has."""
    if (found := await swarm_up.meant(engine, service)) is not None:
        return await swarm_up.preview_down(engine, found)
    return await _plan(engine, service, keeper, publishing, *await _look(engine))


async def down(
    engine: EngineApi,
    service: str,
    report: Callable[[Step], None] = lambda _: None,
    *,
    keeper: Keeper = Keeper.HAND,
    publishing: Publishing | None = None,
    remark: Callable[[str], None] = lambda _: None,
) -> bool:
    """Turn a service off; False when it was off. Raises NetcError. A name that cannot be taken back
    keeps nobody from that: ``remark`` is told.

    One whose labels ask for a network container stays off from then on, whatever they ask, until it
    is turned on by hand or given back to them: ``remark`` is told how.
    ``keeper``: who turns it off; LABELS leaves alone what an operator turned on.
    """
    if (found := await swarm_up.meant(engine, service)) is not None:
        return await swarm_up.down(engine, found, report, remark)
    namer = Namer(publishing, engine) if publishing is not None else None
    actors = Actors(engine, namer)
    did: list[Step] = []
    left_off = ""

    async def make() -> tuple[Step, ...]:
        nonlocal left_off
        containers, networks = await _look(engine)
        steps = await _plan(engine, service, keeper, publishing, containers, networks)
        name = ownership.service_named(service, containers)
        named = inventory.named(name, containers)
        if keeper is Keeper.HAND and named is not None and wish(named) is not None:
            # Before it is off: a watcher that sees it gone sees why.
            await remember_off(engine, named, containers)
            left_off = named.name
        for own in ownership.paired(containers).get(name, ()) if steps else ():
            if await inventory.stands_by(engine, own):
                # Nor must a watcher that sees it gone take them back.
                await forget_names(engine, own)
        return steps

    def note(step: Step) -> None:
        did.append(step)
        report(step)

    await apply(actors, make, note)
    if did:
        await tidy(actors, note)
    if namer is not None and namer.not_back is not None:
        remark(f"{service}: its name was not taken back: {namer.not_back}")
    if left_off:
        await forget(engine, [memos.auto_name(left_off)])
        back = command("netc", "auto", left_off)
        asks = "its labels ask for it, but it stays off"
        remark(f"{service}: {asks}; back to its labels with: {back}")
    return bool(did)


async def _look(engine: EngineApi) -> tuple[tuple[Container, ...], tuple[Network, ...]]:
    return await asyncio.gather(engine.containers(), engine.networks())


async def _plan(
    engine: EngineApi,
    service: str,
    keeper: Keeper,
    publishing: Publishing | None,
    containers: tuple[Container, ...],
    networks: tuple[Network, ...],
) -> tuple[Step, ...]:
    named = ownership.service_named(service, containers)
    name = identity.container_name(named)
    existing = ownership.paired(containers).get(named, ())
    if keeper is Keeper.LABELS:
        handed = memos.handed(await engine.memos())
        if not (existing and ownership.by_labels(existing[0], handed)):
            return ()
    # What leads to an address that another has is that one's.
    if existing and await inventory.stands_by(engine, existing[0]):
        publishing = None
    world = World(
        engine=engine.engine,
        networks=networks,
        existing=existing,
        taken=inventory.taken(name, containers),
        used=plan.used_networks(containers, but=named),
        guests=plan.guests(containers),
        image=sidecar.image(),
        image_built=True,
        signed=await signed(engine, existing, keeper),
        zone=publishing.zone if publishing is not None else None,
        named=await names_of(engine, named, publishing),
    )
    steps = plan.down(world, name)
    if not steps and not any(
        container.name == named and not container.ours for container in containers
    ):
        raise inventory.unknown(service, containers)
    return steps
