"""What a plan is made from: the networks that are in use."""

import pytest

from netc_tui.operations.down import down
from tests.machine import run
from tests.operations.turning import turn_on, world
from tests.twin import lan

pytestmark = pytest.mark.usefixtures("machine")


def test_a_network_is_kept_while_any_container_is_on_it() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.run("theirs", lan("eth0"), state="exited")
    run(down(engine, "web"))
    assert lan("eth0") in engine.nets
