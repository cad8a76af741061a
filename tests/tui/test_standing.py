"""How a network container stands, in a sign and a word."""

import pytest
from msgspec.structs import replace

from netc_tui.core.findings import Finding
from netc_tui.core.health import Health, State
from netc_tui.core.lookup import InDns, Pointing
from netc_tui.desk.site import Site
from netc_tui.operations.live.inventory import Inventory
from netc_tui.tui.glyphs import ASCII, UNICODE
from netc_tui.tui.standing import BROKEN, TWIN, name_standing, standing, stands_by, trouble
from tests.core.saying import BEGIN
from tests.desk.seen import own, service


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("restarting", ("✗", "failed", "bad")),
        ("removing", ("■", "stopped", "bad")),
        ("exited", ("■", "stopped", "bad")),
        ("paused", ("□", "acquiring, paused", "warn")),
        ("running", ("◌", "acquiring", "busy")),
    ],
)
def test_how_a_network_container_stands(state: str, said: tuple[str, str, str]) -> None:
    site = Site()
    found = (service("web"), own("web", 1, state))
    site.take_inventory(Inventory(found, at=BEGIN))
    (shown,) = site.services(BEGIN)
    assert shown.network_container is not None
    assert standing(shown, shown.network_container, UNICODE) == said


def test_one_that_was_superseded_stands_by_which_is_no_outage() -> None:
    site = Site()
    site.take_inventory(Inventory((service("web"), own("web", 1, "running")), at=BEGIN))
    (shown,) = site.services(BEGIN)
    acquiring = shown.network_container
    assert acquiring is not None
    twin = Health(State.BROKEN, "address", "another", BEGIN, finding=Finding(TWIN, "another"))
    waits = replace(acquiring, health=twin, message="another")
    assert standing(shown, waits, UNICODE) == ("◑", "stands by", "warn")
    assert trouble(replace(shown, network_container=waits)) == 2
    other = replace(twin, finding=Finding("N201", "no server"))
    broken = replace(waits, health=other)
    assert not stands_by(broken)
    assert trouble(replace(shown, network_container=broken)) == BROKEN
    # One that has an address, or does not run, waits for nothing.
    for fact in ({"ip": "10.0.0.1"}, {"state": "exited"}):
        assert not stands_by(replace(waits, **fact))


def test_each_way_in_which_a_name_stands_has_a_sign_and_a_word_of_its_own() -> None:
    for glyphs in (UNICODE, ASCII):
        told = [
            name_standing(InDns(address="10.0.0.1", pointing=pointing), glyphs)
            for pointing in Pointing
        ]
        assert len({sign for sign, _, _ in told}) == len(Pointing)
        assert len({word for _, word, _ in told}) == len(Pointing)
        assert [style for _, _, style in told] == ["ok", "warn", "warn", "dim", "dim"]
    shared = InDns(address="10.0.0.1", pointing=Pointing.ALSO, shared=True)
    assert name_standing(shared, UNICODE) == ("●", "shared", "ok")
