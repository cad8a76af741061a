"""What is made for a service of a Swarm, decided from values."""

import ipaddress
from typing import Any

import msgspec
import pytest

from netc_tui.core import swarm_plan as plan
from netc_tui.core import swarm_world as world_of
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import derive
from netc_tui.core.model import CHOSEN_MAC, Network
from netc_tui.core.plan import BuildImage, Step
from netc_tui.core.ports import Forward
from netc_tui.core.protocol import Env
from netc_tui.core.swarm import SwarmNode, SwarmService
from netc_tui.core.swarm_steps import CreateConfig, CreateNodeNetwork, CreateSwarmService, LabelNode
from tests.twin import LOCAL, OLD
from tests.twin.swarm import CLUSTER, member

OVER = Network("o", "over", "overlay", ("10.0.1.0/24",), attachable=False)
JOB = SwarmService("s1", "job", "nginx:1", 1, networks=("o",))
NODES = (SwarmNode("n1", "host1", manager=True), SwarmNode("n2", "host2"))
WORLD = world_of.SwarmWorld(
    engine=msgspec.structs.replace(LOCAL, swarm=member()),
    networks=(OVER,),
    services=(JOB,),
    nodes=NODES,
    configs=(),
    image="netc-sidecar:1",
    image_built=True,
)
WANTED = world_of.SwarmWanted(
    JOB, "eth1", OVER, (Forward("tcp", 80, 80),), derive(CLUSTER, "job"), ("10.77.0.10/24",)
)


def world(**facts: Any) -> world_of.SwarmWorld:
    return msgspec.structs.replace(WORLD, **facts)


def spec_of(world: world_of.SwarmWorld, wanted: world_of.SwarmWanted = WANTED) -> Any:
    [step] = [s for s in plan.swarm_up(world, wanted) if isinstance(s, CreateSwarmService)]
    return step.spec


def test_which_node_it_is_asked_for_on_makes_no_difference() -> None:
    here = spec_of(WORLD)
    other = msgspec.structs.replace(WANTED, host_addresses=("10.77.0.11/24",))
    second = msgspec.structs.replace(LOCAL, swarm=msgspec.structs.replace(member(), node="n2"))
    there = spec_of(world(engine=second), other)
    assert here.labels == there.labels
    assert here.environment[Env.HOST_ADDRESSES] != there.environment[Env.HOST_ADDRESSES]


def test_it_always_tells_the_lan_since_when_it_has_its_identity() -> None:
    assert spec_of(WORLD).environment[Env.TELLS] == "takes"


def test_a_chosen_mac_is_remembered_as_chosen() -> None:
    assert CHOSEN_MAC not in spec_of(WORLD).labels
    mac = "02:00:00:00:00:07"
    chosen = msgspec.structs.replace(WANTED, identity=derive(CLUSTER, "job", mac=mac))
    assert spec_of(WORLD, chosen).labels[CHOSEN_MAC] == mac


def test_the_image_is_built_first() -> None:
    assert isinstance(plan.swarm_up(world(image_built=False), WANTED)[0], BuildImage)


def test_the_throw_away_subnet_is_free_here_and_the_same_on_each_node() -> None:
    [made] = [s for s in plan.swarm_up(WORLD, WANTED) if isinstance(s, CreateNodeNetwork)]
    taken = Network("l", "netc-lan-eth1", "macvlan", (made.subnet,), "eth1")
    [other] = [
        step
        for step in plan.swarm_up(world(networks=(OVER, taken)), WANTED)
        if isinstance(step, CreateNodeNetwork)
    ]
    assert not ipaddress.ip_network(made.subnet).overlaps(ipaddress.ip_network(other.subnet))
    # On the next node it is what the Swarm's network says, or nothing.
    label = {"netc.lan.eth1": other.subnet}
    nodes = (NODES[0], msgspec.structs.replace(NODES[1], labels=label))
    [again] = [
        step
        for step in plan.swarm_up(world(nodes=nodes), WANTED)
        if isinstance(step, CreateNodeNetwork)
    ]
    assert again.subnet == other.subnet
    spec = spec_of(world(nodes=nodes))
    assert spec.environment[Env.LAN_SUBNET] == other.subnet
    assert spec.constraint == f"node.labels.netc.lan.eth1 == {other.subnet}"
    in_use = msgspec.structs.replace(taken, subnets=(other.subnet,))
    with pytest.raises(NetcError, match="this node has"):
        plan.swarm_up(world(nodes=nodes, networks=(OVER, in_use)), WANTED)


@pytest.mark.parametrize("text", ["yes", "", "10.0.0.0/33", "10.0.0.1/8"])
def test_a_label_that_is_no_subnet_makes_no_node_ready(text: str) -> None:
    nodes = (msgspec.structs.replace(NODES[0], labels={"netc.lan.eth1": text}), NODES[1])
    assert world_of.carriers(world(nodes=nodes), "eth1") == ()
    [label] = [s for s in plan.swarm_up(world(nodes=nodes), WANTED) if isinstance(s, LabelNode)]
    assert ipaddress.ip_network(label.text)


def test_a_network_of_that_name_that_says_nothing_of_nodes_is_another_s() -> None:
    lan = Network("x", "netc-swarm-eth1", "overlay")
    with pytest.raises(NetcError, match="is taken by a network that is not netc's"):
        plan.swarm_up(world(networks=(OVER, lan)), WANTED)
    assert plan.swarm_down(world(networks=(OVER, lan)), "job") == ()


def test_a_node_on_which_it_is_another_is_refused() -> None:
    subnet = "198.19.0.0/22"
    nodes = (NODES[0], msgspec.structs.replace(NODES[1], labels={"netc.lan.eth1": subnet}))

    def planned(parent: str, subnet: str) -> tuple[Step, ...]:
        here = Network("h", "netc-swarm-eth1-here", "null", (subnet,), parent, config_only=True)
        return plan.swarm_up(world(nodes=nodes, networks=(OVER, here)), WANTED)

    for parent, other in (("eth2", subnet), ("eth1", "198.19.4.0/22")):
        with pytest.raises(NetcError, match="docker network rm netc-swarm-eth1-here"):
            planned(parent, other)
    assert not [step for step in planned("eth1", subnet) if isinstance(step, CreateNodeNetwork)]


def test_older_engines_have_one_network_on_an_interface() -> None:
    engine = msgspec.structs.replace(OLD, swarm=member())
    taken = Network("l", "netc-lan-eth1", "macvlan", ("198.18.4.0/22",), "eth1")
    with pytest.raises(NetcError, match="carries the network netc-lan-eth1") as caught:
        plan.swarm_up(world(engine=engine, networks=(OVER, taken)), WANTED)
    assert caught.value.code == Exit.INTERFACE
    plan.swarm_up(world(networks=(OVER, taken)), WANTED)
    ipvlan = msgspec.structs.replace(taken, driver="ipvlan")
    with pytest.raises(NetcError, match="carries the network"):
        plan.swarm_up(world(networks=(OVER, ipvlan)), WANTED)


def test_over_which_network_a_service_is_reached() -> None:
    ingress = Network("i", "ingress", "overlay", ingress=True)
    second = Network("p", "back", "overlay")
    networks = (ingress, OVER, second)
    job = msgspec.structs.replace(JOB, networks=("i", "o", "p"))
    assert plan.overlay(job, networks) is second
    assert plan.overlay(job, networks, "over") is OVER
    with pytest.raises(NetcError, match="it is on: back, over"):
        plan.overlay(job, networks, "ingress")
    alone = msgspec.structs.replace(JOB, networks=("i",))
    with pytest.raises(NetcError, match="--network-add job-net job"):
        plan.overlay(alone, networks)


def test_without_leader_there_is_no_identity() -> None:
    engine = msgspec.structs.replace(LOCAL, swarm=msgspec.structs.replace(member(), cluster=""))
    with pytest.raises(NetcError, match="no leader"):
        plan.swarm_up(world(engine=engine), WANTED)


def test_eight_hundred_ports_fit_into_a_config() -> None:
    """Docker takes less than 1,024,000 bytes (20.10.24), and of an environment variable 128 KiB."""
    forwards = tuple(Forward("tcp", 1000 + 2 * n, 80) for n in range(800))
    many = msgspec.structs.replace(WANTED, forwards=forwards)
    [step] = [s for s in plan.swarm_up(WORLD, many) if isinstance(s, CreateConfig)]
    assert 128 * 1024 < len(step.text.encode()) < 1_024_000


def test_by_hand_a_node_is_made_ready_as_by_netc() -> None:
    [made] = [s for s in plan.swarm_up(WORLD, WANTED) if isinstance(s, CreateNodeNetwork)]
    assert world_of.by_hand(WORLD, "eth1") == (
        *("network", "create", "--config-only", "--subnet", made.subnet),
        *("--opt", "parent=eth1", "--label", "netc.swarm=eth1", made.name),
    )
