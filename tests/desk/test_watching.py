"""What a desk watches, without any screen."""

import asyncio
from collections.abc import Callable, Mapping

import msgspec
import pytest

from netc_tui.core.errors import NetcError
from netc_tui.core.traffic import Counters
from netc_tui.desk.watchers import AGAIN
from netc_tui.desk.watching import FEEDS
from netc_tui.engine import EngineApi
from netc_tui.operations.live.interfaces import Links
from netc_tui.operations.up import Request, up
from tests.desk.opened import Open
from tests.machine import link
from tests.tui import simulated
from tests.tui.simulated import BEGIN
from tests.tui.stage import LINKS, LOCAL, Stage


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


def test_what_passes_is_known_while_the_engine_answers_and_its_totals_go_on(stage: Stage) -> None:
    asked: list[float] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        engine = stage.engine()
        engine.run("web")
        await up(engine, Request("web", "eth1"))
        stage.passing = {"web": 10}

        def counted(wanted: Mapping[str, str]) -> Mapping[str, Counters]:
            asked.append(loop.time())
            return stage.counted(engine, wanted)

        here = Open(engine, stage.clock, counted=counted)
        site = here.desk.site
        await here.until(lambda: "web" in site.passing)
        assert not site.counters_coming("web")
        await asyncio.sleep(20)
        before = site.passing["web"].total
        engine.away = "no answer"
        await here.until(lambda: site.connection.error is not None)
        assert site.passing == {}
        asked.clear()
        await asyncio.sleep(60)
        assert asked == [], "nothing is read while nobody can tell whose it is"
        engine.away = None
        await here.until(lambda: "web" in site.passing)
        after = site.passing["web"]
        assert after.total.packets > before.packets
        assert after.since == BEGIN
        engine.stop("netc-web")
        await here.until(lambda: site.passing == {})
        stage.passing = {}
        engine.run("db")
        await up(engine, Request("db", "eth1"))
        await here.until(lambda: here.address("db") is not None)
        assert site.counters_coming("db")
        await asyncio.sleep(10)
        assert not site.counters_coming("db"), "they cannot be read"
        here.close()

    simulated.run(work())


def test_of_an_engine_on_another_machine_nothing_is_read_here(stage: Stage) -> None:
    async def work() -> None:
        engine = stage.engine()
        engine.run("web")
        await up(engine, Request("web", "eth1"))
        engine.engine = msgspec.structs.replace(LOCAL, local=False)
        asked: list[Mapping[str, str]] = []
        here = Open(engine, stage.clock, counted=lambda wanted: asked.append(wanted) or {})
        await here.until(lambda: here.address("web") is not None)
        await asyncio.sleep(20)
        assert (asked, here.desk.site.passing) == ([], {})
        here.close()

    simulated.run(work())


def test_what_is_done_beside_ends_with_the_connection_and_the_connection_with_it(
    stage: Stage,
) -> None:
    lives: list[str] = []

    async def beside(engine: EngineApi) -> None:
        lives.append("begun")
        try:
            if len(lives) == 1:
                raise NetcError("it is refused")
            await asyncio.Event().wait()
        finally:
            assert not engine._closed  # type: ignore[attr-defined]
            lives.append("ended")

    async def work() -> None:
        engine = stage.engine()
        here = Open(engine, stage.clock, beside=beside)
        site = here.desk.site
        await here.until(lambda: site.connection.error == "it is refused")
        await here.until(lambda: site.connection.alive)
        assert lives == ["begun", "ended", "begun"]
        engine.away = "no answer"
        await here.until(lambda: site.connection.error == "no answer")
        assert lives[3:] == ["ended"]
        here.close()

    simulated.run(work())


def test_what_is_not_wanted_is_not_watched(stage: Stage) -> None:
    async def work(feeds: frozenset[str]) -> tuple[bool, ...]:
        engine = stage.engine()
        engine.run("web")
        await up(engine, Request("web", "eth1"))
        engine.calls.clear()
        counted: list[int] = []

        def count(wanted: Mapping[str, str]) -> Mapping[str, Counters]:
            counted.append(len(wanted))
            return {}

        here = Open(engine, stage.clock, counted=count, feeds=feeds)
        await here.until(lambda: here.desk.service("web") is not None)
        await asyncio.sleep(10)
        calls = {call[0] for call in engine.calls}
        here.close()
        site = here.desk.site
        links = site.links != Links()
        return "follow_log" in calls, "remembered" in calls, bool(counted), links

    assert simulated.run(work(FEEDS)) == (True, True, True, True)
    assert simulated.run(work(frozenset())) == (False, False, False, False)
    assert simulated.run(work(frozenset({"traffic"}))) == (False, False, True, False)


def test_another_machine_s_interfaces_are_watched_there_while_its_engine_answers(
    stage: Stage,
) -> None:
    async def work() -> None:
        engine = stage.engine()
        engine.run("web")
        await up(engine, Request("web", "eth1"))
        engine.engine = msgspec.structs.replace(engine.engine, local=False)
        here = Open(engine, stage.clock)
        site = here.desk.site
        await here.until(lambda: len(site.interfaces) == len(engine.links))
        engine.relink(link("lan0"))
        await here.until(lambda: [one.name for one in site.interfaces] == ["lan0"])
        engine.away = "gone"
        await here.until(site.away)
        asked = engine.calls.count(("staying",))
        await asyncio.sleep(30)
        assert engine.calls.count(("staying",)) == asked
        assert [one.name for one in site.interfaces] == ["lan0"], "what was known stays"
        engine.away = None
        await here.until(lambda: engine.calls.count(("staying",)) > asked)
        here.close()

    simulated.run(work())


def test_who_shows_no_interfaces_has_no_helper_there(stage: Stage) -> None:
    async def work() -> None:
        engine = stage.engine()
        engine.engine = msgspec.structs.replace(engine.engine, local=False)
        here = Open(engine, stage.clock, feeds=FEEDS - {"interfaces"})
        await here.until(lambda: here.desk.site.connection.alive)
        await asyncio.sleep(30)
        assert ("staying",) not in engine.calls
        here.close()

    simulated.run(work())


def test_on_another_machine_s_lan_nobody_is_asked_for_names(stage: Stage) -> None:
    async def work() -> None:
        stage.tells |= {"domain": "home.lan"}
        engine = stage.engine()
        engine.run("web")
        await up(engine, Request("web", "eth1"))
        engine.engine = msgspec.structs.replace(engine.engine, local=False)
        here = Open(engine, stage.clock, looked=stage.looked)
        await here.until(lambda: here.address("web") is not None)
        here.desk.looks.names(here.desk.services())
        await asyncio.sleep(1000)
        assert stage.looks == []
        here.close()

    simulated.run(work())


def test_a_service_that_gets_another_address_has_no_name_until_that_is_looked_up(
    stage: Stage,
) -> None:
    async def work() -> None:
        stage.tells |= {"domain": "home.lan"}
        engine = stage.engine()
        engine.run("web")
        await up(engine, Request("web", "eth1"))
        here = Open(engine, stage.clock, looked=stage.looked)
        desk = here.desk

        def named() -> str:
            found = desk.service("web")
            own = found.network_container if found is not None else None
            return str(desk.site.in_dns(own)) if own is not None else ""

        await here.until(lambda: here.address("web") is not None)
        desk.looks.names(desk.services())
        await here.until(lambda: named() == "web.home.lan leads here")
        engine.say(engine.own("web"), "moved", "the address is another", ip="192.168.77.99")
        await here.until(lambda: here.address("web") == "192.168.77.99")
        assert named() == "None"
        desk.looks.names(desk.services())
        await here.until(lambda: named() == "web.home.lan leads here")
        assert stage.looks == ["web", "web"]
        here.close()

    simulated.run(work())
