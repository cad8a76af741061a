"""The watcher as a process: signals, the service manager, its end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from netc_tui.core.wishes import Policy
from netc_tui.engine import Endpoint, EngineApi, connect
from netc_tui.engine.endpoints import in_force
from netc_tui.host import manager
from netc_tui.operations.naming import Publishing
from netc_tui.watch.watcher import Watcher

ENDING = (signal.SIGTERM, signal.SIGHUP)


async def run(
    policy: Policy,
    say: Callable[[str], None],
    publishing: Publishing | None = None,
    metrics: str | None = None,
    *,
    endpoint: Callable[[], Endpoint] = in_force,
) -> None:
    """Watch the engine there until a signal ends it, and serve ``metrics`` meanwhile. Raises
    NetcError when that cannot be."""

    async def reach() -> EngineApi:
        return await connect(endpoint())

    loop = asyncio.get_running_loop()
    closely = metrics is not None
    watcher = Watcher(
        policy, reach, say, lambda: datetime.now(UTC), closely=closely, publishing=publishing
    )
    async with _told(watcher, metrics, say):
        work = asyncio.create_task(watcher.run(), name="watcher")
        for number in ENDING:
            loop.add_signal_handler(number, work.cancel)
        signs = asyncio.create_task(_signs_of_life(watcher), name="signs of life")
        manager.tell("READY=1")
        try:
            await work
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # Ctrl-C, which says its own words
        finally:
            signs.cancel()
            manager.tell("STOPPING=1")


@asynccontextmanager
async def _told(
    watcher: Watcher, metrics: str | None, say: Callable[[str], None]
) -> AsyncIterator[None]:
    """Serve its metrics meanwhile, if they are asked for."""
    if metrics is None:
        yield
        return
    # The library takes memory that those do without who do not ask for it.
    from netc_tui.watch.exposition import outlet, served
    from netc_tui.watch.metrics import Metrics

    at = outlet(metrics)
    if not at.loopback:
        say(f"warning: whoever reaches {at} can read the metrics; nothing protects them there")
    told = Metrics(watcher.desk.site, lambda: watcher.progress, watcher.desk.now)
    async with served(told, at):
        yield


async def _signs_of_life(watcher: Watcher) -> None:
    patience = manager.patience()
    said = ""
    while True:
        status = f"STATUS={watcher.progress.summary}"
        if status != said:
            manager.tell(status)
            said = status
        if patience is not None:
            manager.tell("WATCHDOG=1")
        await asyncio.sleep(min(patience / 3, 10) if patience is not None else 10)
