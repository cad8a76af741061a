"""How a network container stands, in a sign and a word."""

import pytest

from netc_tui.desk.site import Site
from netc_tui.operations.live.inventory import Inventory
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.standing import standing
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
