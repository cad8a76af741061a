"""How a network container stands, in a sign and a word."""

import pytest

from netc_tui.core.lookup import InDns, Pointing
from netc_tui.desk.site import Site
from netc_tui.operations.live.inventory import Inventory
from netc_tui.tui.glyphs import ASCII, UNICODE
from netc_tui.tui.standing import name_standing, standing
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
