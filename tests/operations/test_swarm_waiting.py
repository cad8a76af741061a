"""Waiting for the lease of a service of a Swarm, while others undo what was done."""

from typing import Any

import msgspec
import pytest

from netc_tui.core.errors import Exit
from netc_tui.core.ports import Port
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.turning import refused
from tests.twin import LOCAL, FakeEngine
from tests.twin.swarm import BOUND, event, member

pytestmark = pytest.mark.usefixtures("machine")


def manager() -> FakeEngine:
    engine = FakeEngine(msgspec.structs.replace(LOCAL, swarm=member()))
    engine.network("over", "overlay", subnets=("10.0.1.0/24",))
    engine.swarm.run("job", "over", ports=(Port(80, "tcp"),))
    return engine


def turn_on(engine: FakeEngine, **facts: Any) -> Any:
    return up(engine, Request("job", "eth0", **facts))


def test_why_there_is_no_lease_is_told() -> None:
    engine = manager()
    engine.swarm.said = [event("start"), event("no_offer", message="nobody answers")]
    error = refused(turn_on(engine, timeout=2), Exit.NO_LEASE, "nobody answers")
    assert "netc down job" in error.message


def test_one_that_fails_ends_the_wait() -> None:
    engine = manager()
    engine.swarm.said = [event("failed", message="no iptables here")]
    refused(turn_on(engine), Exit.FAILED, "no iptables here")


def test_one_for_which_there_is_no_node_is_told() -> None:
    engine = manager()
    engine.swarm._placed = lambda task: task  # type: ignore[method-assign]
    refused(turn_on(engine, timeout=2), Exit.NO_LEASE, "its task is pending: no suitable node")


def test_a_label_that_another_netc_takes_away_meanwhile_is_put_on_again() -> None:
    engine = manager()
    taken: list[str] = []

    def rival(call: tuple[str, ...]) -> None:
        if call[0] == "swarm.create":
            node = engine.swarm.there["n1"]
            taken.extend(node.labels)
            engine.swarm.there["n1"] = msgspec.structs.replace(node, labels={})

    engine.before = rival
    assert run(turn_on(engine)).ip == BOUND["ip"]
    assert taken == ["netc.lan.eth0"]
    assert [*engine.swarm.there["n1"].labels] == taken


def test_one_that_is_turned_off_meanwhile_is_not_waited_for_nor_made_again() -> None:
    engine = manager()
    engine.swarm.said = [event("start")]

    def rival(call: tuple[str, ...]) -> None:
        if call[0] == "log" and engine.swarm.specs:
            del engine.swarm.specs["netc-job"], engine.swarm.known["netc-job"]

    engine.before = rival
    refused(turn_on(engine), Exit.FAILED, "netc-job was removed by somebody else meanwhile")
    assert engine.swarm.specs == {}


def test_a_node_without_the_image_is_named_though_the_next_task_has_nothing_to_tell() -> None:
    engine = manager()
    placed = engine.swarm._placed

    def rejected(task: Any) -> Any:
        made = placed(task)
        said = "No such image: netc-sidecar:0123456789ab"
        bad = {"id": "t0", "state": "rejected", "desired": "shutdown", "error": said}
        engine.swarm.ran.append(msgspec.structs.replace(made, no_image=True, **bad))
        return msgspec.structs.replace(made, state="preparing")

    engine.swarm._placed = rejected  # type: ignore[method-assign]
    error = refused(turn_on(engine, timeout=2), Exit.NO_LEASE, "its task is preparing: No such")
    assert "0123456789ab; on host1: 'netc image build';" in error.message
