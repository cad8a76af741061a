"""A plan that is carried out while the ground moves."""

from typing import Any

import pytest

from netc_tui.core.errors import Exit
from netc_tui.engine import Conflict, Gone, Refused, Stuck
from tests.machine import run
from tests.operations.turning import Killed, refused, turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def killed_before(cut: str) -> FakeEngine:
    """An engine on which netc was killed before a call of that name, when it turned web on."""
    engine = world()

    def kill(call: tuple[str, ...]) -> None:
        if call[0] == cut:
            raise Killed

    engine.before = kill
    with pytest.raises(Killed):
        run(turn_on(engine, "web"))
    engine.before = lambda call: None
    return engine


@pytest.mark.parametrize("cut", ["put_files", "connect", "start"])
def test_one_that_was_not_finished_is_finished(cut: str) -> None:
    """netc was killed right then: a container without its files must not be started as it is."""
    engine = killed_before(cut)
    assert engine.own("web").state == "created"
    found = run(turn_on(engine, "web"))
    assert found.ip
    assert engine.own("web").files["rules"].count(b"-j DNAT") == 1


def test_what_another_netc_made_is_not_written_again_while_that_may_start_it() -> None:
    """Half of a file may be read while it is written anew."""
    engine = killed_before("start")
    already = len(engine.calls)
    assert run(turn_on(engine, "web")).ip
    assert "put_files" not in {call[0] for call in engine.calls[already:]}


@pytest.mark.parametrize("known_after", [2, 1000], ids=["made", "disconnected"])
def test_one_that_is_listed_before_its_networks_are_known_is_waited_for(known_after: int) -> None:
    engine = killed_before("start")
    made = engine.own("web")
    networks, made.networks = made.networks, {}
    looks = 0

    def look(call: tuple[str, ...]) -> None:
        nonlocal looks
        looks += call[0] == "containers"
        if looks == known_after:
            made.networks = networks

    engine.before = look
    assert run(turn_on(engine, "web")).ip
    assert (engine.own("web").id == made.id) is (known_after == 2)


def fail_once(engine: FakeEngine, name: str, error: Exception, times: int = 1) -> None:
    left = times

    def before(call: tuple[str, ...]) -> None:
        nonlocal left
        if call[0] == name and left:
            left -= 1
            raise error

    engine.before = before


@pytest.mark.parametrize("error", [Conflict, Gone])
@pytest.mark.parametrize("call", ["create_network", "create", "connect", "start", "build"])
def test_what_moved_meanwhile_leads_to_another_plan(call: str, error: Any) -> None:
    engine = world()
    fail_once(engine, call, error("moved"), times=2)
    assert run(turn_on(engine, "web")).ip
    fresh = world()
    run(turn_on(fresh, "web"))
    assert engine.shape() == fresh.shape()


def test_one_that_cannot_be_started_any_more_is_made_anew() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.stop("netc-web")
    before = engine.own("web").id
    fail_once(engine, "start", Stuck("Docker: task 3840e75073b2: already exists"))
    assert run(turn_on(engine, "web")).ip
    assert engine.own("web").id != before


def test_what_never_comes_to_rest_ends() -> None:
    engine = world()
    fail_once(engine, "start", Conflict("Docker: busy"), times=1000)
    refused(turn_on(engine, "web"), Exit.FAILED, "Docker: busy")
    assert len([call for call in engine.calls if call[0] == "start"]) < 20


@pytest.mark.parametrize("call", ["create", "connect", "start"])
def test_what_cannot_be_is_rolled_back(call: str) -> None:
    engine = world()
    fail_once(engine, call, Refused("Docker: no such device"))
    refused(turn_on(engine, "web"), Exit.FAILED, "no such device")
    assert engine.shape() == {"containers": {}, "networks": {}}


def test_what_was_there_before_is_not_rolled_back() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.stop("netc-web")
    fail_once(engine, "start", Refused("Docker: no such device"))
    refused(turn_on(engine, "web"), Exit.FAILED, "no such device")
    assert "netc-web" in engine.boxes
