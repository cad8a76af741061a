"""Several hosts, each with its desk, on engines in memory."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from netc_tui.desk.fleet import Fleet, Placed, by_desk
from netc_tui.desk.watching import LEAVING
from netc_tui.operations.up import Request, up
from tests.desk.opened import Open
from tests.tui import simulated
from tests.tui.stage import Stage, become
from tests.twin import FakeEngine


def with_hosts(stage: Stage, *names: str) -> Callable[[Callable[..., Awaitable[None]]], None]:
    """Run a scenario on engines of these names, which have a service ``web`` that is on."""

    def run(scenario: Callable[..., Awaitable[None]]) -> None:
        async def work() -> None:
            opened = []
            for name in names:
                engine = stage.engine()
                become(engine, name)
                engine.run("web", ports=("80/tcp",))
                await up(engine, Request("web", "eth1"))
                opened.append(Open(engine, stage.clock, host=name))
            fleet = Fleet([each.desk for each in opened])
            for each in opened:
                await each.until(lambda each=each: each.desk.site.inventory.at is not None)
            await scenario(fleet, opened)
            for each in opened:
                each.close()

        simulated.run(work())

    return run


def test_what_only_who_looks_sees_is_watched_on_the_host_that_is_looked_at(stage: Stage) -> None:
    @with_hosts(stage, "nas", "pi")
    async def _(fleet: Fleet, opened: list[Open]) -> None:
        nas, pi = fleet.desks
        await asyncio.sleep(5)
        assert nas.site.memory is None
        assert pi.site.memory is None, "nobody looks"
        fleet.attend(pi)
        await opened[1].until(lambda: pi.site.memory is not None)
        assert nas.site.memory is None
        service = pi.service("web")
        pi.looks.rules(service)
        await opened[1].until(lambda: pi.site.rules is not None)
        fleet.attend(nas)
        await opened[0].until(lambda: nas.site.memory is not None)
        opened[1].engine.calls.clear()
        await asyncio.sleep(60)
        asked = {call[0] for call in opened[1].engine.calls}
        assert asked <= {"ping", "containers", "networks", "memos", "events"}, "its rows, no more"
        assert nas.service("web") is not None
        assert {desk.service("web").network_container.ip for desk in fleet.desks}  # type: ignore[union-attr]


def test_one_that_is_alone_is_always_looked_at(stage: Stage) -> None:
    @with_hosts(stage, "")
    async def _(fleet: Fleet, opened: list[Open]) -> None:
        assert not fleet.several
        fleet.attend(None)
        await opened[0].until(lambda: fleet.desks[0].site.memory is not None)


def test_what_is_said_of_a_host_names_it(stage: Stage) -> None:
    @with_hosts(stage, "nas", "pi")
    async def _(fleet: Fleet, opened: list[Open]) -> None:
        placed = [Placed(desk, desk.services()[0]) for desk in fleet.desks]
        assert [each.called for each in placed] == ["web@nas", "web@pi"]
        assert [each.which for each in placed] == [("nas", "web"), ("pi", "web")]
        nas, pi = fleet.desks
        assert fleet.of("pi") is pi
        assert by_desk([placed[1], placed[0], placed[1]]) == {
            pi: [placed[1], placed[1]],
            nas: [placed[0]],
        }
        pi.jobs.off("web")
        assert fleet.under_way == [("pi", "web")]


def named(engine: FakeEngine, id: str, bridge: str) -> None:
    engine.engine = msgspec.structs.replace(engine.engine, id=id)
    engine.nets["bridge"] = msgspec.structs.replace(engine.nets["bridge"], id=bridge)


def test_clones_are_told_from_one_engine_under_two_names(stage: Stage) -> None:
    async def work() -> None:
        engines = [stage.engine() for _ in range(5)]
        for at, engine in enumerate(engines):
            named(engine, *(("x", "1"), ("x", "2"), ("y", "3"), ("z", "4"), ("z", "4"))[at])
        names = ("nas", "nas-copy", "pi", "here", "local")
        opened = [
            Open(engine, stage.clock, host=name)
            for name, engine in zip(names, engines, strict=True)
        ]
        fleet = Fleet([each.desk for each in opened])
        assert fleet.twins() == (), "nobody has answered"
        for each in opened:
            await each.until(lambda each=each: each.desk.site.inventory.at is not None)
        clones, same = fleet.twins()
        assert clones.startswith("nas and nas-copy have one engine id, as cloned machines do")
        assert same == "here and local are one and the same engine"
        for each in opened:
            each.close()

    simulated.run(work())


def test_interfaces_of_another_machine_are_watched_where_somebody_looks(stage: Stage) -> None:
    async def work() -> None:
        opened = []
        for name in ("nas", "pi"):
            engine = stage.engine()
            become(engine, name)
            engine.engine = msgspec.structs.replace(engine.engine, local=False)
            opened.append(Open(engine, stage.clock, host=name))
        nas, pi = (each.desk for each in opened)
        fleet = Fleet([nas, pi])
        for each in opened:
            await each.until(lambda each=each: each.desk.site.inventory.at is not None)
        await asyncio.sleep(60)
        assert [each.engine.calls.count(("staying",)) for each in opened] == [0, 0]
        fleet.attend(nas)
        await opened[0].until(lambda: bool(nas.site.interfaces))
        assert pi.site.interfaces == ()
        # The cursor goes and comes back.
        fleet.attend(pi)
        await opened[1].until(lambda: bool(pi.site.interfaces))
        fleet.attend(nas)
        await asyncio.sleep(LEAVING * 2)
        assert nas.site.interfaces != ()
        assert opened[0].engine.calls.count(("staying",)) == 1
        assert pi.site.interfaces == (), "what nobody looks after is not known"
        assert opened[1].engine._stayed[0].ended, "its helper is gone"
        # One that goes while nobody looks is not known when it is back.
        fleet.attend(pi)
        await opened[1].until(lambda: bool(pi.site.interfaces))
        fleet.attend(nas)
        opened[1].engine.away = "gone"
        await opened[1].until(pi.site.away)
        assert pi.site.interfaces == ()
        for each in opened:
            each.close()

    simulated.run(work())
