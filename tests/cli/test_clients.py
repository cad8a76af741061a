"""What `netc clients` prints, on an engine in memory."""

import json
import re
from functools import partial
from typing import Any

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.core.protocol import CLIENTS
from netc_tui.host.names import Names
from tests.operations.looking import world

pytestmark = pytest.mark.usefixtures("machine")

TALKING = """\
client 10.0.0.1 tcp 80 2 20 4000 1
client 10.0.0.1 udp 53 1 2 140 0
client 10.0.0.2 tcp 80 1 - - 0
more 3
tracked 12000
"""


def test_clients_with_their_names(netc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(address: str) -> str:
        asked.append(address)
        return "evil\x1b[2J.lan" if address == "10.0.0.1" else ""

    monkeypatch.setattr("netc_tui.host.names.Names", partial(Names, resolve))
    engine = world()
    assert netc(engine, "up", "web", "eth0")[0] == 0
    code, out, err = netc(engine, "clients", "web")
    assert (code, out, err) == (0, "", "no client now\n")
    engine.clients["web"] = TALKING
    code, out, err = netc(engine, "clients", "web")
    head, *rows = [line.split() for line in out.splitlines() if line.strip(" ─")]
    assert head == ["CLIENT", "NAME", "PORT", "CONNECTIONS", "PACKETS", "BYTES", "UNANSWERED"]
    assert rows == [
        ["10.0.0.1", "evil?[2J.lan", "80/tcp", "2", "20", "4000", "1"],
        ["10.0.0.1", "evil?[2J.lan", "53/udp", "1", "2", "140", "0"],
        ["10.0.0.2", "-", "80/tcp", "1", "-", "-", "0"],
    ]
    assert err.splitlines() == [
        "and 3 more clients, less busy",
        "of 12000 connections only the first were looked at",
    ]
    assert sorted(asked) == ["10.0.0.1", "10.0.0.2"]
    asked.clear()
    code, out, err = netc(engine, "clients", "web", "--no-names", "--json")
    found = json.loads(out)
    assert (code, err, asked) == (0, "", [])
    assert (found["schema"], found["service"], found["more"]) == (1, "web", 3)
    assert found["tracked"] == 12000
    seen = found["clients"][0].pop("last_seen")
    assert re.fullmatch(r"[0-9-]{10}T[0-9:]{8}Z", seen)
    assert found["gone"] == [], "it was looked once"
    assert found["clients"][0] == {
        "address": "10.0.0.1", "name": None, "proto": "tcp", "port": 80, "connections": 2,
        "packets": 20, "bytes": 4000, "unanswered": 1,
    }  # fmt: skip


def test_clients_that_went_while_it_is_watched(netc: Any) -> None:
    engine = world()
    assert netc(engine, "up", "web", "eth0")[0] == 0
    engine.clients["web"] = TALKING
    execute, looks = engine.execute, 0

    async def look(name: str, command: Any) -> str:
        nonlocal looks
        printed = await execute(name, command)
        if tuple(command) == CLIENTS:
            looks += 1
            engine.clients["web"] = "client 10.0.0.2 tcp 80 1 - - 0\n"
            if looks == 3:
                raise NetcError("enough")
        return printed

    engine.execute = look  # type: ignore[method-assign]
    options = ("--watch", "--interval", "1", "--no-names")
    _, out, _ = netc(engine, "clients", "web", *options, "--json")
    first, second = map(json.loads, out.splitlines())
    assert first["gone"] == []
    assert [one["address"] for one in second["gone"]] == ["10.0.0.1"]
    assert second["gone"][0]["last_seen"] == first["clients"][0]["last_seen"]
    engine.clients["web"], looks = TALKING, 0
    _, out, _ = netc(engine, "clients", "web", *options)
    assert re.search(r"(?m)^10\.0\.0\.1 was last seen at [0-9:]{8}$", out)


def test_clients_of_what_is_not_on_or_does_not_run(netc: Any) -> None:
    engine = world()
    code, out, err = netc(engine, "clients", "web")
    assert (code, out) == (3, "")
    assert "netc up web INTERFACE" in err
    assert netc(engine, "clients", "nobody")[0] == 3
    netc(engine, "up", "web", "eth0")
    engine.own("web").state = "paused"
    code, out, err = netc(engine, "clients", "web")
    assert (code, out) == (1, "")
    assert err == "netc: netc-web is paused; let it go on with: docker unpause netc-web\n"
