"""A plan in words: what will be made, down to the rules, before it is made."""

from collections.abc import Sequence

from netc_tui.core.identity import PRIVATE
from netc_tui.core.plan import ContainerSpec, CreateContainer, Step
from netc_tui.core.protocol import RULES, Env
from netc_tui.core.rules import fill

NAMES = {"IP": "ADDRESS", "TARGET": "SERVICE", "LAN": "LAN", "SVC": "BRIDGE"}
"""What stands for what is known only when there is a lease."""


def explain(steps: Sequence[Step]) -> list[str]:
    """The steps one a line, and below them what the network container will be."""
    specs = [step.spec for step in steps if isinstance(step, CreateContainer)]
    return [*map(str, steps), *(line for spec in specs for line in _spec(spec))]


def _spec(spec: ContainerSpec) -> list[str]:
    environment = spec.environment

    def rules(template: str) -> list[str]:
        found = fill(template, NAMES).splitlines()
        policies = [f"-P {line[1:].rsplit(' ', 1)[0]}" for line in found if " DROP " in line]
        return [f"      {rule}" for rule in (*policies, *found) if rule[:2] in ("-A", "-P")]

    return [
        f"  {spec.name}:",
        f"    MAC {environment[Env.MAC]}, client-id {environment[Env.CLIENT_ID]}",
        f"    DHCP hostname {environment[Env.HOSTNAME]}",
        *_promise(spec),
        "    rules for its ports, filled in when the addresses are known:",
        *rules(spec.files[RULES]),
        "    rules that are the same for all, in force before the first packet; IPv6 is closed:",
        *rules(environment[Env.BASE_RULES]),
    ]


def _promise(spec: ContainerSpec) -> list[str]:
    """On the default bridge, what the way that was chosen can keep."""
    if spec.link:
        return [
            f"    {spec.link} is found by a link: who gets its address while it is down may be"
            " taken for it until that is noticed (not with --private-network)"
        ]
    if spec.network.startswith(PRIVATE):
        return [
            f"    {spec.environment[Env.NAME]} is found by name on a network of its own: nobody"
            " else is taken for it"
        ]
    return []
