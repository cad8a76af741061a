"""What a step does to a Swarm when others are in its way."""

from typing import Any

import msgspec
import pytest

from netc_tui.core import swarm_steps as steps
from netc_tui.core.ports import Port
from netc_tui.engine import Conflict, Gone, Refused
from netc_tui.operations import swarm_actions  # noqa: F401 # registers what the steps do
from netc_tui.operations.actions import Actors, do, undo
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.twin import LOCAL, FakeEngine
from tests.twin.swarm import member

pytestmark = pytest.mark.usefixtures("machine")


def act(engine: FakeEngine, step: Any) -> Any:
    return run(do(step, Actors(engine), None))


def manager() -> FakeEngine:
    return FakeEngine(msgspec.structs.replace(LOCAL, swarm=member()))


@pytest.mark.parametrize("kind", [Conflict, Refused])
def test_a_network_that_is_let_go_of_a_moment_later_is_removed_then(kind: type[Any]) -> None:
    engine = manager()
    engine.network("lan")
    tries = []

    def busy(call: tuple[str, ...]) -> None:
        if call[0] == "remove_network":
            tries.append(call)
            if len(tries) < 4:
                raise kind("network lan is in use by task t1")

    engine.before = busy
    act(engine, steps.RemoveSwarmNetwork("lan"))
    assert len(tries) == 4
    assert "lan" not in engine.nets


def test_one_that_somebody_has_come_to_use_is_left() -> None:
    engine = manager()
    engine.network("lan")

    def used(call: tuple[str, ...]) -> None:
        if call[0] == "remove_network":
            raise Conflict("in use")

    engine.before = used
    act(engine, steps.RemoveSwarmNetwork("lan"))
    assert "lan" in engine.nets


def test_rules_that_were_made_in_vain_are_taken_back() -> None:
    engine = manager()
    step = steps.CreateConfig("c", "text", {})
    act(engine, step)
    assert [*engine.swarm.files] == ["c"]
    run(undo(step, Actors(engine)))
    assert engine.swarm.files == {}
    run(undo(step, Actors(engine)))


def test_a_service_counts_as_removed_when_its_container_here_is_gone() -> None:
    engine = manager()
    engine.network("over", "overlay")
    engine.network("lan")
    act(engine, steps.CreateConfig("c", "", {}))
    act(engine, steps.LabelNode("n1", "host1", "k", "yes"))
    spec = steps.SwarmSpec("netc-job", "i", ("over", "lan"), "node.labels.k == yes", {}, "c", {})
    act(engine, steps.CreateSwarmService(spec))
    task = engine.run("netc-job.1.x")
    engine.swarm.ran = [msgspec.structs.replace(engine.swarm.ran[0], container=task.id)]
    looks = []

    def ends(call: tuple[str, ...]) -> None:
        if call[0] == "containers":
            looks.append(call)
            if len(looks) == 3:
                del engine.boxes["netc-job.1.x"]

    engine.before = ends
    act(engine, steps.RemoveSwarmService("netc-job"))
    assert len(looks) == 3
    assert engine.swarm.known == {}
    # One that never ends holds up nobody for ever.
    engine.run("netc-job.1.x")
    act(engine, steps.RemoveSwarmService("netc-job"))


def test_what_is_gone_leads_to_another_plan() -> None:
    engine = manager()
    spec = steps.SwarmSpec("netc-job", "i", ("over", "lan"), "node.labels.k == yes", {}, "c", {})
    with pytest.raises(Gone):
        act(engine, steps.CreateSwarmService(spec))
    with pytest.raises(Gone):
        act(engine, steps.UpdateSwarmService(spec, 1, "why"))


def test_a_node_keeps_its_label_when_somebody_has_come_to_use_the_interface() -> None:
    """Without it the Swarm would end that one's task."""
    engine = manager()
    engine.network("over", "overlay", subnets=("10.0.1.0/24",))
    for name in ("job", "other"):
        engine.swarm.run(name, "over", ports=(Port(80, "tcp"),))
    run(up(engine, Request("job", "eth0")))
    key, [subnet] = "netc.lan.eth0", engine.nets["netc-swarm-eth0-here"].subnets
    act(engine, steps.UnlabelNode("n1", "host1", key))
    assert engine.swarm.there["n1"].labels == {key: subnet}
    act(engine, steps.RemoveSwarmService("netc-job"))
    act(engine, steps.UnlabelNode("n1", "host1", key))
    assert engine.swarm.there["n1"].labels == {}
