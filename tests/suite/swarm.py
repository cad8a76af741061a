"""An engine that is asked as a manager of a Swarm. What a Swarm then does is in ``tests/lab``."""

import pytest

from netc_tui.core.swarm_steps import CreateNodeNetwork, SwarmSpec
from netc_tui.engine import Conflict, Refused
from tests.suite.host import Host

SPEC = SwarmSpec("netc-web", "i", ("a", "b"), "node.labels.a == b", {}, "c", {})


async def one_that_is_in_no_swarm_refuses(host: Host) -> None:
    await host.engine.refresh()
    assert host.engine.engine.swarm is None
    swarm = host.engine.swarm
    for asked in (
        swarm.services,
        swarm.tasks,
        swarm.nodes,
        swarm.configs,
        lambda: swarm.create_config("netc-c", "text", {}),
        lambda: swarm.remove_config("netc-c"),
        lambda: swarm.label_node("n1", "a", "b"),
        lambda: swarm.create(SPEC),
        lambda: swarm.update(SPEC, 1),
        lambda: swarm.remove("netc-web"),
    ):
        with pytest.raises(Refused):
            await asked()


async def what_a_network_is_on_this_node_can_be_said_without_a_swarm(host: Host) -> None:
    engine = host.engine
    here = CreateNodeNetwork("netc-here", host.interface, "198.19.252.0/22", {"a": "b"})
    await engine.swarm.create_network(here)
    with pytest.raises(Conflict):
        await engine.swarm.create_network(here)
    [made] = [network for network in await engine.networks() if network.name == here.name]
    assert (made.config_only, made.parent, made.subnets) == (True, here.interface, (here.subnet,))
    assert dict(made.labels) == here.labels
    await engine.remove_network(here.name)
    assert here.name not in [network.name for network in await engine.networks()]
