"""Each step says in one line what it does."""

from netc_tui.core import swarm_steps as steps
from netc_tui.core.plan import Step, When

SPEC = steps.SwarmSpec("netc-job", "i", ("over", "lan"), "node.labels.a == yes", {}, "c", {})
ALL: tuple[tuple[Step, str, When], ...] = (
    (
        steps.CreateNodeNetwork("n", "eth1", "198.18.0.0/22", {}),
        "create config-only network n on this node: macvlan on eth1 (throw-away subnet"
        " 198.18.0.0/22)",
        When.BEFORE_LEASE,
    ),
    (steps.LabelNode("1", "host1", "k", "v"), "label node host1: k=v", When.BEFORE_LEASE),
    (
        steps.CreateSwarmNetwork("lan", "n"),
        "create macvlan network lan for all nodes, as each says in n",
        When.BEFORE_LEASE,
    ),
    (
        steps.CreateConfig("c", "abc", {}),
        "create config c: the rules for its ports (3 bytes)",
        When.BEFORE_LEASE,
    ),
    (
        steps.CreateSwarmService(SPEC),
        "create service netc-job with one replica on networks over and lan, where"
        " node.labels.a == yes",
        When.BEFORE_LEASE,
    ),
    (
        steps.UpdateSwarmService(SPEC, 3, "ports change"),
        "update service netc-job: ports change",
        When.BEFORE_LEASE,
    ),
    (
        steps.RemoveSwarmService("netc-job"),
        "remove service netc-job: its lease is released",
        When.BEFORE_LEASE,
    ),
    (steps.RemoveConfig("c"), "remove config c", When.END),
    (
        steps.RemoveSwarmNetwork("lan"),
        "remove network lan: no network container uses it any more",
        When.END,
    ),
    (steps.UnlabelNode("1", "host1", "k"), "take the label k off node host1", When.END),
)


def test_each_step_is_told_and_lies_in_its_phase() -> None:
    for step, text, when in ALL:
        assert str(step) == text
        assert step.when is when
