"""What is watched of services that somebody looks at, without any screen."""

import asyncio
from collections.abc import Sequence

import msgspec

from netc_tui.core.health import State
from netc_tui.core.model import NetworkContainer
from netc_tui.core.ports import Port
from netc_tui.core.swarm import SERVICE
from netc_tui.desk.watching import FEEDS
from netc_tui.operations.down import down
from netc_tui.operations.live.interfaces import Links
from netc_tui.operations.up import Request, up
from tests.desk.opened import Open
from tests.tui import simulated
from tests.tui.stage import LINKS, Stage
from tests.twin import FakeEngine
from tests.twin.swarm import member


def test_the_rules_of_one_that_was_made_anew_are_not_those_read_before(stage: Stage) -> None:
    async def work() -> None:
        engine = stage.engine()
        engine.run("web")
        await up(engine, Request("web", "eth1"))
        here = Open(engine, stage.clock)
        await here.until(lambda: here.address("web") is not None)
        desk = here.desk
        desk.looks.rules(desk.service("web"))
        await here.until(lambda: desk.site.rules_known is not None)
        desk.looks.rules(None)
        await down(engine, "web")
        await here.until(lambda: here.address("web") is None)
        await up(engine, Request("web", "eth1"))
        await here.until(lambda: here.address("web") is not None)
        desk.looks.rules(desk.service("web"))
        assert desk.site.rules_known is None
        await here.until(lambda: desk.site.rules_known is not None)
        here.close()

    simulated.run(work())


def test_nor_are_those_of_a_service_of_a_swarm_another_s(stage: Stage) -> None:
    async def work() -> None:
        engine = stage.engine()
        engine.engine = msgspec.structs.replace(engine.engine, swarm=member())
        engine.network("over", "overlay", subnets=("10.0.1.0/24",))
        engine.swarm.run("job", "over", ports=(Port(80, "tcp"),))
        engine.run("web")
        for name in ("web", "job"):
            await up(engine, Request(name, "eth1"))
        here = Open(engine, stage.clock)
        await here.until(lambda: here.address("web") is not None)
        desk = here.desk
        desk.looks.rules(desk.service("web"))
        await here.until(lambda: desk.site.rules_known is not None)
        desk.looks.rules(desk.service("job"))
        assert desk.site.rules_known is None
        here.close()

    simulated.run(work())


def test_a_service_of_a_swarm_is_looked_into_on_its_own_node_alone(stage: Stage) -> None:
    async def work() -> None:
        engine = stage.engine()
        engine.engine = msgspec.structs.replace(engine.engine, swarm=member())
        engine.network("over", "overlay", subnets=("10.0.1.0/24",))
        engine.swarm.run("job", "over", ports=(Port(80, "tcp"),))
        await up(engine, Request("job", "eth1"))
        box = engine.run("netc-job.1.x", labels={SERVICE: "netc-job"})
        [task] = engine.swarm.ran
        engine.swarm.ran = [msgspec.structs.replace(task, container=box.id)]
        asked: list[str] = []

        async def execute(name: str, command: Sequence[str]) -> str:
            asked.append(name)
            return ""

        engine.execute = execute  # type: ignore[method-assign]
        here = Open(engine, stage.clock)
        desk = here.desk

        def own() -> NetworkContainer | None:
            service = desk.service("job")
            return service.network_container if service is not None else None

        await here.until(lambda: own() is not None)
        desk.looks.path(desk.service("job"))
        await asyncio.sleep(5)
        assert asked == ["netc-job.1.x"] * len(asked) != []
        # On another node it is, and this one's interfaces have nothing to do with it.
        engine.swarm.ran = [msgspec.structs.replace(engine.swarm.ran[0], node="n2")]
        await asyncio.sleep(70)
        asked.clear()
        desk.looks.path(desk.service("job"))
        desk.site.links = Links(tuple(link for link in LINKS if link.name != "eth1"))
        found = own()
        assert found is not None
        assert (found.node, found.health.state) == ("host2", State.HEALTHY)
        assert "it runs at host2, where it can be looked into" in str(desk.check(found).parts)
        assert "eth1" not in str(desk.check(found).parts)
        await asyncio.sleep(60)
        assert asked == []
        here.close()

    simulated.run(work())


def test_rules_are_read_at_once_when_they_are_said_to_be_broken(stage: Stage) -> None:
    async def work() -> None:
        engine = stage.engine()
        engine.run("web")
        await up(engine, Request("web", "eth1"))
        here = Open(engine, stage.clock)
        await here.until(lambda: here.address("web") is not None)

        def look() -> None:
            here.desk.looks.rules(here.desk.service("web"))

        look()
        await asyncio.sleep(60)
        engine.calls.clear()
        said = {"health": "broken", "hop": "rules", "code": "N302", "reason": "not to be read"}
        engine.say(engine.own("web"), "health", "not to be read", **said)
        await asyncio.sleep(0.5)
        look()
        await asyncio.sleep(1)
        assert [call for call in engine.calls if call[0] == "execute"]
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
            here.desk.looks.rules(here.desk.service(service))
            await asyncio.sleep(20)
            assert read() == {f"netc-{service}"}
            known = here.desk.site.rules_known
            assert known is not None
            assert known.network_container == f"netc-{service}"
        here.desk.looks.rules(None)
        await asyncio.sleep(20)
        assert read() == set()
        for service in ("web", "db"):
            here.desk.looks.clients(here.desk.service(service))
            await asyncio.sleep(20)
            assert read() == {f"netc-{service}"}
            assert here.desk.site.clients is not None
            assert here.desk.site.clients.network_container == f"netc-{service}"
        here.desk.looks.clients(None)
        await asyncio.sleep(20)
        assert read() == set()
        here.close()

    simulated.run(work())


def test_names_are_looked_up_of_those_that_are_wanted_on_this_machine_s_lan(stage: Stage) -> None:
    async def work(engine: FakeEngine, feeds: frozenset[str]) -> tuple[list[str], list[str]]:
        for name in ("web", "db"):
            engine.run(name)
            await up(engine, Request(name, "eth1"))
        here = Open(engine, stage.clock, looked=stage.looked, feeds=feeds)
        await here.until(lambda: here.address("db") is not None)
        desk = here.desk
        desk.looks.names(desk.services())
        await asyncio.sleep(10)
        named = [
            str(found)
            for service in desk.services()
            if (own := service.network_container) and (found := desk.site.in_dns(own))
        ]
        looks, stage.looks = sorted(stage.looks), []
        engine.away = "no answer"
        await here.until(lambda: desk.site.connection.error is not None)
        await asyncio.sleep(3600)
        assert stage.looks == [], "nobody is asked while the engine is away"
        here.close()
        return looks, named

    stage.tells |= {"domain": "home.lan", "dns": "192.168.77.1"}
    assert simulated.run(work(stage.engine(), FEEDS)) == (
        ["db", "web"],
        ["db.home.lan leads here", "web.home.lan leads here"],
    )
    assert simulated.run(work(stage.engine(), FEEDS - {"names"})) == ([], [])
    stage.tells.clear()
    assert simulated.run(work(stage.engine(), FEEDS)) == ([], [])
