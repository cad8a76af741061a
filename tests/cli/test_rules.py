"""What `netc rules` prints, on an engine in memory."""

import json
from typing import Any

import pytest

from tests.operations.looking import world

pytestmark = pytest.mark.usefixtures("machine")


def test_rules_for_people_and_for_scripts(netc: Any) -> None:
    engine = world(ports=("80/tcp",))
    netc(engine, "up", "web", "eth0")
    code, out, _ = netc(engine, "rules", "web")
    assert code == 0
    assert out.split()[:6] == ["TABLE", "CHAIN", "PACKETS", "BYTES", "MATCH", "TARGET"]
    found = json.loads(netc(engine, "rules", "web", "--json")[1])
    assert found["service"] == "web"
    assert len(found["rules"]) == len(out.splitlines()) - 2
    assert (found["missing"], found["added"]) == ([], [])


def test_what_is_missing_or_was_added_is_said(netc: Any) -> None:
    engine = world(ports=("80/tcp",))
    netc(engine, "up", "web", "eth0")
    saved = engine._saved_rules

    def changed(of: Any) -> str:
        lines = saved(of).splitlines()
        at = next(at for at, line in enumerate(lines) if " -A NETC-DNAT" in line)
        lines[at] = "[0:0] -A NETC-DNAT -p tcp -m tcp --dport 22 -j DNAT --to-destination 10.0.0.9"
        return "\n".join(lines)

    engine._saved_rules = changed  # type: ignore[method-assign]
    code, _, err = netc(engine, "rules", "web")
    assert code == 0
    first, second = err.splitlines()
    assert first.startswith("missing: nat -A NETC-DNAT -p tcp -m tcp --dport 80 ")
    assert second.startswith("added: nat -A NETC-DNAT -p tcp -m tcp --dport 22 ")
    found = json.loads(netc(engine, "rules", "web", "--json")[1])
    assert len(found["missing"]) == len(found["added"]) == 1
