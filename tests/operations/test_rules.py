"""The rules of a network container, as they are shown."""

import pytest

from netc_tui.operations.rules import rules
from tests.machine import run
from tests.operations.turning import turn_on, world

pytestmark = pytest.mark.usefixtures("machine")


def test_rules_are_shown_with_counters_and_without_docker_s_own() -> None:
    async def scenario() -> None:
        engine = world()
        own = await turn_on(engine, "web", ports=("80:8080",))
        found = await rules(engine, own)
        dnat = [rule for rule in found if rule.target.startswith("DNAT")]
        assert [rule.target for rule in dnat] == [f"DNAT --to-destination {own.target}:8080"]
        jumps = [rule.match for rule in found if rule.target == "NETC-DNAT"]
        assert f"-d {own.ip}/32 -i eth1" in jumps

    run(scenario())
