"""What an engine remembers, asked for when something was done and not all the time."""

import asyncio

from netc_tui.core.model import Remembered
from netc_tui.engine import Refused
from netc_tui.operations.live import memory
from tests.machine import run
from tests.twin import FakeEngine


def test_it_is_asked_again_when_something_was_done_and_not_before() -> None:
    async def work() -> None:
        engine, done, told = FakeEngine(), asyncio.Event(), list[Remembered]()
        watcher = asyncio.create_task(memory.watch(engine, done, told.append))
        await asyncio.sleep(60)
        assert len(told) == 1
        engine.run("web")
        done.set()
        done.set()
        await asyncio.sleep(0)
        assert len(told) == 1, "what belongs together comes together"
        await asyncio.sleep(60)
        assert len(told) == 2
        assert told[1].until is not None
        assert told[0].until is None
        refuse = [True]

        def before(call: tuple[str, ...]) -> None:
            if call == ("remembered",) and refuse[0]:
                raise Refused("a proxy does not let that pass")

        engine.before = before
        done.set()
        await asyncio.sleep(60)
        refuse[0] = False
        assert len(told) == 2
        done.set()
        await asyncio.sleep(60)
        assert len(told) == 3
        watcher.cancel()

    run(work())
