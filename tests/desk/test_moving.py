"""A move as a job: on two desks, one way and the other."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from netc_tui.desk.candidates import Candidate
from netc_tui.desk.fleet import Placed
from netc_tui.desk.job import Kind
from netc_tui.desk.moving import move
from netc_tui.operations import handover
from netc_tui.operations.up import Request, up
from tests.desk.opened import Open
from tests.tui import simulated
from tests.tui.stage import Stage, become


@pytest.fixture(autouse=True)
def _waits_pass_with_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "time", SimpleNamespace(monotonic=simulated.passed))


Scene = Callable[[Open, Open, Callable[[], None]], Awaitable[None]]


def between(stage: Stage, scene: Scene) -> None:
    """Two hosts with a service each, on at the first; and what begins the move."""

    async def work() -> None:
        # What an operation returns is told by this machine's clock.
        stage.clock.put((datetime.now(UTC) - stage.clock()).total_seconds())
        opened = []
        for name in ("nas", "pi"):
            engine = stage.engine()
            become(engine, name)
            engine.run("web")
            if name == "nas":
                await up(engine, Request("web", "eth1"))
            opened.append(Open(engine, stage.clock, host=name))
        nas, pi = opened
        await nas.until(lambda: nas.address("web") is not None)
        await pi.until(lambda: pi.desk.service("web") is not None)

        def begin() -> None:
            service = nas.desk.service("web")
            assert service is not None
            own = service.network_container
            assert own is not None
            to = Candidate(pi.desk, "web", elsewhere=True)
            move(Placed(nas.desk, service), to, to.asked(own))

        await scene(nas, pi, begin)
        for each in opened:
            each.close()

    simulated.run(work())


def kinds(*opened: Open) -> list[Kind | None]:
    """What is under way for it at each desk."""
    jobs = (each.desk.jobs.of("web") for each in opened)
    return [job.kind if job is not None and job.under_way else None for job in jobs]


def notes(here: Open) -> list[str]:
    return [note.text for note in here.desk.notes.of("web")]


def test_both_desks_show_it_and_know_what_came_of_it(stage: Stage) -> None:
    async def scene(nas: Open, pi: Open, begin: Callable[[], None]) -> None:
        pi.engine.answers["tcp/80"] = "refused"
        address = nas.address("web")
        begin()
        await nas.until(lambda: kinds(nas, pi) == [Kind.HAND_OVER, Kind.TAKE_OVER])
        assert not nas.desk.jobs.may_turn_off("web")
        assert not pi.desk.jobs.may_turn_off("web")
        pi.engine.answers.clear()
        await nas.until(lambda: kinds(nas, pi) == [None, None])
        assert (nas.address("web"), pi.address("web")) == (None, address)
        assert nas.told.said[-1] == f"web: moved to web@pi: {address} on eth1"
        assert any("switch: netc-web leaves" in each for each in notes(nas))
        assert any("switch: netc-web leaves" in each for each in notes(pi))

    between(stage, scene)


def test_what_fails_is_said_once_and_noted_at_both(stage: Stage) -> None:
    async def scene(nas: Open, pi: Open, begin: Callable[[], None]) -> None:
        pi.engine.answers["tcp/80"] = "refused"
        begin()
        await nas.until(lambda: bool(nas.told.said))
        assert nas.told.said[-1].startswith("web: the path to web is broken: tcp/80 refused;")
        assert pi.told.said == []
        for each in (nas, pi):
            job = each.desk.jobs.of("web")
            assert job is not None
            assert job.error is not None
            assert job.error.startswith("the path to web is broken")
            assert any(said.startswith("the path to web is broken") for said in notes(each))
        # It is so still, whatever was renewed meanwhile.
        nas.engine.live_on("web")
        service = nas.desk.service("web")
        assert service is not None
        assert nas.desk.jobs.overtaken([service]) == []
        assert nas.desk.jobs.of("web") is not None

    between(stage, scene)


def test_what_keeps_the_other_from_it_is_told_of_that_one(stage: Stage) -> None:
    """`netc down web` without a host would turn off the one that works."""

    async def scene(nas: Open, pi: Open, begin: Callable[[], None]) -> None:
        await up(pi.engine, Request("web", "eth1"))
        begin()
        await nas.until(lambda: bool(nas.told.said))
        assert nas.told.said == [
            "web: pi: web has a network container of its own; take that off first with:"
            " netc --host pi down web"
        ]
        assert nas.address("web") is not None

    between(stage, scene)


def test_while_something_is_under_way_for_either_it_does_not_begin(stage: Stage) -> None:
    async def scene(nas: Open, pi: Open, begin: Callable[[], None]) -> None:
        pi.engine.dhcp_delay = 10
        pi.desk.jobs.on(Request("web", "eth1"))
        begin()
        assert pi.told.said == ["web: still turning on"]
        assert kinds(nas, pi) == [None, Kind.ON]

    between(stage, scene)


def test_a_host_that_is_away_gets_nothing(stage: Stage) -> None:
    async def scene(nas: Open, pi: Open, begin: Callable[[], None]) -> None:
        pi.engine.away = "no answer"
        await pi.until(lambda: pi.desk.site.away())
        begin()
        assert pi.told.said[-1] == "web: the engine is away; try again when it is back"
        assert kinds(nas, pi) == [None, None]
        assert nas.address("web") is not None

    between(stage, scene)
