"""Who is offered an address: the right ones, and a word on those that cannot have it."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from netc_tui.desk.candidates import Candidate, candidates
from netc_tui.desk.fleet import Fleet, Placed
from netc_tui.operations.move import Move
from netc_tui.operations.up import Request, up
from tests.desk.opened import Open
from tests.tui import simulated
from tests.tui.stage import Stage, become
from tests.twin import FakeEngine

Prepare = Callable[[FakeEngine], Awaitable[object]]


async def web(engine: FakeEngine) -> None:
    engine.run("web")


def offered(stage: Stage, **others: Prepare) -> list[Candidate]:
    """To a service that is on with its port 80, on a host of several services, by its desk."""

    async def work() -> list[Candidate]:
        engines = {name: stage.engine() for name in ("nas", *others)}
        for name, engine in engines.items():
            become(engine, name)
        nas = engines["nas"]
        for name, port in (("web", 80), ("web10", 80), ("web9", 80), ("dns", 53), ("on", 80)):
            nas.run(name, ports=(f"{port}/tcp",))
        nas.run("batch", ports=())
        nas.run("old", state="exited")
        nas.run("metrics", mode="host", ports=("80/tcp",))
        await up(nas, Request("web", "eth1"))
        await up(nas, Request("on", "eth1"))
        for name, prepare in others.items():
            await prepare(engines[name])
        opened = [Open(engine, stage.clock, host=name) for name, engine in engines.items()]
        fleet = Fleet([each.desk for each in opened])
        await asyncio.sleep(2)
        service = fleet.of("nas").service("web")
        assert service is not None
        found = candidates(fleet, Placed(fleet.of("nas"), service))
        for each in opened:
            each.close()
        return found

    return simulated.run(work())


def told(found: list[Candidate]) -> dict[str, str]:
    return {each.called: each.why_not or each.warning for each in found}


def test_on_its_host_those_that_run_have_ports_and_are_off_the_likest_first(stage: Stage) -> None:
    found = offered(stage)
    assert list(told(found).items()) == [
        ("web9@nas", ""),
        ("web10@nas", ""),
        ("dns@nas", "does not expose 80/tcp"),
    ]
    assert not any(each.elsewhere or each.why_not for each in found)


def test_on_other_hosts_its_namesake_or_why_there_is_none(stage: Stage) -> None:
    async def has_none(engine: FakeEngine) -> None:
        engine.run("other")

    async def stopped(engine: FakeEngine) -> None:
        engine.run("web", state="exited")

    async def on(engine: FakeEngine) -> None:
        engine.run("web")
        await up(engine, Request("web", "eth1"))

    async def away(engine: FakeEngine) -> None:
        engine.away = "no answer"

    async def clone(engine: FakeEngine) -> None:
        engine.run("web")
        engine.engine = msgspec.structs.replace(engine.engine, id="ID:nas")

    async def unlike(engine: FakeEngine) -> None:
        engine.run("web", ports=("8080/tcp",))

    async def hosted(engine: FakeEngine) -> None:
        engine.run("web", mode="host")

    found = offered(
        stage, fit=web, none=has_none, stopped=stopped, on=on, away=away, clone=clone,
        unlike=unlike, hosted=hosted,
    )  # fmt: skip
    assert told([each for each in found if each.elsewhere]) == {
        "web@fit": "",
        "web@none": "no service of that name there",
        "web@stopped": "it is exited",
        "web@on": "has a network container of its own; turn that off first",
        "web@away": "its host is away",
        "web@clone": "its engine has the id of nas's",
        "web@unlike": "does not expose 80/tcp",
        "web@hosted": "its network is the host's own",
    }
    able = {each.called for each in found if each.elsewhere and not each.why_not}
    assert able == {"web@fit", "web@unlike"}


def test_what_is_half_moved_can_be_finished(stage: Stage) -> None:
    """Killed in between, both are on, with one identity."""

    async def half(engine: FakeEngine) -> None:
        engine.run("web")
        await up(engine, Request("web", "eth1", seed="ID:nas"))

    (found,) = (each for each in offered(stage, pi=half) if each.elsewhere)
    assert found.why_not == ""


def test_the_interface_is_that_of_the_same_name_else_the_one_in_force(stage: Stage) -> None:
    found = offered(stage, pi=web)
    there = found[2]

    async def work() -> None:
        here = Open(stage.engine(), stage.clock, host="nas")
        await here.until(lambda: bool(here.desk.site.links.all))
        engine = here.engine
        engine.run("web")
        await up(engine, Request("web", "eth1"))
        await here.until(lambda: here.address("web") is not None)
        service = here.desk.service("web")
        assert service is not None
        own = service.network_container
        assert own is not None
        away = Candidate(here.desk, "web", elsewhere=True)
        assert away.asked(own) == Move("web", place="nas")
        foreign = msgspec.structs.replace(own, interface="enp3s0")
        assert away.asked(foreign) == Move("web", interface="eth1", place="nas")
        here.desk.interface = "nowhere"
        assert away.asked(foreign) == Move("web", place="nas")
        assert there.asked(own) == Move("web", place="pi")
        assert found[0].asked(own) == Move("web", "web9")
        here.close()

    simulated.run(work())
