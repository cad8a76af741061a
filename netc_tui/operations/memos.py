"""Writing down what is to be known of services, and no more than that."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from netc_tui.core import memos
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Container, Memo
from netc_tui.engine import EngineApi


async def remember_off(
    engine: EngineApi, service: Container, containers: Sequence[Container]
) -> None:
    """That an operator turned it off, though its labels ask for it. Nothing when that is known."""
    known = await engine.memos()
    # To write it anew would be to forget it for a moment, in which a watcher may look.
    if service.name not in memos.left_off(known):
        await note(engine, memos.off(service.name, service.id, datetime.now(UTC)), containers)


async def note(engine: EngineApi, memo: Memo, containers: Sequence[Container]) -> None:
    """Write it down, and forget what says nothing any more; ``containers``: all that there are."""
    await engine.write_memo(memo)
    services = {container.name for container in containers if not container.ours}
    ids = {container.id for container in containers}
    await forget(engine, memos.surplus(await engine.memos(), services, ids))


async def forget(engine: EngineApi, names: Iterable[str]) -> None:
    """Forget what need not be known any more. A volume that a container uses stays, which keeps
    nobody from anything. Raises NetcError when the engine is away."""
    came = await asyncio.gather(*map(engine.remove_memo, names), return_exceptions=True)
    for error in came:
        if isinstance(error, NetcError) and error.code is not Exit.ENGINE:
            continue
        if error is not None:
            raise error
