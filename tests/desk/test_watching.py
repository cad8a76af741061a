"""What a desk watches, without any screen."""

import asyncio
from collections.abc import Callable

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.desk.watching import AGAIN
from netc_tui.operations.live.interfaces import Links
from netc_tui.operations.up import Request, up
from tests.desk.opened import Open
from tests.tui import simulated
from tests.tui.stage import LINKS, Stage


def test_the_engine_is_waited_for_while_it_is_connected_and_not_when_it_is_away(
    stage: Stage,
) -> None:
    async def work() -> None:
        engine = stage.engine()
        here = Open(engine, stage.clock)
        watching = here.desk.watching
        assert watching.engine is None
        assert await watching.connected() is watching.engine
        engine.away = "no answer"
        await here.until(lambda: here.desk.site.connection.error is not None)
        with pytest.raises(NetcError, match="no answer"):
            await watching.connected()
        engine.away = None
        await here.until(lambda: here.desk.site.connection.alive)
        assert await watching.connected() is watching.engine
        assert here.told.said == ["the engine is back"]
        here.close()

    simulated.run(work())


def test_a_watcher_that_fails_is_told_of_and_begun_again_and_the_others_go_on(
    stage: Stage,
) -> None:
    tries: list[float] = []

    async def broken(deliver: Callable[[Links], None]) -> None:
        tries.append(asyncio.get_running_loop().time())
        if len(tries) == 1:
            raise OSError(97, "Address family not supported")
        if len(tries) == 2:
            raise NetcError("not now")
        deliver(Links(LINKS))
        await asyncio.Event().wait()

    async def work() -> None:
        engine = stage.engine()
        here = Open(engine, stage.clock, broken)
        await here.until(lambda: bool(here.told.said))
        engine.run("web")
        await here.until(lambda: here.desk.service("web") is not None)
        assert here.desk.site.interfaces == ()
        await here.until(lambda: here.desk.site.interfaces != ())
        first, second = here.told.said
        assert first.startswith("a defect of netc in watching interfaces: OSError(97")
        assert second == "interfaces: not now"
        assert [after - tries[0] for after in tries[1:]] == [AGAIN, 2 * AGAIN]
        here.close()

    simulated.run(work())


def test_rules_and_clients_are_read_of_one_network_container_at_most(stage: Stage) -> None:
    async def work() -> None:
        engine = stage.engine()
        for name in ("web", "db"):
            engine.run(name)
            await up(engine, Request(name, "eth1"))
        engine.calls.clear()
        here = Open(engine, stage.clock)
        await here.until(lambda: here.address("db") is not None)

        def read() -> set[str]:
            found = {call[1] for call in engine.calls if call[0] == "execute"}
            engine.calls.clear()
            return found

        for service in ("web", "db"):
            here.desk.watching.watch_rules(here.desk.service(service))
            await asyncio.sleep(20)
            assert read() == {f"netc-{service}"}
            known = here.desk.site.rules_known
            assert known is not None
            assert known.network_container == f"netc-{service}"
        here.desk.watching.watch_rules(None)
        await asyncio.sleep(20)
        assert read() == set()
        for service in ("web", "db"):
            here.desk.watching.watch_clients(here.desk.service(service))
            await asyncio.sleep(20)
            assert read() == {f"netc-{service}"}
            assert here.desk.site.clients is not None
            assert here.desk.site.clients.network_container == f"netc-{service}"
        here.desk.watching.watch_clients(None)
        await asyncio.sleep(20)
        assert read() == set()
        here.close()

    simulated.run(work())
