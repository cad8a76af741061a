"""What `netc plan` prints, on an engine in memory."""

import json
from typing import Any

import pytest

from netc_tui.core.wishes import ENABLE
from tests.operations.looking import world

pytestmark = pytest.mark.usefixtures("machine")
YES = {ENABLE: "true"}


def test_what_would_be_done_and_why(netc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETC_INTERFACE", "eth0")
    engine = world(ports=("80/tcp",))
    code, out, err = netc(engine, "plan")
    assert (code, out, err) == (0, "", "nothing asks for a network container\n")
    engine.run("shop", labels=YES)
    engine.run("mail", labels={**YES, "netc.interface": "eth1"})
    code, out, _ = netc(engine, "plan")
    assert code == 0
    lines = {line.split()[0]: line for line in out.splitlines()[2:]}
    assert "turn on" in lines["shop"]
    assert "refused" in lines["mail"]
    assert "watch.interfaces allows more" in lines["mail"]
    found = json.loads(netc(engine, "plan", "--json")[1])
    assert found["schema"] == 1
    assert [(one["service"], one["ruling"]) for one in found["decisions"]] == [
        ("mail", "refused"),
        ("shop", "turn on"),
    ]
    assert found["decisions"][1]["wish"]["ports"] == ["80/tcp"]
    assert not any(name.startswith("netc-") for name in engine.boxes)


def test_settings_that_make_no_sense(netc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETC_WATCH_PORTS", "eighty")
    code, _, err = netc(world(), "plan")
    assert code == 2
    assert err.startswith("netc: watch.ports: ")
