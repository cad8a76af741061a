"""What runs beside all else, by names."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from netc_tui.core.errors import NetcError
from netc_tui.desk.watchers import AGAIN, Watchers
from tests.desk.opened import Told
from tests.tui import simulated


def spawn(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    return asyncio.create_task(work, name=name)


def test_one_that_ends_is_begun_again_and_what_it_failed_of_is_said() -> None:
    async def work() -> None:
        told, began = Told(), []

        async def watch() -> None:
            began.append(asyncio.get_running_loop().time())
            if len(began) == 1:
                raise NetcError("not now")
            if len(began) == 2:
                raise ValueError(7)

        watchers = Watchers(spawn, told)
        watchers.keep("rules", watch)
        assert "rules" in watchers
        await asyncio.sleep(2.5 * AGAIN)
        assert began == [0, AGAIN, 2 * AGAIN]
        assert told.said == ["rules: not now", "a defect of netc in watching rules: ValueError(7)"]
        watchers.end("rules")
        watchers.end("rules")
        assert "rules" not in watchers
        await asyncio.sleep(2 * AGAIN)
        assert len(began) == 3

    simulated.run(work())


def test_one_that_follows_is_begun_anew_for_something_else_alone() -> None:
    async def work() -> None:
        began: list[str] = []

        async def watch(what: str) -> None:
            began.append(what)
            await asyncio.Event().wait()

        watchers = Watchers(spawn, Told())
        for wanted in ("web", "web", "db"):
            watchers.follow("path", (wanted,), lambda wanted=wanted: watch(wanted))
            await asyncio.sleep(1)
        assert began == ["web", "db"]
        watchers.follow("path", ())
        assert "path" not in watchers

    simulated.run(work())


def test_what_is_done_later_can_be_given_up() -> None:
    async def work() -> None:
        did: list[int] = []
        watchers = Watchers(spawn, Told())
        watchers.later("leaving", 10, lambda: did.append(1))
        await asyncio.sleep(9)
        watchers.end("leaving")
        await asyncio.sleep(9)
        assert did == []
        watchers.later("leaving", 10, lambda: did.append(2))
        await asyncio.sleep(11)
        assert did == [2]

    simulated.run(work())
