"""Giving a service back to its labels, after an operator turned it on or off by hand."""

import asyncio
from datetime import UTC, datetime

import msgspec

from netc_tui.core import memos, ownership
from netc_tui.core.errors import NetcError
from netc_tui.core.keeping import Written, keepings
from netc_tui.core.model import Keeping
from netc_tui.core.wishes import ENABLE, Vain, wish
from netc_tui.engine import EngineApi
from netc_tui.operations import inventory, swarm
from netc_tui.operations.memos import note


class Given(msgspec.Struct, frozen=True):
    """What came of it."""

    service: str
    changed: bool
    """False: it was its labels' already."""
    keeping: Keeping
    """How it stands now."""


async def auto(engine: EngineApi, service: str, now: datetime | None = None) -> Given:
    """Have its labels keep it from now on: one that is off is turned on by ``netc watch`` as they
    ask; one that is on stays on, and is made anew by it only if they ask otherwise.

    Raises NetcError: no service, or its labels ask for nothing. ``now``: by another clock than this
    machine's.
    """
    containers, written = await asyncio.gather(engine.containers(), engine.memos())
    name = ownership.service_named(service, containers)
    named = inventory.named(name, containers)
    if named is None:
        await swarm.refuse(
            engine, service, containers, "its labels are not followed; netc up and netc down do it"
        )
    if named is None or named.ours:
        raise inventory.unknown(service, containers)
    asked = wish(named)
    if asked is None:
        raise NetcError(
            f"the labels of {name} do not ask for a network container; with the label"
            f" {ENABLE}=true they do"
        )
    if isinstance(asked, Vain):
        raise NetcError(f"the labels of {name} ask in vain: {asked.why}")
    changed = False
    for own in ownership.paired(containers).get(name, ())[:1]:
        if not ownership.by_labels(own, memos.handed(written)):
            await note(engine, memos.auto(name, own.container.id), containers)
            changed = True
    for memo in written:
        if memos.says_off(memo, name, named.id):
            await engine.remove_memo(memo.name)
            changed = True
    found = Written.of(await engine.memos(), now or datetime.now(UTC))
    return Given(name, changed, keepings(containers, found)[name])
