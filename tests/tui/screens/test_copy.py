"""What is copied, and that it can be used where it is pasted."""

import base64
import json
import re
import shlex
from typing import Any

import msgspec
import pytest
import typer
from hypothesis import given

from netc_tui.cli.main import app as cli
from netc_tui.core.ports import Forward
from netc_tui.operations.up import Request, preview, up
from netc_tui.tui.screens.copy import copies
from netc_tui.tui.widgets.choice import Choice
from tests.core.samples import EVIL, ONE, WEB
from tests.tui.acts import labels
from tests.tui.stage import Stage, Ui

DNSMASQ = re.compile(r"dhcp-host=id:[0-9a-f:]+,[0-9a-f:]{17},[0-9.]+,[A-Za-z0-9-]+")


@given(EVIL, EVIL, EVIL, EVIL)
def test_forged_labels_put_nothing_into_what_is_copied(
    hostname: str, mac: str, client_id: str, name: str
) -> None:
    forged = msgspec.structs.replace(
        ONE, hostname=hostname, mac=mac, client_id=client_id, interface=name, network=name
    )
    found = copies(msgspec.structs.replace(WEB, network_container=forged), "A1:B2", "eth0")
    assert all(text.isprintable() for text in found.values())
    words = shlex.split(found["netc command"])
    assert words[:4] == ["netc", "up", "web", name]
    assert words[-2:] == ["--network", name]
    assert "dnsmasq" not in found or DNSMASQ.fullmatch(found["dnsmasq"])
    one = msgspec.structs.replace(ONE, hostname=hostname)
    found = copies(msgspec.structs.replace(WEB, network_container=one), "A1:B2", "eth0")
    line = found.get("dnsmasq")
    assert line is None or (DNSMASQ.fullmatch(line) and line.endswith(f",{hostname}"))


def test_copies_of_many_ports_are_not_without_end() -> None:
    many = msgspec.structs.replace(
        ONE, ports=tuple(Forward("tcp", at, at, 200) for at in range(1000, 9000, 300))
    )
    found = copies(msgspec.structs.replace(WEB, network_container=many), "A1:B2", "")
    assert len(found) < 30


async def copied(ui: Ui, what: str) -> tuple[str, str]:
    """Copy one thing; what went to the terminal, and what was said."""
    sent: list[str] = []
    ui.app._driver.write = sent.append  # type: ignore[union-attr, method-assign, assignment]
    await ui.press("c")
    choice = ui.app.screen.query_one(Choice)
    ids = [one.id for one in choice.options]
    await ui.press(*["down"] * next(at for at, one in enumerate(ids) if what in one), "enter")
    await ui.pause(0.3)
    found = [one for one in sent if "]52;c;" in one]
    assert len(found) == 1
    match = re.fullmatch("\x1b]52;c;([A-Za-z0-9+/=]*)\x07", found[0])
    assert match is not None
    return base64.b64decode(match.group(1)).decode(), ui.message


async def test_copying(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        made = labels(ui.engine, "web")
        assert (await copied(ui, "address"))[0] == "192.168.77.12"
        text, said = await copied(ui, "443/tcp")
        assert text == "192.168.77.12:443"
        assert said == "copied (OSC 52): 192.168.77.12:443"
        assert (await copied(ui, "MAC"))[0] == made.mac
        pairs = ":".join(re.findall("..", made.client_id))
        dnsmasq, _ = await copied(ui, "dnsmasq")
        assert dnsmasq == f"dhcp-host=id:{pairs},{made.mac},192.168.77.12,web"
        kea = json.loads((await copied(ui, "Kea"))[0])
        assert kea == {
            "client-id": made.client_id.upper(),
            "hostname": "web",
            "ip-address": "192.168.77.12",
        }


def parsed(command: str) -> dict[str, Any]:
    """What the command line makes of it."""
    words = shlex.split(command)
    assert words.pop(0) == "netc"
    group: Any = typer.main.get_command(cli)
    name, found, rest = group.resolve_command(group.make_context("netc", list(words)), words)
    assert found is not None
    assert name == "up"
    return dict(found.make_context(name, rest).params)


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"ports": ("8080:5432", "53/udp", "6000-6003")},
        {"hostname": "pg", "mac": "02:00:5e:00:53:01", "network": "backend"},
    ],
    ids=["plain", "ports", "identity"],
)
async def test_the_command_that_is_copied_changes_nothing(
    stage: Stage, chosen: dict[str, Any]
) -> None:
    engine = await stage.site()
    await up(engine, Request("db", "eth1", **chosen))
    async with stage.open(engine) as ui:
        await ui.go("db")
        found = parsed((await copied(ui, "netc command"))[0])
    request = Request(
        found["service"],
        found["interface"],
        ports=tuple(found["port"] or ()),
        hostname=found["hostname"],
        mac=found["mac"],
        network=found["network"],
    )
    _, steps = await preview(engine, request)
    assert steps == ()


async def test_the_command_for_one_that_is_off_turns_it_on(stage: Stage) -> None:
    async with stage.open(interface="eth2") as ui:
        await ui.go("db")
        text, _ = await copied(ui, "netc command")
        assert text == "netc up db eth2"
