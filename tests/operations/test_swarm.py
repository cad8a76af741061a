"""How a network container that is a service of a Swarm is seen, on its node and from another."""

from typing import Any

import msgspec
import pytest

from netc_tui.core.choices import chosen
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.health import State
from netc_tui.core.ports import Port
from netc_tui.operations import inventory, swarm
from netc_tui.operations.auto import auto
from netc_tui.operations.check import check
from netc_tui.operations.doctor import Doctor
from netc_tui.operations.down import down
from netc_tui.operations.history import history
from netc_tui.operations.move import Move, move
from netc_tui.operations.renew import renew
from netc_tui.operations.restart import restart
from netc_tui.operations.rules import rules
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.doctors import sound
from tests.operations.turning import refused
from tests.twin import LOCAL, FakeEngine
from tests.twin.swarm import BOUND, CLUSTER, event, member

pytestmark = pytest.mark.usefixtures("machine")


def turned_on() -> FakeEngine:
    engine = FakeEngine(msgspec.structs.replace(LOCAL, swarm=member()))
    engine.network("over", "overlay", subnets=("10.0.1.0/24",))
    engine.swarm.run("job", "over", ports=(Port(80, "tcp"),))
    run(up(engine, Request("job", "eth0")))
    return engine


def put(engine: FakeEngine, **facts: Any) -> None:
    """Its task is another one now."""
    engine.swarm.ran = [msgspec.structs.replace(engine.swarm.ran[-1], **facts)]


def own(engine: FakeEngine) -> Any:
    return run(inventory.service(engine, "job")).network_container


def test_on_another_node_its_log_is_read_through_the_swarm() -> None:
    engine = turned_on()
    put(engine, node="n2")
    found = own(engine)
    assert (found.node, found.elsewhere, found.ip) == ("host2", True, BOUND["ip"])
    assert found.health.state is State.HEALTHY
    assert ("swarm.log", engine.swarm.ran[0].id) in engine.calls


def test_a_node_that_does_not_answer_makes_nothing_green_and_holds_up_nobody_for_long() -> None:
    engine = turned_on()
    put(engine, node="n2")

    async def hangs(task: str, tail: int) -> tuple[bytes, ...]:
        import asyncio

        await asyncio.sleep(1000)
        return ()

    engine.swarm.log = hangs  # type: ignore[method-assign]
    found = own(engine)
    assert found.health.state is State.UNKNOWN
    assert "its log cannot be read: no answer within 3 s" in found.health.reason
    assert found.ip is None


def test_a_node_that_is_not_heard_of_is_why_nothing_is_known() -> None:
    engine = turned_on()
    put(engine, node="n2")
    second = engine.swarm.there["n2"]
    engine.swarm.there["n2"] = msgspec.structs.replace(second, ready=False)
    # Its managers have chosen another leader: it may be there all the same.
    assert own(engine).ip == BOUND["ip"]
    engine.swarm.said = []
    found = own(engine)
    assert (found.health.state, found.health.reason) == (
        State.UNKNOWN,
        "its node host2 is not heard of",
    )
    # Nor is it said to have been silent while the managers do not know it yet.
    engine.swarm.there["n2"] = second
    assert own(engine).health.reason == "nothing of its log comes from its node host2"
    assert found.ip is None


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (
            {"state": "pending", "node": "", "error": "no suitable node", "container": ""},
            "it is pending: no suitable node",
        ),
        ({"state": "rejected", "desired": "shutdown", "error": "No such image"}, "No such image"),
    ],
)
def test_why_it_does_not_run_is_told_in_docker_s_words(facts: dict[str, Any], reason: str) -> None:
    engine = turned_on()
    put(engine, **facts)
    found = own(engine)
    assert found.health.state is State.BROKEN
    assert reason in str(found.health)
    assert found.remedy == "docker service ps --no-trunc netc-job"


def test_one_without_a_task_runs_nowhere() -> None:
    engine = turned_on()
    engine.swarm.ran = []
    found = own(engine)
    assert found.node == ""
    assert found.health.state is State.BROKEN
    assert swarm.NOWHERE in str(found.health)


def test_one_look_more_is_taken_on_a_manager_alone_and_others_where_one_is_on() -> None:
    def asked(engine: FakeEngine) -> list[str]:
        engine.calls.clear()
        run(inventory.services(engine))
        return [call[0] for call in engine.calls if call[0].startswith("swarm.")]

    assert asked(FakeEngine()) == []
    engine = turned_on()
    assert asked(engine) == ["swarm.services", "swarm.tasks", "swarm.nodes"]
    del engine.swarm.known["netc-job"]
    assert asked(engine) == ["swarm.services"]
    engine.engine = msgspec.structs.replace(LOCAL, swarm=member(manager=False))
    assert asked(engine) == []


def test_a_worker_tells_what_is_not_to_be_seen_there() -> None:
    engine = FakeEngine(msgspec.structs.replace(LOCAL, swarm=member(manager=False)))
    assert run(inventory.overview(engine))[2] == ""
    engine.run("job.1.x", labels={"com.docker.swarm.service.name": "job"})
    engine.run("job.2.y", labels={"com.docker.swarm.service.name": "job"})
    found, _, remark = run(inventory.overview(engine))
    assert [(service.name, service.stands) for service in found] == [("job", "2 tasks here")]
    assert remark == swarm.WORKER


def test_a_task_that_has_a_network_container_of_its_own_is_listed() -> None:
    engine = FakeEngine()
    engine.network("over", "overlay")
    engine.run("job.1.x", "over", labels={"com.docker.swarm.service.name": "job"})
    run(up(engine, Request("job.1.x", "eth0")))
    found = run(inventory.services(engine))
    assert [(s.name, s.network_container is not None) for s in found] == [
        ("job", False),
        ("job.1.x", True),
    ]


def test_an_engine_that_goes_away_is_told() -> None:
    engine = turned_on()

    def away(call: tuple[str, ...]) -> None:
        if call[0] == "swarm.services":
            raise NetcError("the engine is away", Exit.ENGINE)

    engine.before = away
    with pytest.raises(NetcError, match="away"):
        run(inventory.services(engine))


def test_one_that_is_gone_is_told() -> None:
    engine = turned_on()
    del engine.swarm.known["netc-job"]
    with pytest.raises(NetcError, match="netc-job was removed"):
        run(swarm.own_of(engine, "job"))


def test_what_a_task_says_is_heard_from_its_last_lines() -> None:
    engine = turned_on()
    engine.swarm.said = [event("bound", **BOUND), b"rubbish", event("expired")]
    assert own(engine).ip is None


def test_what_is_done_in_it_is_done_on_its_own_node() -> None:
    engine = turned_on()
    put(engine, node="n2")
    for work in (renew(engine, "job"), rules(engine, own(engine))):
        refused(work, Exit.FAILED, "netc-job runs at host2: nothing can be done in it from here")
    error = refused(restart(engine, "job"), Exit.FAILED, "is a service of a Swarm")
    assert error.message.endswith("docker service update --force netc-job")
    put(engine, node="")
    refused(renew(engine, "job"), Exit.FAILED, "runs nowhere")


def test_the_doctor_looks_at_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    sound(monkeypatch)
    engine = turned_on()
    engine.run("web")
    run(up(engine, Request("web", "eth1")))
    put(engine, node="n2")

    async def work(*names: str) -> Any:
        doctor = Doctor(engine)
        try:
            return await doctor.services(names or None)
        finally:
            doctor.close()

    [looked] = run(work("job"))
    assert looked.network_container.node == "host2"
    assert looked.check.broken is None
    assert "it runs at host2, where it can be looked into" in str(looked.check.parts)
    assert {each.network_container.service for each in run(work())} == {"web", "job"}
    refused(work("nothing"), Exit.NO_SERVICE, "no service")


def leaderless(call: tuple[str, ...]) -> None:
    if call[0].startswith("swarm."):
        raise NetcError("Docker: The swarm does not have a leader")


def test_of_what_is_not_told_nothing_is_said_to_be_off_or_not_there() -> None:
    engine = turned_on()
    engine.before = leaderless
    for work in (
        inventory.turned_on(engine, "job"),
        renew(engine, "job"),
        swarm.own_of(engine, "job"),
        auto(engine, "job"),
        history(engine, "job"),
    ):
        refused(work, Exit.FAILED, "the Swarm tells nothing of its services")
    worker = FakeEngine(msgspec.structs.replace(LOCAL, swarm=member(manager=False)))
    worker.run("job.1.x", labels={"com.docker.swarm.service.name": "job"})
    for work in (
        inventory.turned_on(worker, "job"),
        renew(worker, "job"),
        auto(worker, "job"),
        history(worker, "job"),
    ):
        refused(work, Exit.NO_SERVICE, "this engine a worker of it: give the command on a manager")
    refused(inventory.turned_on(worker, "other"), Exit.NO_SERVICE, "no service 'other'")


def test_what_is_for_containers_alone_says_what_there_is_instead() -> None:
    engine = turned_on()
    refused(auto(engine, "job"), Exit.USAGE, "job is a service of a Swarm")
    refused(history(engine, "job"), Exit.USAGE, "docker service ps --no-trunc netc-job")
    engine.run("web")
    refused(move(engine, engine, Move("job", "web")), Exit.USAGE, "--availability drain NODE")


def test_a_frail_swarm_is_not_why_one_is_gone() -> None:
    engine = turned_on()
    engine.engine = msgspec.structs.replace(LOCAL, swarm=member(managers=1))
    del engine.swarm.known["netc-job"]
    with pytest.raises(NetcError, match="netc-job was removed"):
        run(swarm.own_of(engine, "job"))


def test_a_node_without_the_image_is_told_with_what_it_lacks() -> None:
    engine = turned_on()
    said = "No such image: netc-sidecar:0123456789ab"
    bad = {"state": "rejected", "desired": "shutdown", "error": said, "no_image": True}
    [last] = engine.swarm.ran
    engine.swarm.ran = [
        msgspec.structs.replace(last, id="t0", node="n2", **bad),
        msgspec.structs.replace(last, state="preparing"),
    ]
    assert f"{said}; on host2: 'netc image build'" in str(own(engine).health)


def test_its_seed_is_the_swarm_s_so_that_its_address_is_not_taken_for_a_chosen_one() -> None:
    engine = turned_on()
    [found] = run(inventory.services(engine))
    assert found.network_container is not None
    assert found.network_container.seed == CLUSTER
    assert chosen(found, engine.engine.id).mac == ""


def test_of_two_with_one_name_each_is_listed_and_acted_on_by_a_name_of_its_own() -> None:
    engine = turned_on()
    engine.run("job")
    listed = {found.name: found for found in run(inventory.services(engine))}
    assert [*listed] == ["job", "swarm:job"]
    assert listed["job"].network_container is None
    of_swarm = listed["swarm:job"].network_container
    assert of_swarm is not None
    assert (of_swarm.ip, of_swarm.service) == (BOUND["ip"], "swarm:job")
    assert run(check(engine, of_swarm)).check.broken is None
    refused(inventory.turned_on(engine, "job"), Exit.NO_SERVICE, "job has no network container")
    assert run(inventory.turned_on(engine, "swarm:job"))[1].ip == BOUND["ip"]
    assert run(down(engine, "swarm:job"))
    assert "job" in engine.boxes
    assert engine.swarm.specs == {}
    run(up(engine, Request("swarm:job", "eth0")))
    run(up(engine, Request("job", "eth1")))
    assert "netc-job" in engine.boxes
    assert [*engine.swarm.specs] == ["netc-job"]
    # Without the container it has its own name again; with the prefix it is meant all the same.
    del engine.boxes["job"], engine.boxes["netc-job"]
    assert [found.name for found in run(inventory.services(engine))] == ["job"]
    assert run(inventory.turned_on(engine, "swarm:job"))[1].service == "job"
