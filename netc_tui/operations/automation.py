"""One round of automation: what labels ask for is turned on, and off again when they do not."""

import asyncio
from collections.abc import Callable

from netc_tui.core import memos
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Keeper
from netc_tui.core.patience import GRACE
from netc_tui.core.plan import Step
from netc_tui.core.rounds import DEEDS, Decision, Present, Ruling, decide
from netc_tui.core.wishes import Policy, wish
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory
from netc_tui.operations.actions import Actors
from netc_tui.operations.apply import tidy
from netc_tui.operations.down import down
from netc_tui.operations.leftovers import tend
from netc_tui.operations.naming import Publishing
from netc_tui.operations.up import Request, up

AT_ONCE = 4
"""Services that something is done for at a time."""
LEASE = 10.0
"""Seconds that a lease is waited for. Without one the network container goes on trying by itself:
others need not wait for that."""
LOST = "no lease yet"
"""What came of turning on when there was none in that time."""


async def seen(engine: EngineApi) -> Present:
    """What there is now."""
    containers, networks, written = await asyncio.gather(
        engine.containers(), engine.networks(), engine.memos()
    )
    silent = [
        container
        for container in containers
        if inventory.silent(container) and wish(container) is not None
    ]
    ports = await inventory.inspected(engine, silent)
    off, handed = memos.left_off(written), memos.handed(written)
    return Present(engine.engine.id, containers, networks, ports, off, handed)


async def plan(engine: EngineApi, policy: Policy) -> tuple[Decision, ...]:
    """What a round would do now."""
    return decide(await seen(engine), policy)


async def round_(
    engine: EngineApi,
    policy: Policy,
    say: Callable[[str], None],
    publishing: Publishing | None = None,
) -> int:
    """One round, all of it, and what one that was killed left behind; returns how many deeds
    failed."""
    decided = await plan(engine, policy)
    if any(found.ruling is Ruling.TURN_OFF for found in decided):
        # One that is made anew is gone in between.
        await asyncio.sleep(GRACE)
        again = {found.service: found for found in await plan(engine, policy)}
        decided = tuple(again.get(found.service, found) for found in decided)
    gate = asyncio.Semaphore(AT_ONCE)
    failed = 0

    async def deed(decision: Decision) -> None:
        nonlocal failed
        try:
            async with gate:
                say(f"{decision.service}: {decision.ruling}: {decision.why}")
                came = await carry_out(engine, decision, remark=say, publishing=publishing)
        except NetcError as error:
            if error.code is Exit.ENGINE:
                raise
            failed += 1
            came = error.message
        say(f"{decision.service}: {came}")

    for found in decided:
        if found.ruling is Ruling.REFUSED:
            say(f"{found.service}: its labels ask in vain: {found.why}")
    try:
        async with asyncio.TaskGroup() as group:
            for found in decided:
                if found.ruling in DEEDS:
                    group.create_task(deed(found))
    except BaseExceptionGroup as several:  # of one engine that went away, each says the same
        raise several.exceptions[0] from several
    if publishing is not None:
        failed += await tend(engine, publishing, say)
    await tidy(Actors(engine), lambda step: say(f"left behind: {step}"))
    return failed


async def carry_out(
    engine: EngineApi,
    decision: Decision,
    report: Callable[[Step], None] = lambda _: None,
    remark: Callable[[str], None] = lambda _: None,
    publishing: Publishing | None = None,
) -> str:
    """Do what was decided about one service; returns what came of it, in words. Raises NetcError.

    What an operator did meanwhile goes before it.
    """
    if decision.ruling is Ruling.TURN_OFF:
        changed = await down(
            engine,
            decision.service,
            report,
            keeper=Keeper.LABELS,
            publishing=publishing,
            remark=remark,
        )
        return "off" if changed else "was off already"
    asked = decision.wish
    if asked is None:
        return "nothing to do"
    request = Request(
        service=asked.service,
        interface=asked.interface,
        ports=tuple(map(str, asked.ports)),
        hostname=asked.hostname,
        mac=asked.mac,
        seed=asked.seed,
        network=asked.network or None,
        timeout=LEASE,
        keeper=Keeper.LABELS,
        name=asked.name if publishing is not None else "",
        service_id=asked.service_id,
    )
    try:
        made = await up(engine, request, report, remark=remark, publishing=publishing)
    except NetcError as error:
        if error.code is not Exit.NO_LEASE:
            raise
        return f"{LOST}: {error.message}"
    unnamed = f", but without its name: {made.unnamed}" if made.unnamed is not None else ""
    return f"on: {made.ip} on {made.interface}{unnamed}"
