"""Jobs of a desk, without any screen."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from netc_tui.core.plan import ContainerSpec
from netc_tui.core.wishes import ENABLE
from netc_tui.operations.up import Request
from tests.desk.opened import Open
from tests.tui import simulated
from tests.tui.stage import Stage
from tests.twin import FakeEngine


def at_a_desk(stage: Stage, scene: Callable[[Open, FakeEngine], Awaitable[None]]) -> None:
    """Two services that are off, at a desk that has seen them."""

    async def work() -> None:
        engine = stage.engine()
        for name in ("web", "db"):
            engine.run(name)
        here = Open(engine, stage.clock)
        await here.until(lambda: here.desk.service("web") is not None)
        await scene(here, engine)
        here.close()

    simulated.run(work())


def notes(here: Open, service: str) -> list[str]:
    return [note.text for note in here.desk.notes.of(service)]


def test_one_service_has_one_job_at_a_time_and_another_its_own(stage: Stage) -> None:
    async def scene(here: Open, engine: FakeEngine) -> None:
        jobs = here.desk.jobs
        engine.dhcp_delay = 8
        jobs.on(Request("web", "eth1"))
        await asyncio.sleep(1)
        jobs.renew("web", 5)
        assert here.told.said == ["web: still turning on"]
        jobs.on(Request("db", "eth1"))
        assert sorted(jobs.under_way) == ["db", "web"]
        await asyncio.sleep(9)
        await here.until(lambda: not jobs.under_way)
        assert None not in (here.address("web"), here.address("db"))

    at_a_desk(stage, scene)


def test_what_only_waits_for_its_lease_is_given_up_by_turning_off(stage: Stage) -> None:
    async def scene(here: Open, engine: FakeEngine) -> None:
        jobs = here.desk.jobs
        engine.dhcp = lambda hostname: False
        jobs.on(Request("web", "eth1", timeout=600))
        assert not jobs.may_turn_off("web"), "it is in the middle of its steps"
        await asyncio.sleep(3)
        job = jobs.of("web")
        assert job is not None
        assert job.waiting
        assert jobs.may_turn_off("web")
        jobs.off("web")
        await here.until(lambda: not jobs.under_way)
        assert "netc-web" not in engine.boxes
        assert "turning on given up" in notes(here, "web")
        assert here.told.said[-1] == "web: off"

    at_a_desk(stage, scene)


def test_a_failure_is_kept_until_it_has_come_about_after_all(stage: Stage) -> None:
    async def scene(here: Open, engine: FakeEngine) -> None:
        jobs = here.desk.jobs
        engine.dhcp_delay = 10
        jobs.on(Request("web", "eth1", timeout=2))
        await here.until(lambda: not jobs.under_way)
        job = jobs.of("web")
        assert job is not None
        assert job.error is not None
        assert "no lease for web on eth1 within 2 s" in job.error
        assert here.desk.notes.of("web")[-1].trouble
        assert jobs.overtaken(here.desk.services()) == []
        assert jobs.of("web") is job
        await asyncio.sleep(5)
        await here.until(lambda: here.address("web") is not None)
        (found,) = jobs.overtaken(here.desk.services())
        assert found.name == "web"
        assert jobs.of("web") is None

    at_a_desk(stage, scene)


def test_a_defect_ends_its_job_and_no_other(stage: Stage) -> None:
    async def scene(here: Open, engine: FakeEngine) -> None:
        jobs = here.desk.jobs
        create = engine.create

        async def broken(spec: ContainerSpec) -> None:
            if spec.name == "netc-web":
                raise ZeroDivisionError("oops")
            await create(spec)

        engine.create = broken  # type: ignore[method-assign]
        for name in ("web", "db"):
            jobs.on(Request(name, "eth1"))
        await here.until(lambda: not jobs.under_way)
        job = jobs.of("web")
        assert job is not None
        assert job.error is not None
        assert job.error.startswith("a defect of netc: ZeroDivisionError('oops') (test_jobs.py:")
        assert here.address("db") is not None

    at_a_desk(stage, scene)


def test_nothing_is_begun_while_the_engine_is_away(stage: Stage) -> None:
    async def scene(here: Open, engine: FakeEngine) -> None:
        engine.away = "no answer"
        await here.until(lambda: here.desk.site.connection.error is not None)
        here.desk.jobs.on(Request("web", "eth1"))
        assert here.told.said[-1] == "web: the engine is away; try again when it is back"
        assert here.desk.jobs.of("web") is None
        assert notes(here, "web") == []

    at_a_desk(stage, scene)


def test_what_was_turned_off_by_hand_is_given_back_and_one_that_cannot_be_says_why(
    stage: Stage,
) -> None:
    async def scene(here: Open, engine: FakeEngine) -> None:
        jobs = here.desk.jobs

        def withheld(name: str) -> bool:
            found = here.desk.service(name)
            return found is not None and found.keeping is not None and found.keeping.withheld

        engine.run("shop", labels={ENABLE: "true"})
        engine.run("vain", labels={ENABLE: "?"})
        for name in ("shop", "vain"):
            await here.until(lambda name=name: here.desk.service(name) is not None)  # type: ignore[misc]
            jobs.off(name)
            await here.until(lambda name=name: withheld(name))  # type: ignore[misc]
            await here.until(lambda: not jobs.under_way)
        assert here.told.said[0].startswith("shop: was off already; its labels ask for it, but it")
        jobs.auto("shop")
        await here.until(lambda: not withheld("shop"))
        await here.until(lambda: not jobs.under_way)
        assert here.told.said[-1] == "shop: waits: no netc watch runs here"
        jobs.auto("vain")
        await here.until(lambda: not jobs.under_way)
        assert "ask in vain" in here.told.said[-1]
        jobs.overtaken(here.desk.services())
        assert jobs.of("vain") is not None, "it is still so"
        engine.volumes.clear()
        engine.run("other")
        await here.until(lambda: not withheld("vain"))
        jobs.overtaken(here.desk.services())
        assert jobs.of("vain") is None

    at_a_desk(stage, scene)


def test_on_another_machine_what_is_known_of_its_interfaces_is_not_looked_at_for_each(
    stage: Stage,
) -> None:
    async def work() -> None:
        engine = stage.engine()
        engine.engine = msgspec.structs.replace(engine.engine, local=False)
        for name in ("web", "db"):
            engine.run(name)
        here = Open(engine, stage.clock)
        await here.until(lambda: here.desk.site.links.all != ())
        for name in ("web", "db"):
            here.desk.jobs.on(Request(name, "eth1"))
        await here.until(lambda: None not in (here.address("web"), here.address("db")))
        assert "on_host" not in [call[0] for call in engine.calls]
        here.close()

    simulated.run(work())
