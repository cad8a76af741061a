"""A plan in words."""

import pytest

from netc_tui.core import plan
from netc_tui.core.explain import explain
from netc_tui.core.plan import Step
from netc_tui.operations.down import preview as preview_down
from tests.machine import run
from tests.operations.private import NAME, NOTHING, steps_up, turn_on
from tests.operations.turning import world

pytestmark = pytest.mark.usefixtures("machine")


def test_the_plan_says_what_each_way_promises() -> None:
    def words(steps: tuple[Step, ...]) -> str:
        return "\n".join(explain(steps))

    engine = world()
    assert "web is found by name on a network of its own" in words(run(steps_up(engine)))
    link = words(run(steps_up(engine, private_network=False)))
    assert "may be taken for it until that is noticed (not with --private-network)" in link
    assert "taken for it" not in words(run(steps_up(engine, "shop-api-1")))


def test_the_plan_says_what_is_done_to_the_service() -> None:
    engine = world()
    text = "\n".join(map(str, run(steps_up(engine))))
    assert f"create internal network {NAME} (198." in text
    assert f"connect web, as it runs, to the internal network {NAME}" in text
    assert "its default route stays as it is" in text
    assert engine.shape() == NOTHING
    run(turn_on(engine))
    off = [type(step) for step in run(preview_down(engine, "web"))]
    assert off == [
        plan.RemoveContainer,
        plan.DisconnectGuest,
        plan.RemoveNetwork,
        plan.RemoveNetwork,
    ]
