"""The dialog before turning on or changing."""

import asyncio
from typing import Any

import msgspec
import pytest
from textual import events
from textual.keys import key_to_character

from netc_tui.core.model import Image
from netc_tui.host import interfaces as host
from netc_tui.operations.up import Request, up
from netc_tui.tui.screens.expose import Expose
from netc_tui.tui.widgets.choice import Choice
from tests.machine import link
from tests.tui.acts import is_on, labels, written
from tests.tui.stage import Stage
from tests.twin import FakeEngine


async def test_on_without_an_interface_asks_for_one_and_keeps_it(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press("space")
        assert isinstance(ui.app.screen, Expose)
        assert not is_on(ui.engine, "db")
        await ui.press("down", "enter")
        await ui.idle()
        assert labels(ui.engine, "db").interface == "eth1"
        await ui.go("mail")
        await ui.press("space")
        await ui.idle()
        assert labels(ui.engine, "mail").interface == "eth1"


async def test_escape_leaves_the_dialog_and_nothing_is_done(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press("space", "escape")
        await ui.idle()
        assert ui.app.screen is ui.app.main
        assert ui.desk.interface == ""
        assert not is_on(ui.engine, "db")


async def test_a_service_without_ports_asks_for_them(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("batch")
        assert "exposes no ports" in ui.words("#lease")
        await ui.press("space")
        await ui.pause()
        assert isinstance(ui.app.screen, Expose)
        assert "batch exposes no ports" in ui.plan
        await ui.press("enter")
        assert isinstance(ui.app.screen, Expose)
        await ui.press("tab")
        await ui.type("8080:80")
        await ui.pause()
        assert "create container netc-batch" in ui.plan
        await ui.press("enter")
        await ui.idle()
        assert labels(ui.engine, "batch").ports == "8080:80/tcp"


async def test_in_the_dialog_too(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("batch")
        await ui.press("m", "m", "e")
        await ui.pause(1)
        assert "batch exposes no ports" in ui.plan
        assert "do it" in ui.keys
        await ui.press("enter")
        await ui.idle()
        assert is_on(ui.engine, "db")
        assert not is_on(ui.engine, "batch")


async def test_the_dialog_shows_the_plan_as_it_is_typed(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        before = written(ui.engine)
        await ui.go("db")
        await ui.press("e")
        await ui.pause()
        assert "create container netc-db on network backend" in ui.plan
        assert "--dport 5432" in ui.plan
        assert "connect netc-db to netc-lan-eth1" in ui.plan
        await ui.press("tab")
        await ui.type("15432:5432")
        await ui.press("tab")
        await ui.type("pg")
        await ui.pause()
        assert "--dport 15432" in ui.plan
        assert "DHCP hostname pg" in ui.plan
        await ui.press("shift+tab", "shift+tab", "down")
        await ui.pause()
        assert "netc-lan-eth2" in ui.plan
        assert written(ui.engine) == before
        assert not is_on(ui.engine, "db")
        await ui.press("enter")
        await ui.idle()
        made = labels(ui.engine, "db")
        assert (made.interface, made.ports, made.hostname) == ("eth2", "15432:5432/tcp", "pg")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("eighty", "port 'eighty': write PUB"),
        ("80,80:81", "overlap"),
        ("70000", "ports are 1 to 65535"),
        ("80/icmp", "the protocol is one of"),
    ],
)
async def test_ports_that_are_none_are_said_to_be_and_not_applied(
    stage: Stage, typed: str, said: str
) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("db")
        await ui.press("e", "tab")
        await ui.type(typed)
        await ui.pause()
        assert said in ui.plan
        assert len(ui.app.screen.query_one("#plan").lines) == 1  # type: ignore[attr-defined]
        await ui.press("enter")
        await ui.idle()
        assert isinstance(ui.app.screen, Expose)
        assert not is_on(ui.engine, "db")


async def test_enter_right_after_typing_applies_what_was_typed(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("db")
        await ui.press("e", "tab")
        await ui.type("99999")
        await ui.press("enter")
        await ui.pause()
        assert isinstance(ui.app.screen, Expose)
        await ui.press(*["backspace"] * 5)
        await ui.type("81:5432")
        await ui.press("enter")
        await ui.idle()
        assert labels(ui.engine, "db").ports == "81:5432/tcp"


async def test_moving_keeps_what_was_chosen(stage: Stage) -> None:
    engine = await stage.site()
    chosen = {"ports": ("15432:5432",), "hostname": "pg", "mac": "02:00:5e:00:53:01"}
    await up(engine, Request("db", "eth0", **chosen))
    async with stage.open(engine) as ui:
        await ui.go("db")
        await ui.press("e")
        await ui.pause()
        assert "Nothing to do" in ui.plan
        await ui.press("down")
        await ui.pause()
        assert "stop and remove netc-db" in ui.plan
        await ui.press("enter")
        await ui.idle()
        made = labels(engine, "db")
        assert made.interface == "eth1"
        assert (made.ports, made.hostname, made.mac) == (
            "15432:5432/tcp", "pg", "02:00:5e:00:53:01",
        )  # fmt: skip
        assert "bound" in ui.row("db")


async def test_moving_several_keeps_what_was_chosen_for_each(stage: Stage) -> None:
    engine = await stage.site()
    chosen = {
        "db": {"ports": ("15432:5432",), "hostname": "pg", "mac": "02:00:5e:00:53:01"},
        "mail": {"ports": ("2525:25", "587/tcp"), "network": "bridge"},
    }
    for name, facts in chosen.items():
        await up(engine, Request(name, "eth0", **facts))
    before = {name: labels(engine, name) for name in chosen}
    async with stage.open(engine) as ui:
        for name in chosen:
            await ui.go(name)
            await ui.press("m")
        await ui.press("e", "down")
        await ui.pause(1)
        await ui.press("enter")
        await ui.idle()
    for name, was in before.items():
        made = labels(engine, name)
        assert made.interface == "eth1"
        assert msgspec.structs.replace(made, interface="eth0", lan=was.lan) == was


async def test_an_interface_that_fails_in_the_dialog_is_not_replaced_by_another(
    stage: Stage,
) -> None:
    """What was chosen stays chosen; enter does nothing until somebody chooses another."""
    async with stage.open(interface="eth1") as ui:
        await ui.go("db")
        await ui.press("e")
        await ui.pause(1)
        assert "netc-lan-eth1" in ui.plan
        others = (one for one in stage.links if one.name != "eth1")
        stage.relink(link("eth1", 3, carrier=False), *others)
        await ui.pause(1)
        assert "eth1: it has no carrier" in ui.plan
        assert "do it" not in ui.keys
        await ui.press("enter")
        await ui.pause(1)
        assert not is_on(ui.engine, "db")
        await ui.press("down")
        await ui.pause(1)
        assert "netc-lan-eth0" in ui.plan
        await ui.press("enter")
        await ui.idle()
        assert labels(ui.engine, "db").interface == "eth0"


@pytest.mark.parametrize("links", [False, True], ids=["still", "links change"])
async def test_keys_that_come_in_one_go_are_done_in_their_order(stage: Stage, links: bool) -> None:
    """As from a slow line: a field, its text and enter; nothing overtakes and nothing breaks."""
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press("e")
        await ui.pause(1)
        for key in ("tab", "8", "0", "colon", "5", "4", "3", "2", "enter"):
            ui.app.post_message(events.Key(key, key_to_character(key)))
        if links:
            await ui.pause(0.1)
            stage.relink(*stage.links, link("veth9", 9))
        await ui.idle()
        await ui.pause(1)
        await ui.idle()
        assert labels(ui.engine, "db").ports == "80:5432/tcp"


async def test_the_dialog_never_holds_up_the_screen(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        hold = asyncio.Event()
        images = ui.engine.image

        async def slow(tag: str) -> Image | None:
            await hold.wait()
            return await images(tag)

        ui.engine.image = slow  # type: ignore[method-assign]
        await ui.press("e", "enter")
        await ui.pause(5)
        await ui.press("escape")
        await ui.pause(1)
        assert ui.app.screen is ui.app.main
        await ui.press("e", "enter")
        hold.set()
        await ui.idle()
        await ui.pause(1)
        await ui.idle()
        assert is_on(ui.engine, "db"), "enter counts as soon as the plan is made"


async def test_the_dialog_after_an_outage(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press("e")
        await ui.pause(1)
        ui.engine.away = "no answer"
        await ui.pause(2)
        await ui.press("down")
        await ui.pause(1)
        assert "no answer" in ui.plan
        ui.engine.away = None
        await ui.pause(17)
        assert "netc-lan-eth1" in ui.plan
        await ui.press("enter")
        await ui.idle()
        assert labels(ui.engine, "db").interface == "eth1"


async def test_moving_several_asks_only_for_the_interface(stage: Stage) -> None:
    async with stage.open() as ui:
        for name in ("web", "db"):
            await ui.go(name)
            await ui.press("m")
        await ui.press("e")
        await ui.pause()
        assert not ui.app.screen.query("Input")
        assert "web, db" in ui.text or "db, web" in ui.text
        await ui.press("down", "down", "enter")
        await ui.idle()
        assert labels(ui.engine, "web").interface == "eth2"
        assert labels(ui.engine, "db").interface == "eth2"


INTERFACES = tuple(link(f"lan{n:02}", n + 2, addresses=(f"10.0.{n}.2/24",)) for n in range(30))


async def crowd(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """Twenty services that are on at two of thirty interfaces, and one that is off."""
    stage.links = INTERFACES
    monkeypatch.setattr(host, "names", lambda: [found.name for found in INTERFACES])
    monkeypatch.setattr(host, "links", lambda *_: INTERFACES)
    engine = stage.engine()
    for n in range(20):
        engine.run(f"svc{n:02}")
        await up(engine, Request(f"svc{n:02}", "lan24" if n % 5 == 0 else "lan25"))
        engine.live_on(f"svc{n:02}")
    return engine


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_many_that_are_on_show_what_moves_first_and_in_bold(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    engine = await crowd(stage, monkeypatch)
    async with stage.open(engine, size=size, interface="lan25") as ui:
        await ui.press("M", "e")
        await ui.until("4 move, 16 stay")
        assert "│ Change 20 services: on which interface's LAN?  " in ui.text
        assert "lan25 " in ui.text, "the interface that is chosen is seen"
        assert "above" in ui.text
        moves = [line for line in ui.lines if " moves lan24 → lan25" in line]
        assert [line.partition("→ ")[2][:5] for line in moves] == [
            f"svc{n:02}" for n in (0, 5, 10, 15)
        ]
        assert ui.style("svc05  moves").bold
        assert not ui.style("svc01  stays on lan25").bold
        await ui.press(*["up"] * 20)
        await ui.until("20 move")
        assert ui.app.screen.query_one(Choice).current == "lan05"
        assert "lan05 " in ui.text
        await ui.press("enter")
        await ui.idle()
        assert {labels(engine, f"svc{n:02}").interface for n in range(20)} == {"lan05"}


async def test_several_on_one_interface_begin_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await crowd(stage, monkeypatch)
    async with stage.open(engine, size=(80, 24), interface="lan03") as ui:
        for name in ("svc05", "svc10"):
            await ui.go(name)
            await ui.press("m")
        await ui.press("e")
        await ui.until("2 stay")
        assert "Change svc05, svc10: on which" in ui.text
        assert ui.app.screen.query_one(Choice).current == "lan24"


async def test_one_that_moves_says_so_first(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        await ui.press("e", "up")
        await ui.until("web  moves eth1 → eth0")
        assert ui.style("web  moves").bold


async def test_ports_without_a_listener_are_warned_of_and_not_refused(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        slow = asyncio.Event()
        beside = ui.engine.beside

        async def late(*given: Any, **named: Any) -> str:
            await slow.wait()
            return await beside(*given, **named)

        ui.engine.beside = late  # type: ignore[method-assign]
        ui.engine.prints = lambda name, command: "tcp\n"
        await ui.go("db")
        await ui.press("e")
        await ui.until("create container netc-db")
        await ui.press("tab")
        await ui.type("5433:5432")
        await ui.until("dport 5433")
        assert "nothing listens" not in ui.plan
        slow.set()
        await ui.until("nothing listens on 5432/tcp in db now")
        await ui.press("enter")
        await ui.idle()
        assert is_on(ui.engine, "db")


async def test_a_listener_is_looked_for_once_while_the_dialog_is_open(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        for name in ("db", "mail"):
            await ui.go(name)
            await ui.press("m")
        ui.engine.prints = lambda name, command: "tcp\n" if name == "mail" else LISTENS
        await ui.press("e")
        await ui.until("nothing listens on 25/tcp in mail now")
        assert "● mail  turned on: eth1  nothing listens on 25/tcp" in ui.text
        await ui.press("up", "down")
        await ui.pause(2)
        assert sum(call[0] == "beside" for call in ui.engine.calls) == 2


LISTENS = "tcp\n   0: 00000000:1538 00000000:0000 0A\n"
"""On port 5432."""


async def test_two_that_will_go_by_one_name_are_warned_of(stage: Stage) -> None:
    engine = stage.engine()
    for name in ("shop_web", "shop-web", "db"):
        engine.run(name)
    async with stage.open(engine, interface="eth1") as ui:
        await ui.press("M", "e")
        await ui.until("3 turned on")
        said = "shop-web, shop_web all ask for the DHCP hostname shop-web"
        assert ui.plan.count(said) + ui.plan.count(said.replace("-web, shop_", "_web, shop-")) == 4
        assert ui.line("● db  turned on").count("hostname") == 0
