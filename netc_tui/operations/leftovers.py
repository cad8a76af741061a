"""Names that were left behind: their network containers are gone, and whoever removed them was not
netc, was killed before, or could not reach the name server."""

import asyncio
from collections.abc import Callable, Collection

from netc_tui.core import named
from netc_tui.core.findings import Finding
from netc_tui.core.named import NameMemo
from netc_tui.core.ownership import owned
from netc_tui.core.patience import GRACE
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory
from netc_tui.operations.naming import Namer, Publishing, Shortfall, keep_name, zone_of


async def left_behind(
    engine: EngineApi, publishing: Publishing, lapsed: Collection[str] = ()
) -> tuple[NameMemo, ...]:
    """Those that there are now, and those of network containers that have no address, of which
    ``lapsed`` are the client-ids. Raises NetcError when the engine is away."""
    found = named.written(await engine.memos())
    if not found:
        return ()
    # After that: a network container is there before its name is written down.
    containers = await engine.containers()
    whose = engine.engine.id, publishing.by, publishing.zone
    return named.left(found, containers, *whose, lapsed)


async def take_back(
    engine: EngineApi, publishing: Publishing, each: NameMemo, lapsed: Collection[str] = ()
) -> Shortfall | None:
    """Take one back, unless a network container has come that is to have it; returns what is wrong
    with that. Raises NetcError when the engine is away."""
    if each not in await left_behind(engine, publishing, lapsed):
        return None
    namer = Namer(publishing, engine)
    await namer.take_back(each)
    return Shortfall(namer.not_back, namer.silent) if namer.not_back else None


def not_taken_back(each: NameMemo, why: Finding) -> str:
    """What to say of it."""
    return f"its name {each.published.name} is not taken back: {why}"


def not_published(why: Finding) -> str:
    """What to say of a name that there is not."""
    return f"its name is not published: {why}"


async def tend(
    engine: EngineApi,
    publishing: Publishing,
    say: Callable[[str], None],
) -> int:
    """Take back what was left behind, and have all other names as they ought to be, once; returns
    of how many that cannot be. Raises NetcError when the engine is away."""
    wrong = 0
    silent: set[str] = set()
    if left := await left_behind(engine, publishing):
        # One that is made anew is gone in between.
        await asyncio.sleep(GRACE)
    for each in left:
        if (zone := each.published.zone) in silent:
            continue
        if (short := await take_back(engine, publishing, each)) is not None:
            say(f"{each.service}: {not_taken_back(each, short.why)}")
            wrong += 1
            if short.silent:
                silent.add(zone)
    for own in owned(await engine.containers()):
        said = await inventory.lease(engine, own.container) if own.container.running else None
        if said is None or said.ip is None or (zone := zone_of(publishing, said)) in silent:
            continue
        if (short := await keep_name(engine, publishing, own, said)) is not None:
            say(f"{own.service}: {not_published(short.why)}")
            wrong += 1
            if short.silent:
                silent.add(zone)
    return wrong
