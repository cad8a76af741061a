"""What breaks no hop and stays so is told for as long as it is so, not only when it began."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from netc_tui.cli import output
from netc_tui.core.lease import parse
from netc_tui.settings.declared import Settings
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels import lease
from netc_tui.tui.panels.panel import Room, Snapshot
from netc_tui.tui.shortcuts import Shortcuts
from tests.unit.conftest import run
from tests.unit.test_path import up, world
from tests.unit.test_sidecar_parts import Box

WARNING = "ip6tables does not work here; IPv6 is not filtered"

pytestmark = pytest.mark.usefixtures("machine")


def test_each_event_has_it(tmp_path: Path) -> None:
    box = Box(tmp_path)
    (tmp_path / "proc/net").mkdir()
    (tmp_path / "proc/net/if_inet6").touch()
    (tmp_path / "bin/ip6tables-restore").write_text("#!/bin/sh\nexit 1\n")
    told = box.run("lan=eth1; svc=eth0; NETC_RULES_SHA256=; first_rules; emit checked")
    assert told.names[:1] == ["ipv6_open"]
    assert {said["warning"] for said in told.events} == {WARNING}
    event = parse(f'{{"event":"checked","time":"2026-01-01T00:00:00Z","warning":"{WARNING}"}}')
    assert event is not None
    assert event.warning == WARNING


def test_it_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    from netc_tui.operations import inventory
    from netc_tui.operations.up import Request

    engine = world()
    run(up(engine, Request("web", "eth0")))
    box = engine._box("netc-web")
    engine.say(box, "ipv6_open", WARNING)
    box.lease["warning"] = WARNING
    engine.say(box, "checked")
    service, own = run(inventory.turned_on(engine, "web"))
    output.detail(service, own)
    assert f"warning            {WARNING}\n" in capsys.readouterr().out
    shown = Snapshot(service=service, now=datetime.now(UTC))
    lines = lease.lines(shown, Room(100, UNICODE, Shortcuts(Settings()).hints))
    said = ["".join(part for part, _ in line) for line in lines]
    assert f"warning   {WARNING}" in said
