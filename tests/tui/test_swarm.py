"""Services of a Swarm on screen, on a manager of it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from netc_tui.core.errors import NetcError
from netc_tui.core.model import Change
from netc_tui.core.ports import Port
from netc_tui.host import clock
from netc_tui.operations.up import Request, up
from netc_tui.tui.widgets.choice import Choice
from tests.tui.stage import Stage, Ui
from tests.twin import LOCAL, FakeEngine
from tests.twin.swarm import BOUND, event, member


@pytest.fixture
def engine() -> FakeEngine:
    clock.boot()  # read once, before nothing may block
    made = FakeEngine(msgspec.structs.replace(LOCAL, swarm=member()))
    made.network("over", "overlay", subnets=("10.0.1.0/24",))
    made.swarm.run("job", "over", ports=(Port(80, "tcp"),))
    for number in (1, 2):
        label = {"com.docker.swarm.service.name": "job"}
        made.run(f"job.{number}.u7x", "over", labels=label)
    return made


async def turn_on(ui: Ui) -> None:
    await ui.until("1/1 replicas")
    await ui.go("job")
    await ui.press("space")
    await ui.until("create service netc-job with one replica")
    await ui.press("enter")
    await ui.idle()
    await ui.until(BOUND["ip"])


async def test_a_service_is_one_row_and_is_turned_on_and_off(
    stage: Stage, engine: FakeEngine
) -> None:
    async with stage.open(engine) as ui:
        await turn_on(ui)
        assert len(ui.rows) == 1
        assert "job.1" not in ui.text
        assert "bound 10.77.0.50 eth0" in ui.row("job")
        await ui.press("space", "y")
        await ui.idle()
        await ui.until("○ off")
        assert engine.swarm.specs == {}


async def test_no_key_fails_on_one_that_runs_on_another_node(
    stage: Stage, engine: FakeEngine
) -> None:
    async with stage.open(engine) as ui:
        await turn_on(ui)
        engine.swarm.ran = [msgspec.structs.replace(engine.swarm.ran[0], node="n2")]
        await ui.pause(70)
        for key in ("1", "2", "3", "4", "5", "6", "d", "enter", "l", "r", "R", "c", "A"):
            await ui.press(key)
            await ui.pause(1)
            assert "defect" not in ui.text, key
            while ui.app.screen is not ui.app.main:
                await ui.press("escape")
        await ui.idle()
        assert "bound 10.77.0.50 eth0" in ui.row("job")
        assert "defect" not in ui.said


async def test_its_log_is_that_of_all_its_tasks_on_whichever_nodes(
    stage: Stage, engine: FakeEngine
) -> None:
    async with stage.open(engine, size=(80, 24)) as ui:
        await turn_on(ui)
        engine.swarm.ran = [msgspec.structs.replace(engine.swarm.ran[0], node="n2")]
        await ui.pause(70)
        now = datetime.now(UTC)

        def say(message: str, seconds: int) -> None:
            moment = (now + timedelta(seconds=seconds)).isoformat()
            engine.swarm.followed.tell(event("renew_asked", time=moment, message=message))

        await ui.press("l")
        await ui.pause(1)
        assert "Log of netc-job" in ui.text
        assert "(ended)" not in ui.text
        assert BOUND["ip"] in ui.text
        say("of the latter task", 20)
        await ui.pause(1)
        say("of the former task", 10)
        engine.swarm.followed.tell(b"node n3 is not available")
        await ui.pause(1)
        order = [ui.text.index(word) for word in ("the former", "the latter", "n3 is not")]
        assert order == sorted(order)
        engine.swarm.followed.end()
        await ui.pause(0.2)
        assert "the log ended: its task stopped, or the engine went away" in ui.text
        await ui.pause(2)
        assert "(ended)" not in ui.text, "it runs, so it is followed again"


async def test_one_that_went_to_another_node_is_looked_at_more_often(
    stage: Stage, engine: FakeEngine
) -> None:
    """No event tells of what becomes of it there."""

    def looks() -> int:
        return [call[0] for call in engine.calls].count("swarm.services")

    async with stage.open(engine) as ui:
        await turn_on(ui)
        await ui.pause(70)
        before = looks()
        await ui.pause(60)
        rarely = looks() - before
        engine.swarm.ran = [msgspec.structs.replace(engine.swarm.ran[0], node="n2")]
        await ui.pause(70)
        before = looks()
        await ui.pause(60)
        assert rarely <= 1
        assert 4 <= looks() - before <= 7


async def test_what_is_not_known_of_it_is_not_said_not_to_have_happened(
    stage: Stage, engine: FakeEngine
) -> None:
    async with stage.open(engine, size=(80, 24)) as ui:
        await turn_on(ui)
        await ui.press("5")
        await ui.until("What it says is in its log.")
        assert "Nothing yet" not in ui.text
        await ui.press("6")
        await ui.until("Who turned a service of a Swarm on or off is not remembered.")
        assert "Nothing is known" not in ui.text


async def test_one_on_its_way_to_another_node_is_seen_there_within_seconds(
    stage: Stage, engine: FakeEngine
) -> None:
    async with stage.open(engine) as ui:
        await turn_on(ui)
        [task] = engine.swarm.ran
        engine.swarm.ran = [msgspec.structs.replace(task, node="n2", state="preparing")]
        engine._tell(Change("node", "update", "n1", "host1"))
        await ui.pause(1)
        assert "starting on eth0 at host2" in ui.row("job")
        engine.swarm.ran = [msgspec.structs.replace(task, node="n2")]
        await ui.pause(3)
        assert "bound 10.77.0.50 eth0 at host2" in ui.row("job")


async def test_what_is_a_swarm_s_is_not_moved_and_takes_no_address_over(
    stage: Stage, engine: FakeEngine
) -> None:
    for name in ("web", "green"):
        engine.run(name)
    await up(engine, Request("web", "eth1"))
    async with stage.open(engine, size=(80, 24)) as ui:
        await ui.until("1/1 replicas")
        await ui.go("web")
        await ui.press("v")
        await ui.until("create container netc-green")
        choice = ui.app.screen.query_one(Choice)
        assert [option.id for option in choice.options] == ["green"]
        await ui.press("escape")
        await turn_on(ui)
        await ui.press("v")
        await ui.pause(1)
        assert ui.app.screen is ui.app.main


@pytest.mark.parametrize("manager", [False, True])
async def test_what_is_not_told_is_not_shown_as_off(
    stage: Stage, engine: FakeEngine, manager: bool
) -> None:
    """By a worker, or by a manager of a Swarm that has no leader."""
    if manager:

        def leaderless(call: tuple[str, ...]) -> None:
            if call[0].startswith("swarm."):
                raise NetcError("Docker: The swarm does not have a leader.")

        engine.before = leaderless
    else:
        engine.engine = msgspec.structs.replace(LOCAL, swarm=member(manager=False))
    async with stage.open(engine, size=(80, 24)) as ui:
        await ui.until("not known here")
        assert "2 tasks here" in ui.row("job")
        assert "off" not in ui.row("job")
        assert "Whether it has a LAN address its Swarm does not tell here." in ui.text
        said = "does not have a leader" if manager else "this engine is a worker of its Swarm"
        assert said in ui.words("#header")
        engine.before = lambda call: None
        engine.becomes = msgspec.structs.replace(LOCAL, swarm=member())
        await ui.pause(15 if manager else 70)
        assert "○ off" in ui.row("job")
        assert said not in ui.words("#header")


async def test_keys_act_on_the_one_of_two_with_one_name_that_is_under_the_cursor(
    stage: Stage, engine: FakeEngine
) -> None:
    engine.run("job", ports=("80/tcp",))
    async with stage.open(engine) as ui:
        await ui.until("1/1 replicas")
        await ui.go("swarm:job")
        await ui.press("m")
        assert "1 marked" in ui.said
        await ui.press("space")
        await ui.until("create service netc-job with one replica")
        await ui.press("enter")
        await ui.idle()
        assert "bound 10.77.0.50" in ui.row("swarm:job")
        await ui.press("e")
        await ui.until("Nothing to do")
        assert "only when this was given there, too: 'netc up job eth0'" in ui.text
        await ui.press("escape", "space", "y")
        await ui.idle()
        assert engine.swarm.specs == {}
        assert "job" in engine.boxes
