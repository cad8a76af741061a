"""What keys do: on, off, change, and what comes of it when it fails."""

import asyncio
import re
from pathlib import Path

from netc_tui.engine import Refused
from netc_tui.operations.down import down
from netc_tui.tui.screens.confirm import Confirm
from tests.tui.acts import is_on, labels, written
from tests.tui.stage import Stage

# --- given back to labels


async def test_what_was_turned_off_is_given_back_and_the_key_is_there_where_it_does_something(
    stage: Stage,
) -> None:
    async with stage.open(await stage.labelled(), size=(80, 24)) as ui:
        await ui.go("shop")
        assert "A auto" not in ui.keys
        await ui.go("wiki")
        assert "A auto" in ui.keys
        await ui.press("A")
        await ui.idle()
        assert ui.message == "wiki: waits: netc watch has not turned it on yet"
        assert "○ off, waits: netc watch" in ui.row("wiki")
        assert "A auto" not in ui.keys


async def test_what_was_turned_on_is_given_back_without_an_outage(stage: Stage) -> None:
    async with stage.open(await stage.labelled(), size=(120, 40)) as ui:
        before = ui.engine.own("mail").id
        assert "by hand" in ui.row("mail")
        await ui.go("mail")
        await ui.press("A")
        await ui.idle()
        assert "by labels" in ui.row("mail")
        assert "● bound" in ui.row("mail")
        assert ui.engine.own("mail").id == before


async def test_of_several_those_that_can_be_are_given_back(stage: Stage) -> None:
    async with stage.open(await stage.labelled(), size=(120, 40)) as ui:
        await ui.press("M", "A")
        await ui.idle()
        assert {name for name in ui.rows if "by hand" in ui.row(name)} == {"web"}
        assert not any("left off" in ui.row(name) for name in ui.rows)


async def test_who_only_looks_gives_nothing_back(stage: Stage) -> None:
    async with stage.open(await stage.labelled(), read_only=True) as ui:
        await ui.go("wiki")
        await ui.press("A")
        await ui.pause(1)
        assert ui.message == "read-only: auto is not to be had"
        assert "left off" in ui.row("wiki")


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


async def test_several_at_once(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        ui.engine.dhcp_delay = 5
        await ui.go("batch")
        await ui.press("down", "m", "down", "m", "m")
        assert ui.app.main.table.marked == {("", "db"), ("", "mail"), ("", "metrics")}
        assert ui.message == "3 marked"
        await ui.press("space")
        await ui.pause(1)
        for name in ("db", "mail", "metrics"):
            assert "turning on" in ui.row(name)
        assert sorted(ui.desk.jobs.under_way) == ["db", "mail", "metrics"]
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
        await ui.go("web")
        await ui.press("m")
        await ui.go("db")
        await ui.press("m", "space")
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
        assert not ui.desk.jobs.under_way
        await ui.press("5")
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


# --- off


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
        assert "✗ 192.168.77.10 dns is gone → netc down dns" in ui.row("dns")
        assert ui.current == "dns"
        assert "x remove" in ui.keys
        assert "on/off" not in ui.keys
        await ui.press("space", "e")
        assert ui.app.screen is ui.app.main
        await ui.press("x", "y")
        await ui.idle()
        assert "dns" not in ui.rows
        assert not is_on(ui.engine, "dns")


# --- renew and restart


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
        await ui.press("5")
        assert "renewed 192.168.77.10" in ui.words("#events")


async def test_restart(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        lives = ui.engine.own("web").lives
        await ui.press("R", "n")
        await ui.idle()
        assert ui.engine.own("web").lives == lives, "it asks first"
        await ui.press("R")
        await ui.pause()
        assert "its lease is released and asked for anew" in ui.words("#question")
        await ui.press("y")
        await ui.idle()
        assert ui.engine.own("web").lives == lives + 1
        assert ui.message == "web: restarted: 192.168.77.12"
        assert "bound 192.168.77.12" in ui.row("web")


async def test_to_restart_many_is_asked_with_their_number(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("M", "R")
        await ui.pause()
        asked = ui.words("#question")
        assert "Restart the network container of dns, web, shop-web-1?" in asked
        await ui.press("escape")


async def test_marks_end_with_the_batch(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("db")
        await ui.press("m", "m", "space")
        await ui.idle()
        assert ui.app.main.table.marked == frozenset()
        assert is_on(ui.engine, "db")


async def test_to_move_a_service_is_no_choice_for_the_next(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("web")
        await ui.press("e", "up", "enter")
        await ui.idle()
        assert "eth0" in ui.row("web")
        assert ui.desk.interface == "eth1"


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


async def test_a_renewal_that_failed_says_nothing_of_one_that_was_stopped(stage: Stage) -> None:
    async with stage.open(timeout=3) as ui:
        ui.engine.dhcp = lambda hostname: False
        await ui.go("web")
        await ui.press("r")
        await ui.idle()
        assert "is kept while it runs" in ui.message
        ui.engine.stop("netc-web")
        await ui.pause(2)
        assert "stopped" in ui.row("web")
        assert "is kept while it runs" not in ui.text


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


async def test_leaving_is_warned_of_once_for_what_is_under_way(
    stage: Stage, tmp_path: Path
) -> None:
    async with stage.open(interface="eth1", timeout=600, screenshots=str(tmp_path)) as ui:
        ui.engine.dhcp = lambda hostname: False
        await ui.go("db")
        await ui.press("space")
        await ui.pause(1)
        await ui.press("q")
        assert "under way: db" in ui.message
        await ui.press("ctrl+s")  # what is said between changes nothing
        await ui.pause(1)
        await ui.go("mail")
        await ui.press("space")
        await ui.pause(1)
        await ui.press("q")
        assert "mail" in ui.message
        assert ui.app.is_running
        await ui.press("q")
        await ui.pause(0.2)
        assert not ui.app.is_running
