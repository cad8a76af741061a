"""What is shown of services and their network containers."""

import pytest

from netc_tui.core.lease import Phase
from netc_tui.operations import inventory
from netc_tui.operations.down import down
from netc_tui.operations.rules import rules
from tests.unit.conftest import run
from tests.unit.turning import turn_on, world

pytestmark = pytest.mark.usefixtures("machine")


def test_services_are_listed_with_their_network_containers() -> None:
    async def scenario() -> None:
        engine = world()
        engine.run("old", state="exited")
        engine.run("was", ports=("25/tcp",))
        await turn_on(engine, "web")
        await turn_on(engine, "was")
        engine.stop("was")
        engine.boxes.pop("shop-api-1")
        by_name = {one.name: one for one in await inventory.services(engine)}
        assert sorted(by_name) == ["printer", "was", "web"]
        assert [str(port) for port in by_name["printer"].ports] == ["631/tcp"]
        companion = by_name["web"].network_container
        assert companion is not None
        assert (companion.phase, companion.target) == (
            Phase.BOUND,
            engine.own("web").lease["target"],
        )
        assert sorted(one.name for one in await inventory.services(engine, stopped=True)) == [
            "old", "printer", "was", "web",
        ]  # fmt: skip
        engine.boxes.pop("was")
        gone = next(one for one in await inventory.services(engine) if one.name == "was")
        assert (gone.state, gone.id) == (inventory.GONE, None)
        assert await down(engine, "was")

    run(scenario())


def test_rules_are_shown_with_counters_and_without_docker_s_own() -> None:
    async def scenario() -> None:
        engine = world()
        companion = await turn_on(engine, "web", ports=("80:8080",))
        found = await rules(engine, companion)
        dnat = [rule for rule in found if rule.target.startswith("DNAT")]
        assert [rule.target for rule in dnat] == [f"DNAT --to-destination {companion.target}:8080"]
        jumps = [rule.match for rule in found if rule.target == "NETC-DNAT"]
        assert f"-d {companion.ip}/32 -i eth1" in jumps

    run(scenario())
