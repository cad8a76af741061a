"""Another machine has the identity already: a clone of the host, or the one it was moved to."""

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import derive
from netc_tui.core.model import Keeper
from netc_tui.core.protocol import Env
from netc_tui.operations.move import Move, move
from netc_tui.operations.renew import renew
from netc_tui.operations.restart import restart
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")
NOTHING: dict[str, dict[str, object]] = {"containers": {}, "networks": {}}


def clone() -> FakeEngine:
    """A host whose clone has turned web on."""
    engine = world()
    engine.elsewhere.add(derive(engine.engine.id, "web").mac)
    return engine


def test_it_is_not_turned_on_and_told_at_once_what_to_do() -> None:
    engine = clone()
    # With the fake clock a wait for the lease would end in another error.
    error = refused(turn_on(engine, "web"), Exit.FAILED, "a clone of this host, with its engine id")
    mac = derive(engine.engine.id, "web").mac
    said = f"another machine on the LAN has this identity ({mac}): web was moved there"
    assert error.message.startswith(said)
    assert "it was not turned on" in error.message
    assert "netc up web eth0 --seed TEXT" in error.message
    assert "netc move web --from HOST" in error.message
    assert engine.shape() == NOTHING


def test_with_a_seed_of_its_own_it_is_on() -> None:
    engine = clone()
    own = run(turn_on(engine, "web", seed="second"))
    assert (own.ip is not None, own.mac) == (True, derive("second", "web").mac)


def test_who_names_the_seed_takes_it() -> None:
    """The other host cannot be reached, but goes on."""
    engine = clone()
    own = run(turn_on(engine, "web", seed=engine.engine.id))
    assert own.mac == derive(engine.engine.id, "web").mac
    spec = engine.own("web").spec
    assert spec is not None
    assert spec.environment[Env.TELLS] == "takes"


def test_labels_take_nothing_from_another_machine() -> None:
    """Whatever seed they name: two watchers would take it from each other for ever."""
    engine = world()
    engine.elsewhere.add(derive("ours", "web").mac)
    asked = Request("web", "eth0", keeper=Keeper.LABELS, seed="ours")
    refused(up(engine, asked), Exit.FAILED, "it was not turned on")
    assert engine.shape() == NOTHING


def test_one_that_stands_by_stays_and_is_not_waited_for() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.kill("netc-web")
    mac = derive(engine.engine.id, "web").mac
    engine.elsewhere.add(mac)
    for _ in "started", "found so":
        error = refused(turn_on(engine, "web"), Exit.NO_LEASE, "turn it off: netc down web")
        assert "it stands by" in error.message
        assert engine.own("web").running
    # Who names the seed has it take the address, also one that is there.
    own = run(turn_on(engine, "web", seed=engine.engine.id))
    assert own.ip is not None


def test_one_that_stands_by_is_neither_renewed_nor_waited_for_after_a_restart() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.elsewhere.add(derive(engine.engine.id, "web").mac)
    for work in (restart(engine, "web"), renew(engine, "web")):
        refused(work, Exit.NO_LEASE, "it stands by; to turn it off: netc down web")


def test_one_that_is_started_takes_it_for_who_names_the_seed() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.kill("netc-web")
    engine.elsewhere.add(derive(engine.engine.id, "web").mac)
    assert run(turn_on(engine, "web", seed=engine.engine.id)).ip is not None


def test_an_heir_that_was_left_standing_by_is_no_reason_to_wait() -> None:
    """netc was killed in the middle of a move."""

    async def scenario() -> None:
        engine = world()
        engine.run("green")
        await turn_on(engine, "web")

        def kill(call: tuple[str, ...]) -> None:
            if call[0] == "put_files" and call[1] == "netc-web":
                raise KeyboardInterrupt

        engine.before = kill
        with pytest.raises(KeyboardInterrupt):
            await move(engine, engine, Move("web", "green"))
        engine.before = lambda call: None
        with pytest.raises(NetcError, match="netc down green"):
            await turn_on(engine, "green")
        assert (await move(engine, engine, Move("web", "green"))).ip is not None

    run(scenario())
