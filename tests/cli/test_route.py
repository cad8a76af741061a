"""What `netc route` prints."""

import json
from typing import Any

import pytest

from netc_tui.host import routes
from tests.machine import run
from tests.operations.turning import turn_on, world

pytestmark = pytest.mark.usefixtures("machine")


def test_a_route_that_was_there_is_told_as_that(netc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    there: set[str] = set()

    def add(address: str, bridge: str) -> bool:
        new = address not in there
        there.add(address)
        return new

    def delete(address: str) -> bool:
        was = address in there
        there.discard(address)
        return was

    monkeypatch.setattr(routes, "add", add)
    monkeypatch.setattr(routes, "delete", delete)
    engine = world()
    own = run(turn_on(engine, "shop-api-1"))
    bridge = engine.nets["shop_default"].bridge
    assert netc(engine, "route", "add", "shop-api-1") == (0, f"{own.ip}/32 dev {bridge}\n", "")
    assert netc(engine, "route", "add", "shop-api-1")[1].endswith(" (was there)\n")
    made = json.loads(netc(engine, "route", "add", "shop-api-1", "--json")[1])["route"]
    assert made == {"ip": own.ip, "bridge": bridge, "changed": False}
    assert netc(engine, "route", "del", "shop-api-1") == (0, "", "")
    again = netc(engine, "route", "del", "shop-api-1")
    assert again == (0, "", f"there is no route of netc's to {own.ip}\n")
