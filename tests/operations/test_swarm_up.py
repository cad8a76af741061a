"""Turning services of a Swarm on and off, against one in memory."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest

from netc_tui import sidecar
from netc_tui.core import swarm_plan as plan
from netc_tui.core.elsewhere import aimed_within
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import derive, is_image
from netc_tui.core.model import Image
from netc_tui.core.ports import Port
from netc_tui.core.protocol import Env
from netc_tui.core.swarm import Replicas
from netc_tui.operations import inventory
from netc_tui.operations.down import down
from netc_tui.operations.down import preview as preview_down
from netc_tui.operations.up import Request, preview, up
from tests.machine import run
from tests.operations.turning import Killed, kill_at, refused
from tests.twin import LOCAL, OLD, FakeEngine
from tests.twin.swarm import CLUSTER, member

pytestmark = pytest.mark.usefixtures("machine")


def swarm(managers: int = 3, engine: Any = LOCAL, **facts: Any) -> FakeEngine:
    """A manager whose Swarm runs one service that publishes a port, on an overlay network."""
    made = FakeEngine(msgspec.structs.replace(engine, swarm=member(managers=managers)))
    made.network("over", "overlay", attachable=False, subnets=("10.0.1.0/24",))
    made.swarm.run("job", "over", **{"ports": (Port(80, "tcp"),), **facts})
    return made


def turn_on(engine: FakeEngine, interface: str = "eth0", **facts: Any) -> Any:
    report = facts.pop("report", lambda _: None)
    return up(engine, Request("job", interface, **facts), report)


def state(engine: FakeEngine) -> tuple[Any, ...]:
    """All that netc makes in a Swarm, and on its first node."""
    known = engine.swarm
    return (
        dict(known.specs),
        sorted(known.files),
        sorted(name for name in engine.nets if name.startswith("netc-")),
        {node.name: dict(node.labels) for node in known.there.values()},
    )


def test_it_is_a_service_of_one_replica_with_the_identity_of_the_swarm() -> None:
    engine = swarm()
    own = run(turn_on(engine))
    assert (own.ip, own.node, own.elsewhere) == ("10.77.0.50", "host1", False)
    [spec] = engine.swarm.specs.values()
    assert spec.networks == ("over", "netc-swarm-eth0")
    subnet = spec.environment[Env.LAN_SUBNET]
    assert spec.constraint == f"node.labels.netc.lan.eth0 == {subnet}"
    assert spec.environment[Env.NAME] == "tasks.job"
    assert spec.environment[Env.PTR] == "job.*.over"
    assert spec.environment[Env.SVC_SUBNETS] == "10.0.1.0/24"
    assert spec.environment[Env.MAC] == derive(CLUSTER, "job").mac
    [(config, text)] = engine.swarm.files.values()
    assert config.name == spec.config
    assert "--dport 80 -j DNAT" in text
    assert engine.swarm.there["n1"].labels == {"netc.lan.eth0": subnet}
    found = {service.name: service for service in run(inventory.services(engine))}
    assert [*found] == ["job"]
    assert found["job"].stands == "1/1 replicas"
    assert found["job"].network_container.ip == "10.77.0.50"


def test_the_same_again_does_nothing_and_on_another_node_no_more_than_to_make_it_ready() -> None:
    engine = swarm()
    run(turn_on(engine))
    before = state(engine)
    did: list[str] = []
    run(turn_on(engine, report=lambda step: did.append(str(step))))
    assert did == []
    assert state(engine) == before
    # The second node knows the Swarm's networks, and not what one of them is there.
    second = swarm()
    second.engine = msgspec.structs.replace(
        second.engine, swarm=msgspec.structs.replace(member(), node="n2")
    )
    second.swarm = engine.swarm
    second.nets.clear()
    second.nets |= {n: net for n, net in engine.nets.items() if n in ("over", "netc-swarm-eth0")}
    second.images |= engine.images
    steps = run(_preview(second))
    assert [type(step).__name__ for step in steps] == ["CreateNodeNetwork", "LabelNode"]
    assert steps[0].subnet == engine.swarm.there["n1"].labels["netc.lan.eth0"]


async def _preview(engine: FakeEngine, **facts: Any) -> Any:
    wanted, steps = await preview(engine, Request("job", "eth0", **facts))
    assert (wanted.network, wanted.target) == ("over", "tasks.job")
    return steps


@pytest.mark.parametrize("number", range(7))
def test_killed_at_any_step_the_same_command_goes_on(number: int) -> None:
    whole, engine = swarm(), swarm()
    run(turn_on(whole))
    with suppress(Killed):
        run(turn_on(engine, report=kill_at(number)))
    run(turn_on(engine))
    assert state(engine) == state(whole)
    assert run(down(engine, "job"))
    assert state(engine) == state(swarm())


@pytest.mark.parametrize("number", range(7))
def test_off_leaves_nothing_also_when_it_is_killed(number: int) -> None:
    engine = swarm()
    run(turn_on(engine))
    with suppress(Killed):
        run(down(engine, "job", kill_at(number)))
    run(down(engine, "job"))
    assert state(engine) == state(swarm())
    assert run(down(engine, "job")) is False
    assert "job" in engine.swarm.known


@pytest.mark.parametrize("number", range(7))
def test_nor_when_its_service_is_gone_by_then(number: int) -> None:
    engine = swarm()
    run(turn_on(engine))
    del engine.swarm.known["job"]
    with suppress(Killed):
        run(down(engine, "job", kill_at(number)))
    with suppress(NetcError):  # it was done
        run(down(engine, "job"))
    assert state(engine) == state(swarm())
    refused(down(engine, "job"), Exit.NO_SERVICE, "no service 'job'")


def test_with_other_ports_it_is_made_anew_and_the_former_rules_go() -> None:
    engine = swarm()
    run(turn_on(engine))
    former = [*engine.swarm.files]
    did: list[str] = []
    run(turn_on(engine, ports=("8080:80",), report=lambda step: did.append(str(step))))
    assert "update service netc-job: ports change from 80/tcp to 8080:80/tcp" in did
    assert len(engine.swarm.files) == 1
    assert [*engine.swarm.files] != former
    assert [task.state for task in engine.swarm.ran] == ["shutdown", "running"]


def test_its_lan_network_stays_while_another_is_on_it() -> None:
    engine = swarm()
    engine.swarm.run("other", "over", ports=(Port(81, "tcp"),))
    run(turn_on(engine))
    run(up(engine, Request("other", "eth0")))
    run(down(engine, "job"))
    assert "netc-swarm-eth0" in engine.nets
    assert engine.swarm.there["n1"].labels
    run(down(engine, "other"))
    assert state(engine) == state(swarm())


def test_nor_goes_it_while_a_plain_container_is_on_it() -> None:
    engine = swarm()
    run(turn_on(engine))
    engine.run("guest", "netc-swarm-eth0", state="exited")
    run(down(engine, "job"))
    assert "netc-swarm-eth0" in engine.nets
    assert engine.swarm.there["n1"].labels
    del engine.boxes["guest"]
    run(down(engine, "job"))
    assert state(engine) == state(swarm())


def test_what_is_left_on_other_nodes_is_told_with_the_command() -> None:
    engine = swarm()
    run(turn_on(engine))
    second = engine.swarm.there["n2"]
    engine.swarm.there["n2"] = msgspec.structs.replace(second, labels={"netc.lan.eth0": "yes"})
    told: list[str] = []
    run(down(engine, "job", remark=told.append))
    assert told == [
        "on host2 netc-swarm-eth0-here is left; remove it there with:"
        " 'docker network rm netc-swarm-eth0-here'"
    ]
    assert not any(node.labels for node in engine.swarm.there.values())


@pytest.mark.parametrize(("managers", "told"), [(1, True), (2, True), (3, False), (5, False)])
def test_fewer_than_three_managers_are_told(managers: int, told: bool) -> None:
    engine = swarm(managers)
    said: list[str] = []
    run(up(engine, Request("job", "eth0"), remark=said.append))
    assert any("docker node promote" in text for text in said) is told
    assert ("promote" in run(inventory.overview(engine))[2]) is told


def test_nodes_that_it_cannot_go_to_are_told_with_what_makes_them_ready() -> None:
    engine = swarm()
    third = engine.swarm.there["n3"]
    engine.swarm.there["n3"] = msgspec.structs.replace(third, manager=False)
    said: list[str] = []
    run(up(engine, Request("job", "eth0"), remark=said.append))
    assert said[0] == "it can go to host2 only when this was given there, too: 'netc up job eth0'"
    assert "host3" in said[1]
    assert said[0] == aimed_within(said[0], "nas", "ssh://nas")
    subnet = engine.swarm.there["n1"].labels["netc.lan.eth0"]
    assert f"--subnet {subnet} --opt parent=eth0" in said[1]
    assert f"docker node update --label-add netc.lan.eth0={subnet} NODE" in said[1]
    # What is to be done there is not done on the host that this is done on; the last is.
    there, _, here = said[1].partition(", then here with: ")
    assert aimed_within(there, "nas", "ssh://nas") == there
    assert aimed_within(here, "nas", "ssh://nas").startswith("docker -H ssh://nas node update")


def test_what_it_exposes_is_told_by_the_image_where_nothing_else_does() -> None:
    engine = swarm(ports=())
    refused(turn_on(engine), Exit.NO_SERVICE, "say which to forward")
    engine.images["nginx:1"] = Image("i", {}, (Port(8080, "tcp"),))
    assert str(run(turn_on(engine)).ports[0]) == "8080/tcp"


def test_a_container_of_that_name_goes_before() -> None:
    engine = swarm()
    engine.run("job")
    run(turn_on(engine))
    assert "netc-job" in engine.boxes
    assert engine.swarm.specs == {}


def test_a_service_that_is_not_netc_s_keeps_its_name() -> None:
    engine = swarm()
    engine.swarm.run("netc-job")
    refused(turn_on(engine), Exit.FAILED, "netc-job is taken")
    refused(down(engine, "job"), Exit.FAILED, "netc-job is taken")


def test_one_whose_service_is_gone_can_be_turned_off() -> None:
    engine = swarm()
    run(turn_on(engine))
    del engine.swarm.known["job"]
    assert [service.state for service in run(inventory.services(engine))] == ["gone"]
    assert run(down(engine, "job"))
    assert run(inventory.services(engine)) == ()


def test_an_interface_that_carries_another_network_is_refused_on_older_engines() -> None:
    for engine, works in ((swarm(engine=OLD), False), (swarm(), True)):
        engine.run("web")
        run(up(engine, Request("web", "eth0")))
        if works:
            run(turn_on(engine))
        else:
            refused(turn_on(engine), Exit.INTERFACE, "carries the network netc-lan-eth0")
        # Nor does either take away the other's networks.
        run(down(engine, "web"))
        assert ("netc-swarm-eth0" in engine.nets) is works


def test_a_worker_says_where_it_is_done() -> None:
    engine = swarm()
    engine.engine = msgspec.structs.replace(LOCAL, swarm=member(manager=False))
    engine.run("job.1.x", "over", labels={"com.docker.swarm.service.name": "job"})
    for work in (turn_on(engine), down(engine, "job"), preview_down(engine, "job")):
        refused(work, Exit.NO_SERVICE, "on a manager")
    refused(up(engine, Request("nothing", "eth0")), Exit.NO_SERVICE, "no service")


def test_what_is_not_to_be_had_is_refused_and_not_left_out_without_a_word() -> None:
    refused(turn_on(swarm(), name="shop"), Exit.USAGE, "names of those are not published")
    refused(turn_on(swarm(), seed="home"), Exit.USAGE, "comes from the Swarm's id")


def test_of_several_replicas_which_would_have_one_address_there_is_one_again() -> None:
    engine = swarm()
    run(turn_on(engine))
    had = engine.swarm.known["netc-job"]
    two = Replicas("replicated", 2, 2)
    engine.swarm.known["netc-job"] = msgspec.structs.replace(had, replicas=two)
    did: list[str] = []
    run(turn_on(engine, report=lambda step: did.append(str(step))))
    assert did == ["update service netc-job: it was given 2 replicas, and is to have one"]


def test_who_has_a_newer_netc_is_told_which_nodes_lack_its_image() -> None:
    engine = swarm()
    run(turn_on(engine))
    [subnet] = engine.swarm.there["n1"].labels.values()
    second = engine.swarm.there["n2"]
    labels = {"netc.lan.eth0": subnet}
    engine.swarm.there["n2"] = msgspec.structs.replace(second, labels=labels)
    said: list[str] = []
    run(up(engine, Request("job", "eth0"), remark=said.append))
    assert not [text for text in said if "image" in text]
    had = engine.swarm.known["netc-job"]
    older = msgspec.structs.replace(
        had, image="netc-sidecar:0123456789ab", labels={**had.labels, plan.SPEC: "older"}
    )
    engine.swarm.known["netc-job"] = older
    run(up(engine, Request("job", "eth0"), remark=said.append))
    assert "host2 can start its new image only when it is there: 'netc image build'" in said


def test_the_command_for_other_nodes_has_what_was_chosen() -> None:
    engine = swarm(ports=())
    said: list[str] = []
    chosen = {"ports": ("81:80",), "hostname": "shop", "network": "over"}
    run(up(engine, Request("job", "eth0", **chosen), remark=said.append))
    assert "'netc up job eth0 --port 81:80 --hostname shop'" in said[0]
    engine.network("more", "overlay", subnets=("10.0.2.0/24",))
    engine.swarm.run("two", "over", "more")
    run(up(engine, Request("two", "eth0", ports=("80",), network="over"), remark=said.append))
    assert "'netc up two eth0 --port 80 --network over'" in said[-1]


def test_the_image_is_built_when_it_is_not_there() -> None:
    engine = swarm()
    run(turn_on(engine))
    assert sidecar.image() in engine.images
    # By a name for which no registry is asked, which one that was built before may lack.
    assert engine.swarm.known["netc-job"].image == f"localhost:1/{sidecar.image()}"
    assert is_image(engine.swarm.known["netc-job"].image)
    del engine.images[f"localhost:1/{sidecar.image()}"]
    steps = run(_preview(engine))
    assert [str(step) for step in steps] == [f"build image {sidecar.image()} on alpine"]
    run(turn_on(engine))
    assert run(_preview(engine)) == ()


def test_another_change_at_the_same_time_leads_to_a_new_plan() -> None:
    engine = swarm()
    run(turn_on(engine))
    tries = []

    def rival(call: tuple[str, ...]) -> None:
        if call[0] == "swarm.update" and not tries:
            tries.append(call)
            had = engine.swarm.known["netc-job"]
            engine.swarm.known["netc-job"] = msgspec.structs.replace(had, version=had.version + 1)

    engine.before = rival
    run(turn_on(engine, ports=("81:80",)))
    assert tries
    assert engine.swarm.known["netc-job"].version == 3


def test_a_swarm_without_leader_is_told() -> None:
    engine = swarm()

    def leaderless(call: tuple[str, ...]) -> None:
        if call[0].startswith("swarm."):
            raise NetcError("Docker: The swarm does not have a leader")

    engine.before = leaderless
    found, _, remark = run(inventory.overview(engine))
    assert found == ()
    assert "does not have a leader" in remark
    refused(turn_on(engine), Exit.FAILED, "does not have a leader")


def test_a_name_that_is_too_long_for_a_swarm_is_refused_before_anything_is_made() -> None:
    engine = swarm()
    for length, works in ((58, True), (59, False)):
        name = "j" * length
        engine.swarm.run(name, "over", ports=(Port(80, "tcp"),))
        before = state(engine)
        work = up(engine, Request(name, "eth0"))
        if works:
            assert run(work).ip
        else:
            refused(work, Exit.FAILED, "has 64 characters, and a Swarm takes 63")
            assert state(engine) == before
