"""Giving a service back to its labels."""

from contextlib import suppress

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.memos import auto_name, off_name
from netc_tui.core.model import Care, Keeper
from netc_tui.core.rounds import Ruling
from netc_tui.core.wishes import ENABLE
from netc_tui.operations.auto import Given, auto
from netc_tui.operations.automation import carry_out
from netc_tui.operations.down import down
from tests.machine import run
from tests.operations.test_automation import YES, a_round, labelled, on, planned, relabel
from tests.operations.turning import refused, turn_on
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def given(engine: FakeEngine, service: str) -> Given:
    found: Given = run(auto(engine, service))
    return found


def test_what_was_turned_off_by_hand_is_turned_on_again() -> None:
    engine = labelled()
    a_round(engine)
    run(down(engine, "shop"))
    assert a_round(engine) == {}
    found = given(engine, "shop")
    assert (found.service, found.changed, found.keeping.kept) == ("shop", True, Care.WAITS)
    assert set(a_round(engine)) == {"shop"}
    assert on(engine)["shop"] == Keeper.LABELS
    assert engine.volumes == {}


def test_what_was_turned_on_by_hand_stays_on_and_is_its_labels_from_then_on() -> None:
    engine = labelled()
    run(turn_on(engine, "shop"))
    before = engine.own("shop").id, engine.own("shop").lives
    assert given(engine, "shop").keeping.keeper is Keeper.LABELS
    assert planned(engine)["shop"].ruling is Ruling.KEPT
    assert set(a_round(engine)) == {"mail"}
    assert (engine.own("shop").id, engine.own("shop").lives) == before, "no outage"
    relabel(engine, "shop", {})
    assert a_round(engine) == {"shop": "off"}


def test_one_that_is_otherwise_than_its_labels_ask_is_made_so() -> None:
    engine = labelled()
    run(turn_on(engine, "shop", ports=("8080:80",)))
    given(engine, "shop")
    decision = planned(engine)["shop"]
    assert decision.ruling is Ruling.CHANGE
    run(carry_out(engine, decision))
    assert on(engine)["shop"] == Keeper.LABELS
    assert planned(engine)["shop"].ruling is Ruling.KEPT


def test_whoever_turns_it_on_otherwise_or_off_afterwards_has_it_again() -> None:
    engine = labelled()
    run(turn_on(engine, "shop"))
    given(engine, "shop")
    run(turn_on(engine, "shop", ports=("8080:80",)))
    assert planned(engine)["shop"].ruling is Ruling.BY_HAND
    assert given(engine, "shop").changed
    run(down(engine, "shop"))
    assert planned(engine)["shop"].ruling is Ruling.LEFT_OFF
    assert set(engine.volumes) == {off_name("shop")}, "what was given back is no more"


def test_what_is_its_labels_already_stays_so() -> None:
    engine = labelled()
    a_round(engine)
    assert not given(engine, "shop").changed
    assert engine.volumes == {}
    run(turn_on(engine, "mail"))
    engine.discard("netc-mail")
    run(turn_on(engine, "mail"))
    assert given(engine, "mail").changed
    assert not given(engine, "mail").changed
    assert set(engine.volumes) == {auto_name("mail")}


def test_one_that_was_renamed_after_it_was_turned_off_is_given_back_under_its_name() -> None:
    engine = labelled()
    run(down(engine, "shop"))
    engine.rename("shop", "store")
    assert planned(engine)["store"].ruling is Ruling.LEFT_OFF
    assert given(engine, "store").changed
    assert planned(engine)["store"].ruling is Ruling.TURN_ON


def test_what_asks_for_nothing_or_in_vain_cannot_be_given_back() -> None:
    engine = labelled()
    refused(auto(engine, "web"), Exit.FAILED, f"{ENABLE}=true")
    refused(auto(engine, "nobody"), Exit.NO_SERVICE, "no service 'nobody'")
    engine.run("vain", labels={**YES, "netc.prots": "80"})
    refused(auto(engine, "vain"), Exit.FAILED, "did you mean netc.ports?")
    run(turn_on(engine, "shop"))
    refused(auto(engine, "netc-shop"), Exit.NO_SERVICE, "no service")
    assert engine.volumes == {}


@pytest.mark.parametrize("at", range(6))
def test_one_that_is_killed_at_any_call_can_be_done_again(at: int) -> None:
    engine = labelled()
    run(turn_on(engine, "shop"))
    run(down(engine, "mail"))
    calls: list[str] = []

    def kill(call: tuple[str, ...]) -> None:
        calls.append(call[0])
        if len(calls) == at:
            raise NetcError("killed")

    for service in ("shop", "mail"):
        calls.clear()
        engine.before = kill
        with suppress(NetcError):
            run(auto(engine, service))
        engine.before = lambda call: None
        # An operator's word is not lost on the way, nor is anything turned off.
        assert (
            planned(engine)[service].ruling
            in {
                "shop": (Ruling.BY_HAND, Ruling.KEPT),
                "mail": (Ruling.LEFT_OFF, Ruling.TURN_ON),
            }[service]
        )
        given(engine, service)
    assert planned(engine)["shop"].ruling is Ruling.KEPT
    assert planned(engine)["mail"].ruling is Ruling.TURN_ON
