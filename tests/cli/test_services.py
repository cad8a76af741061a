"""What `netc ls` and `netc show` print, on an engine in memory."""

import json
from typing import Any

import pytest

from netc_tui.engine import Refused
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.looking import world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def test_a_table_is_sorted_by_the_numbers_in_names_and_tells_what_is_forwarded(netc: Any) -> None:
    engine = FakeEngine()
    for name in ("n59", "n6", "off"):
        engine.run(name, ports=("80/tcp",))
    for name in ("n59", "n6"):
        run(up(engine, Request(name, "eth0", ports=("8080:80", "8081:80"))))
    rows = [line.split() for line in netc(engine, "ls")[1].splitlines()[2:]]
    assert [row[0] for row in rows] == ["n6", "n59", "off"]
    on, _, off = (" ".join(row[2:4]) for row in rows)
    assert on == "8080:80/tcp, 8081:80/tcp"
    assert off == "80/tcp -"
    (first, *_) = json.loads(netc(engine, "ls", "--json")[1])["services"]
    assert [port["port"] for port in first["ports"]] == [80]
    assert first["network_container"]["ports"] == ["8080:80/tcp", "8081:80/tcp"]


def test_the_lease_is_shown_where_the_rules_cannot_be_read(netc: Any) -> None:
    engine = world(ports=("80/tcp",))
    netc(engine, "up", "web", "eth0")
    code, out, _ = netc(engine, "show", "web")
    assert code == 0
    assert "DNAT" in out

    def refuse(call: tuple[str, ...]) -> None:
        if call[0] == "execute":
            raise Refused("not today")

    engine.before = refuse
    code, out, _ = netc(engine, "show", "web")
    assert code == 0
    assert "address            192.168.77.10/24\n" in out
    assert out.endswith("\nrules: not today\n")
    assert json.loads(netc(engine, "show", "web", "--json")[1])["rules"] is None
