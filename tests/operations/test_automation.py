"""A round of automation, on the twin of an engine."""

import asyncio
from typing import Any

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.core.model import Keeper, Labels
from netc_tui.core.rounds import DEEDS, Decision, Ruling
from netc_tui.core.wishes import ENABLE, Policy
from netc_tui.operations import automation
from netc_tui.operations.automation import carry_out
from netc_tui.operations.down import down, preview
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.turning import turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")
ETH0 = Policy("eth0")
YES = {ENABLE: "true"}


def labelled() -> FakeEngine:
    engine = world()
    engine.run("shop", labels=YES)
    engine.run("mail", labels=YES, ports=("25/tcp", "143/tcp"))
    return engine


def planned(engine: FakeEngine, policy: Policy = ETH0) -> dict[str, Decision]:
    return {found.service: found for found in run(automation.plan(engine, policy))}


def a_round(engine: FakeEngine, policy: Policy = ETH0) -> dict[str, str]:
    """What came of each deed of one round."""

    async def all_of_it() -> dict[str, str]:
        decided = await automation.plan(engine, policy)
        return {
            found.service: await carry_out(engine, found)
            for found in decided
            if found.ruling in DEEDS
        }

    found: dict[str, str] = run(all_of_it())
    return found


def on(engine: FakeEngine) -> dict[str, str]:
    """Who keeps each network container."""
    found = (Labels.of(container) for container in run(engine.containers()))
    return {labels.service: labels.keeper for labels in found if labels is not None}


def relabel(engine: FakeEngine, name: str, labels: dict[str, str], **facts: Any) -> None:
    """The service is made anew with other labels."""
    engine.discard(name)
    engine.run(name, labels=labels, **facts)


def test_a_round_turns_on_what_asks_and_the_next_has_nothing_to_do() -> None:
    engine = labelled()
    assert set(a_round(engine)) == {"shop", "mail"}
    assert on(engine) == {"shop": Keeper.LABELS, "mail": Keeper.LABELS}
    made = {name: box.id for name, box in engine.boxes.items()}
    assert a_round(engine) == {}
    assert {name: box.id for name, box in engine.boxes.items()} == made
    assert {found.ruling for found in planned(engine).values()} == {Ruling.KEPT}


def test_what_does_not_ask_any_more_is_off_and_all_of_it_gone() -> None:
    engine = labelled()
    a_round(engine)
    relabel(engine, "shop", {})
    engine.discard("mail")
    assert a_round(engine) == {"shop": "off", "mail": "off"}
    assert engine.shape() == {"containers": {}, "networks": {}}


def test_what_an_operator_turned_on_is_his() -> None:
    engine = labelled()
    run(turn_on(engine, "web"))
    run(turn_on(engine, "shop", "eth1"))
    assert set(a_round(engine)) == {"mail"}
    assert on(engine) == {"web": Keeper.HAND, "shop": Keeper.HAND, "mail": Keeper.LABELS}
    relabel(engine, "shop", {})
    assert a_round(engine) == {}


def test_what_an_operator_turned_off_stays_off_until_he_turns_it_on() -> None:
    engine = labelled()
    a_round(engine)
    assert run(down(engine, "shop"))
    assert planned(engine)["shop"].ruling is Ruling.LEFT_OFF
    assert a_round(engine) == {}
    run(turn_on(engine, "shop"))
    assert planned(engine)["shop"].ruling is Ruling.BY_HAND
    assert engine.volumes == {}


def test_what_is_turned_on_by_hand_under_another_name_is_not_left_off_any_more() -> None:
    engine = labelled()
    run(down(engine, "shop"))
    engine.rename("shop", "store")
    assert planned(engine)["store"].ruling is Ruling.LEFT_OFF
    run(turn_on(engine, "store"))
    assert engine.volumes == {}


def test_one_that_asks_can_be_turned_off_before_it_ever_was_on() -> None:
    engine = labelled()
    assert not run(down(engine, "shop"))
    assert set(a_round(engine)) == {"mail"}


def test_nothing_is_written_down_of_what_asks_for_nothing() -> None:
    engine = labelled()
    run(turn_on(engine, "web"))
    run(down(engine, "web"))
    assert engine.volumes == {}


def test_turning_off_for_labels_is_no_operator_s_doing() -> None:
    engine = labelled()
    a_round(engine)
    assert run(down(engine, "shop", keeper=Keeper.LABELS))
    assert engine.volumes == {}
    run(turn_on(engine, "shop"))
    assert run(preview(engine, "shop", Keeper.LABELS)) == ()
    assert not run(down(engine, "shop", keeper=Keeper.LABELS))
    assert on(engine)["shop"] == Keeper.HAND


def test_what_an_operator_does_between_decision_and_deed_goes_before_it() -> None:
    engine = labelled()
    decided = planned(engine)
    run(turn_on(engine, "shop", "eth1"))
    with pytest.raises(NetcError, match="an operator turned shop on"):
        run(carry_out(engine, decided["shop"]))
    assert on(engine)["shop"] == Keeper.HAND


def test_what_is_turned_off_or_made_anew_before_its_turn_comes_is_not_turned_on() -> None:
    """Of many it may wait for minutes."""
    engine = labelled()
    decided = planned(engine)
    run(down(engine, "shop"))
    with pytest.raises(NetcError, match="an operator turned shop off"):
        run(carry_out(engine, decided["shop"]))
    relabel(engine, "mail", {}, ports=("25/tcp",))
    with pytest.raises(NetcError, match="mail was made anew"):
        run(carry_out(engine, decided["mail"]))
    assert on(engine) == {}


def test_one_that_was_turned_off_while_it_was_turned_on_is_off_after_the_next_round() -> None:
    engine = labelled()

    async def both() -> None:
        await asyncio.gather(
            up(engine, Request("shop", "eth0", keeper=Keeper.LABELS)), down(engine, "shop")
        )

    run(both())
    a_round(engine)
    assert "shop" not in on(engine)


def test_a_wish_in_vain_is_told_with_its_reason_and_turns_nothing_on() -> None:
    engine = world()
    engine.run("shop", labels={**YES, "netc.interface": "eth1"})
    found = planned(engine)["shop"]
    assert found.ruling is Ruling.REFUSED
    assert "eth1" in found.why
    assert a_round(engine) == {}


def test_a_service_on_the_host_itself_exposes_what_its_configuration_says() -> None:
    engine = world()
    engine.run("scanner", mode="host", ports=("6566/tcp",), labels=YES)
    assert set(a_round(engine)) == {"scanner"}
    assert a_round(engine) == {}


@pytest.mark.parametrize("labels", [{}, {"netc.ports": "80"}])
def test_one_that_stops_keeps_what_it_has(labels: dict[str, str]) -> None:
    engine = world()
    engine.run("shop", labels=YES | labels)
    a_round(engine)
    engine.stop("shop")
    assert a_round(engine) == {}
    assert set(on(engine)) == {"shop"}


def test_without_a_lease_it_is_turned_on_all_the_same() -> None:
    engine = labelled()
    engine.dhcp = lambda hostname: False
    assert a_round(engine)["shop"].startswith(automation.LOST)
    assert on(engine)["shop"] == Keeper.LABELS
    assert a_round(engine) == {}
