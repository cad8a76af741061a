"""A plan in words: what will be made, down to the rules, before it is made."""

from collections.abc import Sequence

from netc_tui.core.plan import ContainerSpec, CreateContainer, Step
from netc_tui.core.rules import fill

NAMES = {"IP": "ADDRESS", "TARGET": "SERVICE", "LAN": "LAN", "SVC": "BRIDGE"}
"""What stands for what is known only when there is a lease."""


def explain(steps: Sequence[Step]) -> list[str]:
    """The steps one a line, and below the network container what it will be."""
    lines: list[str] = []
    for step in steps:
        lines.append(str(step))
        if isinstance(step, CreateContainer):
            lines += _spec(step.spec)
    return lines


def _spec(spec: ContainerSpec) -> list[str]:
    environment = spec.environment
    rules = fill(environment["NETC_RULES"], NAMES).splitlines()
    return [
        f"    MAC {environment['NETC_MAC']}, client-id {environment['NETC_CLIENT_ID']}",
        f"    DHCP hostname {environment['NETC_HOSTNAME']}",
        "    rules, filled in when the addresses are known:",
        *(f"      {rule}" for rule in rules if rule.startswith("-A")),
    ]
