"""A plan as a value: what it says, before anything is done."""

import pytest

from netc_tui import sidecar
from netc_tui.core import plan
from tests.unit.conftest import run
from tests.unit.turning import steps_up, world

pytestmark = pytest.mark.usefixtures("machine")


def test_a_plan_can_be_shown_without_being_done() -> None:
    engine = world()
    steps = run(steps_up(engine, "web"))
    assert [type(step) for step in steps] == [
        plan.BuildImage,
        plan.CreateNetwork,
        plan.CreateContainer,
        plan.Connect,
        plan.Start,
    ]
    assert all(str(step) and "\n" not in str(step) for step in steps)
    assert engine.shape() == {"containers": {}, "networks": {}}
    assert sidecar.image() not in engine.images
