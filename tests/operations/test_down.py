"""Turning a service off; what is not netc's stays as it is."""

import pytest

from netc_tui.core.errors import Exit
from netc_tui.core.model import Container
from netc_tui.operations.down import down
from tests.machine import run
from tests.operations.turning import refused, turn_on, world

pytestmark = pytest.mark.usefixtures("machine")


@pytest.mark.parametrize("running", [True, False])
def test_a_container_of_that_name_that_is_not_netc_s_stays(running: bool) -> None:
    engine = world()
    engine.run("netc-web", state="running" if running else "exited")
    for work in (turn_on(engine, "web"), down(engine, "web")):
        refused(work, Exit.FAILED, "netc-web is taken")
    assert engine.boxes["netc-web"].state == ("running" if running else "exited")
    assert engine.shape()["networks"] == {}


def test_the_engine_s_regular_containers_are_never_touched() -> None:
    engine = world()
    before = {name: (box.id, box.lives) for name, box in engine.boxes.items()}
    run(turn_on(engine, "web"))
    run(down(engine, "web"))
    assert {name: (box.id, box.lives) for name, box in engine.boxes.items()} == before
    touched = {call[1] for call in engine.calls if call[0] in ("remove", "start", "connect")}
    assert touched == {"netc-web"}
    assert isinstance(run(engine.container("web")), Container)
