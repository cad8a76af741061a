"""What commands print."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from netc_tui.cli import output
from netc_tui.core.links import interfaces
from netc_tui.core.lookup import unknown
from netc_tui.core.traffic import Carried, Counters
from netc_tui.host.traffic import Readings
from netc_tui.operations.up import up
from netc_tui.settings.declared import Settings
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels import lease
from netc_tui.tui.panels.panel import Room, Snapshot
from netc_tui.tui.shortcuts import Shortcuts
from tests.machine import DOCKER, link, run
from tests.operations.looking import lost, world
from tests.sidecar.box import WARNING


def test_the_ends_of_docker_s_containers_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    ends = [
        link(f"veth{at}", kind="veth", master="docker0", master_kind="bridge") for at in range(12)
    ]
    others = [link("eth7", kind="veth"), link("eth8", kind="veth", carrier=False)]
    found = interfaces([*others, *ends], DOCKER, {})
    output.interfaces(found)
    said = capsys.readouterr()
    assert [line.split()[0] for line in said.out.splitlines()[2:]] == ["eth7", "eth8"]
    assert said.err == "and 12 more that cannot carry a LAN network: --all\n"
    output.interfaces(found, everything=True)
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2 + 14
    assert said.err == ""


HEALTH = {"state", "hop", "reason", "checked_at", "unchecked", "finding"}


@pytest.mark.usefixtures("machine")
def test_health_is_in_what_is_printed(netc: Any) -> None:
    engine = world()
    assert netc(engine, "up", "web", "eth0")[0] == 0
    for command in (("ls",), ("leases",), ("show", "web")):
        _, out, _ = netc(engine, *command)
        assert "healthy" in out
        assert "broken" not in out
    lost(engine)
    for command in (("ls",), ("leases",), ("show", "web")):
        _, out, _ = netc(engine, *command)
        assert "broken at service: " in out, "bound never stands alone"
        assert "healthy" not in out
    shown = netc(engine, "show", "web")[1]
    assert "\nchecked            " in shown
    assert "\nnot checked        ports\n" in shown
    engine.pause("netc-web")
    assert "unknown: it is paused" in netc(engine, "ls")[1]
    assert "\nnot checked        the path, ports\n" in netc(engine, "show", "web")[1]
    found = json.loads(netc(engine, "ls", "--json")[1])["services"][0]["network_container"]
    assert set(found["health"]) == HEALTH
    assert found["health"]["state"] == "unknown"
    assert found["health"]["unchecked"] == ["ports"]
    leases = json.loads(netc(engine, "leases", "--json")[1])["leases"][0]
    assert leases["health"] == found["health"]


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("days", [0.05, 8], ids=["within hours", "on another day"])
def test_health_fits_in_eighty_columns(
    netc: Any, monkeypatch: pytest.MonkeyPatch, days: float
) -> None:
    engine = world()
    engine.lease_seconds = int(days * 86400)
    netc(engine, "up", "web", "eth0")
    reason = "10.77.0.200 is in use by 02:00:00:00:00:07 as well, and the server grants no other"
    engine.ail("web", "address", reason)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for command in ("ls", "leases"):
        table, _, below = netc(engine, command)[1].partition("\n\n")
        assert max(map(len, table.splitlines())) <= 80
        assert "bound" in table
        assert "broken" in table
        assert below == f"web: broken at address: {reason}\n"
    engine.ail("web")
    for command in ("ls", "leases"):
        assert "\n\n" not in netc(engine, command)[1]


@pytest.mark.usefixtures("machine")
def test_a_warning_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    from netc_tui.operations import inventory
    from netc_tui.operations.up import Request

    engine = world()
    run(up(engine, Request("web", "eth0")))
    box = engine._box("netc-web")
    engine.say(box, "ipv6_open", WARNING)
    box.lease["warning"] = WARNING
    engine.say(box, "checked")
    service, own = run(inventory.turned_on(engine, "web"))
    output.detail(service, own, None, unknown("it has no address"), "A1:B2")
    assert f"warning            {WARNING}\n" in capsys.readouterr().out
    shown = Snapshot(service=service, now=datetime.now(UTC))
    lines = lease.lines(shown, Room(100, UNICODE, Shortcuts(Settings()).hints))
    said = ["".join(part for part, _ in line) for line in lines]
    assert f"warning   {WARNING}" in said


@pytest.mark.usefixtures("machine")
def test_what_has_passed_is_told_where_it_can_be_read(
    netc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world()
    assert netc(engine, "up", "web", "eth0")[0] == 0
    assert "\ntraffic            not known: " in netc(engine, "show", "web")[1]
    assert json.loads(netc(engine, "show", "web", "--json")[1])["traffic"] is None
    since = datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)

    def read(_: Any, wanted: Mapping[str, str]) -> dict[str, Counters]:
        lan, service = Carried(1200, 99_000, 800, 2_000_000), Carried(800, 2_000_000, 1200, 99_000)
        return {id: Counters(1, since, 2000, lan, service) for id in wanted}

    monkeypatch.setattr(Readings, "read", read)
    said = netc(engine, "show", "web")[1]
    assert "\ntraffic            in 1200 packets (99.0 kB), out 800 (2.0 MB), since 20" in said
    assert json.loads(netc(engine, "show", "web", "--json")[1])["traffic"] == {
        "since": "2026-03-02T03:00:00Z",
        "packets_in": 1200,
        "bytes_in": 99_000,
        "packets_out": 800,
        "bytes_out": 2_000_000,
    }
