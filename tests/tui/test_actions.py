"""What keys do: on, off, change, and what comes of it when it fails."""

import asyncio
import re

import msgspec
import pytest
from textual import events
from textual.keys import key_to_character

from netc_tui.core.model import Image
from netc_tui.engine import Refused
from netc_tui.operations.down import down
from netc_tui.operations.up import Request, up
from netc_tui.settings.keys import KEYS
from netc_tui.tui.screens.confirm import Confirm
from netc_tui.tui.screens.details import Details
from netc_tui.tui.screens.expose import Expose
from netc_tui.tui.widgets.choice import Choice
from tests.machine import link
from tests.tui.acts import is_on, labels, written
from tests.tui.stage import Stage

# --- on


async def test_on_with_the_interface_in_force(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("db")
        ui.engine.dhcp_delay = 3
        await ui.press("space")
        await ui.pause(1)
        assert "◇ turning on: discover" in ui.row("db")
        await ui.idle()
        assert "● bound 192.168.77.13 eth1" in ui.row("db")
        assert ui.message == "db: on: 192.168.77.13 on eth1"
        assert labels(ui.engine, "db").interface == "eth1"
        assert "4 of 8 on the LAN" in ui.text
        assert ui.current == "db"


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
        assert ui.app.desk.interface == ""
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


async def test_several_at_once(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        ui.engine.dhcp_delay = 5
        await ui.go("batch")
        await ui.press("down", "m", "down", "m", "m")
        assert ui.app.main.table.marked == {"db", "mail", "metrics"}
        assert ui.message == "3 marked"
        await ui.press("space")
        await ui.pause(1)
        for name in ("db", "mail", "metrics"):
            assert "turning on" in ui.row(name)
        assert sorted(ui.app.desk.jobs.under_way) == ["db", "mail", "metrics"]
        await ui.idle()
        addresses = {re.search(r"bound (\S+)", ui.row(one)) for one in ("db", "mail", "metrics")}
        assert None not in addresses
        assert len({one.group(1) for one in addresses if one}) == 3


async def test_of_several_only_those_that_are_off_are_turned_on(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        before = ui.engine.own("web").id
        await ui.go("web")
        await ui.press("m")
        await ui.go("db")
        await ui.press("m", "space")
        await ui.idle()
        assert is_on(ui.engine, "db")
        assert ui.engine.own("web").id == before
        await ui.press("space")
        assert isinstance(ui.app.screen, Confirm)
        assert "web" in ui.words("#question")
        assert "db" in ui.words("#question")
        await ui.press("y")
        await ui.idle()
        assert not is_on(ui.engine, "db")
        assert not is_on(ui.engine, "web")
        assert is_on(ui.engine, "dns")


async def test_a_second_job_on_one_service_is_refused(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        ui.engine.dhcp_delay = 8
        await ui.go("db")
        await ui.press("space")
        await ui.pause(1)
        await ui.press("r")
        assert ui.message == "db: still turning on"
        await ui.idle()
        assert "bound" in ui.row("db")


async def test_a_lease_that_is_waited_for_is_given_up_by_turning_off(stage: Stage) -> None:
    async with stage.open(interface="eth1", timeout=600) as ui:
        ui.engine.dhcp = lambda hostname: hostname != "db"
        await ui.go("db")
        await ui.press("space")
        await ui.pause(3)
        assert "turning on: discover" in ui.row("db")
        await ui.press("space", "y")
        await ui.idle()
        assert "○ off" in ui.row("db")
        assert ui.message == "db: off"
        assert not is_on(ui.engine, "db")
        assert not ui.app.desk.jobs.under_way
        assert "turning on given up" in ui.words("#events")


async def test_what_is_in_the_middle_of_its_steps_is_not_turned_off(stage: Stage) -> None:
    async with stage.open(interface="eth0") as ui:
        await ui.go("web")
        hold = asyncio.Event()
        connect = ui.engine.connect

        async def slow(container: str, network: str, *, lan: bool) -> None:
            await hold.wait()
            await connect(container, network, lan=lan)

        ui.engine.connect = slow  # type: ignore[method-assign]
        await ui.press("e", "up")
        await ui.pause(1)
        await ui.press("enter")
        await ui.pause(1)
        assert "changing: connect netc-web" in ui.row("web")
        await ui.press("space")
        assert ui.app.screen is ui.app.main, "no question that could not be answered"
        assert ui.message == "web: still changing"
        hold.set()
        await ui.idle()
        assert "bound" in ui.row("web")


async def test_of_several_those_that_cannot_be_on_are_left_out_and_named(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("batch")
        await ui.press("m", "m", "space")
        await ui.idle()
        assert is_on(ui.engine, "db")
        assert not is_on(ui.engine, "batch")
        assert "left out, not running or without ports: batch" in ui.said


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


async def test_a_mark_that_is_not_listed_for_a_moment_does_not_hit_another(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("db")
        await ui.press("m")
        assert ui.current == "dns"
        ui.engine.stop("db")
        await ui.pause(1)
        assert "db" not in ui.rows
        assert ui.message == "1 marked, 1 of them not listed and left alone"
        await ui.press("space")
        await ui.pause(1)
        assert ui.app.screen is ui.app.main
        assert not ui.app.desk.jobs.under_way
        ui.engine.start_again("db")
        await ui.pause(1)
        assert ui.message == "1 marked"
        await ui.press("space")
        await ui.idle()
        assert is_on(ui.engine, "db")


async def test_marks_outlive_a_filter(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        for name in ("db", "mail"):
            await ui.press("slash")
            await ui.type(name)
            await ui.press("enter", "m", "escape")
        assert ui.app.main.table.marked == {"db", "mail"}
        await ui.press("space")
        await ui.idle()
        assert is_on(ui.engine, "db")
        assert is_on(ui.engine, "mail")


async def test_log_copy_and_details_are_of_the_cursor_whatever_is_marked(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("batch")
        await ui.press("m")
        await ui.go("web")
        assert "l log" in ui.keys
        await ui.press("l")
        assert "Log of netc-web" in ui.text
        await ui.press("escape")
        await ui.go("db")
        assert "l log" not in ui.keys


# --- off


async def test_off_asks_and_only_y_means_yes(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        for key in ("n", "escape", "q"):
            await ui.press("space")
            assert isinstance(ui.app.screen, Confirm)
            await ui.press(key)
            assert ui.app.screen is ui.app.main
        await ui.press("space", "space", "enter", "space", "Y", "tab")
        assert isinstance(ui.app.screen, Confirm)
        assert is_on(ui.engine, "web")
        assert not ui.app.desk.jobs.under_way
        await ui.press("y")
        await ui.idle()
        assert not is_on(ui.engine, "web")
        assert "○ off" in ui.row("web")
        assert ui.message == "web: off"


async def test_off_without_a_question(stage: Stage) -> None:
    async with stage.open(confirm_off=False) as ui:
        await ui.go("web")
        await ui.press("space")
        await ui.idle()
        assert ui.app.screen is ui.app.main
        assert not is_on(ui.engine, "web")


async def test_what_a_service_that_is_gone_has_left_is_removed(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("dns")
        assert "remove" not in ui.keys
        await ui.press("x")
        assert ui.app.screen is ui.app.main
        await ui.engine.remove("dns", 0)
        await ui.pause(1)
        assert "□ service gone" in ui.row("dns")
        assert ui.current == "dns"
        assert "x remove" in ui.keys
        assert "on/off" not in ui.keys
        await ui.press("space", "e")
        assert ui.app.screen is ui.app.main
        await ui.press("x", "y")
        await ui.idle()
        assert "dns" not in ui.rows
        assert not is_on(ui.engine, "dns")


# --- change


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


async def test_interfaces_that_are_unfit_cannot_be_chosen(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        for key in ("e", "i"):
            await ui.press(key)
            choice = ui.app.screen.query_one(Choice)
            seen = [choice.current]
            for _ in range(8):
                await ui.press("down")
                seen.append(choice.current)
            assert set(seen) == {"eth0", "eth1", "eth2"}
            assert "it has no carrier" in ui.line("eth3")
            assert "it is wireless" in ui.line("wlan0")
            await ui.press("escape")


@pytest.mark.parametrize("key", ["e", "i"])
async def test_an_interface_that_comes_and_one_that_loses_its_carrier(
    stage: Stage, key: str
) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press(key)
        stage.relink(*stage.links, link("eth9", 9, addresses=("192.168.9.9/24",)))
        await ui.pause()
        assert "eth9" in ui.line("ethernet, 192.168.9.9/24")
        assert ui.app.screen.query_one(Choice).current == "eth0", "the cursor stays"
        stage.relink(
            *(one for one in stage.links if one.name != "eth0"), link("eth0", 2, carrier=False)
        )
        await ui.pause()
        assert any("eth0 " in line and "it has no carrier" in line for line in ui.lines)
        await ui.press("escape")
        assert "eth0" not in ui.lines[0]
        assert "eth9" in ui.lines[0]


async def test_the_interface_of_the_ssh_session_is_marked(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press("e")
        assert "carries this SSH session" in ui.line("ethernet, 192.168.1.20/24")
        assert ui.text.count("carries this SSH session") == 1
        await ui.press("escape")
        stage.session = "192.168.77.2"
        stage.relink(*stage.links)
        await ui.press("i")
        assert "carries this SSH session" in ui.line("ethernet, 192.168.77.2/24")


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


async def test_the_interface_in_force_is_chosen_from_the_list(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("i", "down", "enter")
        assert ui.app.desk.interface == "eth1"
        assert ui.message == "eth1 is the interface in force"
        await ui.press("i", "down", "escape")
        assert ui.app.desk.interface == "eth1"


async def test_renew(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        assert "renew" not in ui.keys
        await ui.press("r")
        assert written(ui.engine)[-1][0] != "execute"
        await ui.go("dns")
        assert "renewing" in ui.row("dns")
        assert "r renew" in ui.keys
        await ui.press("r")
        await ui.idle()
        assert "● bound 192.168.77.10" in ui.row("dns")
        assert ui.message == "dns: lease of 192.168.77.10 renewed"
        await ui.press("3")
        assert "renewed 192.168.77.10" in ui.words("#events")


async def test_restart(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        lives = ui.engine.own("web").lives
        await ui.press("R")
        await ui.idle()
        assert ui.engine.own("web").lives == lives + 1
        assert ui.message == "web: restarted: 192.168.77.12"
        assert "bound 192.168.77.12" in ui.row("web")


# --- failures


async def test_no_lease_leaves_the_row_true_and_says_what_to_do(stage: Stage) -> None:
    async with stage.open(interface="eth1", timeout=5) as ui:
        ui.engine.dhcp = lambda hostname: hostname != "db"
        await ui.go("db")
        await ui.press("space")
        await ui.pause(3)
        assert "turning on" in ui.row("db")
        await ui.idle()
        assert "◌ acquiring" in ui.row("db")
        assert "no lease for db on eth1 within 5 s" in ui.message
        assert "stop it with: netc down db" in ui.message
        assert "no DHCP server answers" in ui.words("#lease")
        assert ui.style("no lease for db").bold


async def test_an_engine_that_refuses_leaves_the_row_true(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:

        def refuse(call: tuple[str, ...]) -> None:
            if call[0] in ("start", "remove"):
                raise Refused("no space left on device")

        ui.engine.before = refuse
        await ui.go("web")
        await ui.press("space", "y")
        await ui.idle()
        assert "● bound 192.168.77.12" in ui.row("web")
        assert "no space left on device" in ui.message
        ui.engine.before = lambda call: None
        await ui.go("db")
        await ui.press("space")
        await ui.idle()
        assert "bound" in ui.row("db")
        assert "no space left" not in ui.text


async def test_a_defect_in_a_job_is_told_and_nothing_else_suffers(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:

        def broken(call: tuple[str, ...]) -> None:
            if call[0] == "create":
                raise ZeroDivisionError("oops")

        ui.engine.before = broken
        await ui.go("db")
        await ui.press("space")
        await ui.idle()
        assert "a defect of netc: ZeroDivisionError('oops')" in ui.message
        assert "failed to turn on" in ui.row("db")
        await ui.press("down")
        assert ui.current == "dns"


async def test_a_hostile_message_is_shown_as_text(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        said = "[bold red]no[/] \x1b[2J\x1b]0;pwned\x07 way \u202eback\nline"
        ui.engine.say(ui.engine.own("web"), "failed", said)
        await ui.pause(1)
        await ui.go("web")
        assert "[bold red]no[/] ?[2J?]0;pwned? way" in ui.text
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", ui.text)


async def test_a_long_hostile_message_is_cut_and_shown_as_text(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        ui.app.say("web: \x1b[2J " + "a" * 76 + " and a tail " * 9, "bad")
        await ui.pause(1)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", "".join(ui.lines))
        assert ui.message.startswith("web: ?[2J aaa")
        assert "…" in ui.line("web: ?[2J")


async def test_a_failure_that_says_nothing_any_more_is_forgotten(stage: Stage) -> None:
    async with stage.open(timeout=3) as ui:
        ui.engine.dhcp = lambda hostname: False
        await ui.go("web")
        await ui.press("r")
        await ui.idle()
        assert "no renewal within 3 s" in ui.message
        await down(ui.engine, "web")
        await ui.pause(1)
        assert "○ off" in ui.row("web")
        assert "no renewal within 3 s" not in ui.words("#lease")


async def test_the_death_of_a_network_container_is_an_event(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        ui.engine.kill("netc-web")
        await ui.pause(1)
        assert "netc-web is exited" in ui.words("#events")
        assert "It does not run: R starts it, space removes it." in ui.words("#lease")
        await ui.press("R")
        await ui.idle()
        assert "bound" in ui.row("web")
        assert "netc-web is running" not in ui.words("#events"), "that was netc's own doing"


# --- read-only


async def test_read_only_changes_nothing(stage: Stage) -> None:
    engine = await stage.site()
    before = len(written(engine))
    async with stage.open(engine, interface="eth1", read_only=True) as ui:
        assert "read-only" in ui.lines[0]
        for service in ("web", "db", "batch"):
            await ui.go(service)
            for key in KEYS:
                if key.writes:
                    assert f" {key.label}" not in ui.keys
                    await ui.press(key.key)
                    assert ui.app.screen is ui.app.main, key.id
        await engine.remove("dns", 0)
        await ui.pause(1)
        await ui.go("dns")
        await ui.press("x", "y")
        await ui.press("ctrl+p")
        await ui.pause(1)
        offered = ui.text
        assert "Renew the lease now" not in offered
        assert "Filter as you type" in offered
        await ui.press("escape", "enter")
        assert isinstance(ui.app.screen, Details)
        await ui.idle()
    assert written(engine)[before:] == [("remove", "dns")]
