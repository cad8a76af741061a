"""What commands do and say, on an engine in memory."""

import json
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from netc_tui import sidecar
from netc_tui.cli import commands
from netc_tui.core.errors import NetcError
from netc_tui.core.model import Image
from netc_tui.core.protocol import CLIENTS
from netc_tui.engine import Endpoint
from netc_tui.host.names import Names
from netc_tui.operations.up import Request
from netc_tui.operations.up import up as turn_on
from tests.machine import run
from tests.operations.looking import world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def test_up_says_what_it_looked_at(netc: Any) -> None:
    engine = world(ports=("80/tcp", "53/udp"))
    code, out, err = netc(engine, "up", "web", "eth0")
    assert (code, out) == (0, "ip=192.168.77.10\n")
    assert "  gateway 192.168.77.1: answers\n" in err
    assert "  tcp/80: open\n" in err
    assert "  udp/53: not checked (" in err
    assert "  the way from another machine: not checked (" in err


def test_what_nobody_listens_on_is_warned_of_in_the_plan(netc: Any) -> None:
    engine = world(ports=("80/tcp", "53/udp"))
    engine.images[sidecar.image()] = Image("sha256:i")
    engine.prints = lambda name, command: "tcp\n   0: 00000000:0050 00000000:0000 0A\n"
    code, out, err = netc(engine, "up", "web", "eth0", "--dry-run")
    assert (code, err) == (0, "nothing listens on 53/udp in web now\n")
    assert "create container netc-web" in out
    assert netc(engine, "up", "web", "eth0", "--no-check")[0] == 0
    code, _, err = netc(engine, "up", "web", "eth0", "--dry-run")
    assert (code, err) == (0, "nothing to do\n")


def test_up_of_a_path_that_is_broken(netc: Any) -> None:
    engine = world()
    engine.answers["tcp/80"] = "refused"
    for _ in range(2):  # also when it is on already
        code, out, err = netc(engine, "up", "web", "eth0")
        assert (code, out) == (7, "ip=192.168.77.10\n"), "there is a lease, and that is told"
        assert err.splitlines()[-1].startswith("netc: web has the address 192.168.77.10, but")
    assert netc(engine, "up", "web", "eth0", "--no-check")[0] == 0
    code, out, _ = netc(engine, "up", "web", "eth0", "--json")
    document = json.loads(out)
    assert code == 7
    assert document["network_container"]["ip"] == "192.168.77.10"
    assert document["check"]["broken"]["hop"] == "port"
    assert document["check"]["broken"]["what"] == "tcp/80"
    assert document["check"]["unchecked"] == ["the way from another machine"]
    assert json.loads(netc(engine, "up", "web", "eth0", "--json", "--no-check")[1])["check"] is None


def test_the_address_is_printed_before_the_path_is_looked_at(
    netc: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = world()
    seen: list[str] = []

    def probe(ports: Sequence[str]) -> str:
        seen.append(capsys.readouterr().out)
        return "gateway ok\ntcp/80 open\n"

    engine.probe = probe
    assert netc(engine, "up", "web", "eth0")[0] == 0
    assert seen == ["ip=192.168.77.10\n"]


def test_signs_of_life_are_not_printed(netc: Any) -> None:
    engine = world()
    engine.dhcp_delay = 0.3
    start = engine.say

    def say(box: Any, event: str, *more: Any, **facts: Any) -> None:
        start(box, event, *more, **facts)
        if event == "discover":
            start(box, "checked")

    engine.say = say  # type: ignore[method-assign]
    _, _, err = netc(engine, "up", "web", "eth0")
    assert "discover" in err
    assert "checked\n" not in err


@pytest.mark.usefixtures("machine")
def test_tables_are_sorted_by_the_numbers_in_names_and_tell_what_is_forwarded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = FakeEngine()
    for name in ("n59", "n6", "off"):
        engine.run(name, ports=("80/tcp",))
    for name in ("n59", "n6"):
        run(turn_on(engine, Request(name, "eth0", ports=("8080:80", "8081:80"))))

    async def connect(_: Endpoint) -> FakeEngine:
        return engine

    monkeypatch.setattr("netc_tui.engine.connect", connect)
    rows = {}
    for command in (commands.ls, commands.leases):
        command()
        rows[command] = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert [row[0] for row in rows[commands.leases]] == ["n6", "n59"]
    assert [row[0] for row in rows[commands.ls]] == ["n6", "n59", "off"]
    on, _, off = (" ".join(row[2:4]) for row in rows[commands.ls])
    assert on == "8080:80/tcp, 8081:80/tcp"
    assert off == "80/tcp -"
    commands.ls(json=True)
    (first, *_) = json.loads(capsys.readouterr().out)["services"]
    assert [port["port"] for port in first["ports"]] == [80]
    assert first["network_container"]["ports"] == ["8080:80/tcp", "8081:80/tcp"]


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
