"""Several hosts on one screen: equal names never mix, and keys act on the host of the row."""

from datetime import timedelta

import msgspec
import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.desk.fleet import Which
from netc_tui.engine import EngineApi
from netc_tui.tui.panels.panel import snapshot
from netc_tui.tui.screens.confirm import Confirm
from netc_tui.tui.screens.details import Details
from netc_tui.tui.screens.doctor import PathReport
from netc_tui.tui.screens.expose import Expose
from netc_tui.tui.screens.interfaces import Interfaces
from netc_tui.tui.screens.log import Log
from tests.operations.doctors import sound
from tests.tui.acts import is_on, labels, written
from tests.tui.stage import NO_ANSWER, Stage, Ui, become
from tests.twin import FakeEngine

WEBS = [("nas", "web"), ("attic", "web"), ("pi-10", "web")]


def which(ui: Ui) -> list[Which]:
    return [row.which for row in ui.app.main.table.rows]


def forget(*engines: FakeEngine) -> None:
    for engine in engines:
        engine.calls.clear()


async def test_a_row_is_of_a_host_and_the_host_has_a_column(stage: Stage) -> None:
    async with stage.open(hosts=await stage.hosts(), size=(80, 24)) as ui:
        assert "HOST" in ui.line("SERVICE")
        assert [at for at in which(ui) if at.service == "web"] == WEBS, "in the order of the hosts"
        assert " pi-10 " in ui.row("cam", "pi-10")
        assert "3 hosts" in ui.lines[0]
        assert "5 of 13 on the LAN" in ui.lines[0]


async def test_with_one_host_there_is_no_column(stage: Stage) -> None:
    engine = (await stage.hosts())["nas"]
    async with stage.open(hosts={"nas": engine}, size=(200, 60)) as ui:
        assert "HOST" not in ui.text
        await ui.go("web")
        assert "web@" not in ui.text
        await ui.press("r")
        await ui.idle()
        assert "\nweb: lease of" in f"\n{ui.said}"


async def test_rows_are_found_and_sorted_by_their_hosts(stage: Stage) -> None:
    hosts = await stage.hosts()
    two = stage.engine()
    become(two, "pi-9")
    two.run("cam")
    async with stage.open(hosts={**hosts, "pi-9": two}) as ui:
        await ui.press("slash", *"pi-10", "enter")
        assert {at.host for at in which(ui)} == {"pi-10"}
        await ui.press("escape", "slash", *"attic web", "enter")
        assert which(ui) == [("attic", "web")]
        await ui.press("escape", "slash", *"web@attic", "enter")
        assert which(ui) == [("attic", "web")], "as everything calls it"
        await ui.press("escape", "s")
        assert ui.app.main.listing.sort == "host"
        found = [at.host for at in which(ui)]
        assert found == ["attic"] * 2 + ["nas"] * 8 + ["pi-9"] + ["pi-10"] * 3
        await ui.press("S")
        assert [at.host for at in which(ui)] == found[::-1]


async def test_the_cursor_and_marks_are_of_a_service_on_a_host(stage: Stage) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts) as ui:
        await ui.go("web", "attic")
        await ui.press("m")
        assert ui.app.main.table.marked == {("attic", "web")}
        assert ui.row("web", "attic").startswith("✓")
        assert not ui.row("web", "nas").startswith("✓")
        await ui.go("web", "attic")
        hosts["nas"].run("aaa")
        await ui.pause(1)
        assert ui.app.main.current is not None
        assert ui.app.main.current.which == ("attic", "web")
        assert "─ Lease: web@attic ─" in ui.text
        await hosts["attic"].remove("netc-web", 0)
        await hosts["attic"].remove("web", 0)
        await ui.pause(1)
        assert ui.app.main.table.marked == frozenset()
        assert [at for at in which(ui) if at.service == "web"] == [WEBS[0], WEBS[2]]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_keys_act_on_the_host_of_the_row(stage: Stage, size: tuple[int, int]) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=size, interface="eth1") as ui:
        nas, attic, pi = hosts.values()
        forget(nas, attic, pi)
        await ui.go("dns", "pi-10")
        await ui.press("space")
        await ui.idle()
        assert labels(pi, "dns").interface == "eth1"
        assert "pi-10: dns: on: 192.168.77" in ui.said
        await ui.go("web", "attic")
        await ui.press("r")
        await ui.idle()
        assert "attic: web: lease of" in ui.said
        await ui.press("R")
        assert isinstance(ui.app.screen, Confirm)
        assert "Restart the network container of web@attic?" in ui.words("#question")
        await ui.press("y")
        await ui.idle()
        assert [call[0] for call in written(attic)] == ["execute", "restart"]
        await ui.press("space")
        assert "Take web@attic off the LAN?" in ui.words("#question")
        assert "web@attic: 192.168.77" in ui.words("#question")
        await ui.press("y")
        await ui.idle()
        assert [is_on(engine, "web") for engine in hosts.values()] == [True, False, True]
        assert "attic: web: off" in ui.said
        assert written(nas) == []
        await pi.remove("web", 0)
        await ui.pause(1)
        await ui.go("web", "pi-10")
        await ui.press("x", "y")
        await ui.idle()
        assert [is_on(engine, "web") for engine in hosts.values()] == [True, False, False]


async def test_a_batch_over_several_hosts(stage: Stage) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(80, 24), interface="eth1") as ui:
        await ui.press("slash", *"web", "enter", "M", "space")
        asked = ui.words("#question")
        assert "Take web@nas, web@attic, web@pi-10, shop-web-1@nas off the LAN?" in asked
        await ui.press("y")
        await ui.idle()
        assert not any(is_on(engine, "web") for engine in hosts.values())
        await ui.press("M", "space")
        await ui.idle()
        assert all(labels(engine, "web").interface == "eth1" for engine in hosts.values())


async def test_the_interface_in_force_is_that_of_the_host(stage: Stage) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        await ui.go("db", "attic")
        await ui.press("i")
        assert isinstance(ui.app.screen, Interfaces)
        assert "The interface that on/off uses on attic" in ui.words("#question")
        await ui.press("down", "enter")
        await ui.pause()
        assert "attic: eth1 is the interface in force" in ui.message
        assert {desk.host: desk.interface for desk in ui.app.fleet.desks} == {
            "nas": "",
            "attic": "eth1",
            "pi-10": "",
        }
        assert "attic: via ▲ eth1" in ui.lines[0]
        await ui.go("cam", "pi-10")
        assert "via" not in ui.lines[0]
        # Marked on two hosts: on the one it is on at once, on the other it is asked for.
        for service, host in (("db", "attic"), ("db", "nas"), ("cam", "pi-10")):
            await ui.go(service, host)
            await ui.press("m")
        await ui.press("space")
        await ui.pause()
        assert isinstance(ui.app.screen, Expose)
        assert "Turn on cam@pi-10: on which interface's LAN?" in ui.words("#question")
        await ui.press("down", "down", "enter")
        await ui.pause()
        assert isinstance(ui.app.screen, Expose)
        assert "Turn on db@nas:" in ui.words("#question")
        await ui.press("enter")
        await ui.idle()
        on = {host: labels(engine, "db" if host != "pi-10" else "cam").interface
              for host, engine in hosts.items()}  # fmt: skip
        assert on == {"nas": "eth0", "attic": "eth1", "pi-10": "eth2"}
        assert [desk.interface for desk in ui.app.fleet.desks] == ["eth0", "eth1", "eth2"]


async def test_who_cancels_is_asked_of_no_further_host(stage: Stage) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        for host in ("nas", "attic"):
            await ui.go("db", host)
            await ui.press("m")
        await ui.press("e", "escape")
        await ui.pause()
        assert ui.app.screen is ui.app.main
        assert not any(is_on(hosts[host], "db") for host in ("nas", "attic"))


async def test_a_flag_names_an_interface_that_one_of_the_hosts_does_not_have(stage: Stage) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(80, 24), interface="br7") as ui:
        await ui.go("db", "attic")
        await ui.press("space")
        assert isinstance(ui.app.screen, Expose)


async def test_screens_are_of_the_host_of_the_row(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound(monkeypatch)
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(120, 40)) as ui:
        await ui.go("web", "attic")
        await ui.press("enter")
        assert isinstance(ui.app.screen, Details)
        assert "Details of web@attic" in ui.text
        assert "192.168.77.10/24" in ui.words("#text")
        await ui.press("escape", "l")
        assert isinstance(ui.app.screen, Log)
        assert "Log of netc-web@attic" in ui.text
        await ui.pause()
        assert "bound 192.168.77.10/24" in ui.words("#text")
        await ui.press("escape", "c")
        await ui.pause()
        assert "Copy of web@attic" in ui.words("#question")
        assert "netc --host attic up web eth2" in ui.text
        await ui.press("escape")
        forget(*hosts.values())
        await ui.press("d")
        await ui.until("Path to web@attic, of")
        assert isinstance(ui.app.screen, PathReport)
        assert "● web@attic  192.168.77.10 on eth2" in ui.text
        assert "beside" not in {call[0] for call in hosts["nas"].calls}
        await ui.press("escape", "slash", *"web", "enter", "M", "d")
        await ui.until("Path to 4 services, of")
        for name in ("web@nas", "web@attic", "web@pi-10", "shop-web-1@nas"):
            assert f" {name}  192.168.77" in ui.words("#text")


async def test_a_host_that_goes_away_is_told_of_and_its_rows_stay(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound(monkeypatch)
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(80, 24), interface="eth1") as ui:
        before = which(ui)
        hosts["attic"].away = NO_ANSWER
        await ui.pause(3)
        assert which(ui) == before
        assert "✗ 2 of 3 hosts" in ui.lines[0]
        assert ui.lines[1].startswith("✗ attic away since 03:00:0")
        assert "no answer from the Docker engine" in ui.lines[1]
        await ui.go("web", "attic")
        assert " ✗ attic " in ui.row("web", "attic")
        assert "□ unknown 192.168.77.10" in ui.row("web", "attic")
        await ui.go("web", "pi-10")
        assert "● bound" in ui.row("web", "pi-10")
        await ui.go("db", "attic")
        forget(hosts["attic"])
        await ui.press("space")
        assert "attic: db: the engine is away; try again when it is back" in ui.message
        await ui.go("web", "attic")
        await ui.press("d")
        assert "attic: the engine is away; nothing can be looked at" in ui.message
        await ui.press("enter")
        assert "what is shown is of 03:00:" in ui.text
        await ui.press("escape")
        # A batch does what can be done.
        await ui.press("slash", *"web", "enter", "M", "d")
        await ui.until("Path to 3 services, of")
        await ui.press("escape", "escape", "escape")
        lines = ui.lines[:3]
        await ui.pause(60)
        assert ui.lines[:3] == lines, "nothing ticks"
        hosts["attic"].away = None
        await ui.pause(10)
        assert "● 3 hosts" in ui.lines[0]
        assert "attic: the engine is back" in ui.said
        await ui.go("web", "attic")
        assert "● bound 192.168.77.10" in ui.row("web", "attic")


async def test_hosts_that_never_answered_have_a_line_each(stage: Stage) -> None:
    hosts = await stage.hosts()
    for host in ("nas", "attic"):
        hosts[host].away = f"{host}: permission denied"
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        assert "✗ 1 of 3 hosts" in ui.lines[0]
        assert ui.lines[1].startswith("✗ nas not reached since 03:00:00: nas: permission denied")
        assert ui.lines[2].startswith("✗ attic not reached since 03:00:00: attic: permission")
        assert {at.host for at in which(ui)} == {"pi-10"}


async def test_of_many_that_are_away_some_have_only_their_names(stage: Stage) -> None:
    hosts = {}
    for at in range(13):
        hosts[f"n{at}"] = stage.engine()
        become(hosts[f"n{at}"], f"n{at}")
        hosts[f"n{at}"].run("web")
        hosts[f"n{at}"].away = "gone" if at % 3 == 1 else None
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        assert "✗ 9 of 13 hosts" in ui.lines[0]
        assert [line.split()[1] for line in ui.lines[1:3]] == ["n1", "n4"]
        assert ui.lines[3].startswith("✗ and 2 more: n7, n10")


async def test_a_host_that_hangs_holds_nobody_up(stage: Stage) -> None:
    """One that neither answers nor refuses."""
    hosts = await stage.hosts()
    waits: list[str] = []

    def hang(call: tuple[str, ...]) -> None:
        waits.append(call[0])
        raise NetcError("no answer", Exit.ENGINE)

    hosts["attic"].before = hang
    async with stage.open(hosts=hosts, size=(80, 24), interface="eth1") as ui:
        await ui.go("web", "nas")
        assert "● bound" in ui.row("web", "nas")
        await ui.go("cam", "pi-10")
        await ui.press("space")
        await ui.idle()
        assert is_on(hosts["pi-10"], "cam")
        assert waits


async def test_what_is_not_looked_at_is_not_watched(stage: Stage) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        await ui.go("web", "attic")
        await ui.press("3")
        await ui.pause(5)
        forget(*hosts.values())
        await ui.pause(60)
        seldom = {"ping", "containers", "networks", "memos", "events"}
        assert {call[0] for call in hosts["nas"].calls} <= seldom
        assert {call[0] for call in hosts["pi-10"].calls} <= seldom
        assert "execute" in {call[0] for call in hosts["attic"].calls}, "its rules are read"
        await ui.go("web", "pi-10")
        await ui.pause(5)
        forget(*hosts.values())
        await ui.pause(60)
        assert {call[0] for call in hosts["attic"].calls} <= seldom
        assert "execute" in {call[0] for call in hosts["pi-10"].calls}


async def test_a_word_of_a_host_that_nobody_looks_at_draws_its_row_and_no_panel(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(120, 40)) as ui:
        await ui.go("web", "nas")
        await ui.pause(2)
        main = ui.app.main
        panels, tables = list[object](), list[object]()
        shown, drawn = main.show_panels, main.table.redraw
        monkeypatch.setattr(main, "show_panels", lambda: (panels.append(1), shown()))
        monkeypatch.setattr(main.table, "redraw", lambda: (tables.append(1), drawn()))
        hosts["pi-10"].say(hosts["pi-10"].own("web"), "checked")
        await ui.pause(0.2)
        assert (panels, tables) == ([], []), "it is as it was"
        hosts["pi-10"].say(hosts["pi-10"].own("web"), "bound", ip="192.168.77.99")
        await ui.pause(0.2)
        assert "192.168.77.99" in ui.row("web", "pi-10")
        assert panels == []
        (placed,) = [each for each in main.listing.placed if each.which == ("pi-10", "web")]
        (row,) = [row for row in main.table.rows if row.which == placed.which]
        assert row.service == placed.service, "what keys act on is as it is now"
        hosts["nas"].say(hosts["nas"].own("web"), "checked")
        await ui.pause(0.2)
        assert panels != []


async def test_clones_are_told_of_once(stage: Stage) -> None:
    hosts = await stage.hosts()
    hosts["pi-10"].engine = hosts["nas"].engine
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        assert "nas and pi-10 have one engine id, as cloned machines do" in ui.message
        assert "`netc up` for what is on" in ui.text, "all of it, also here"
        await ui.press("T")
        hosts["nas"].run("more")
        await ui.pause(30)
        assert ui.said.count("one engine id") == 1


async def test_a_job_on_one_host_is_nothing_to_its_namesake(stage: Stage) -> None:
    hosts = await stage.hosts()
    hosts["attic"].dhcp_delay = 20
    async with stage.open(hosts=hosts, size=(80, 24), interface="eth1") as ui:
        await ui.go("db", "attic")
        await ui.press("space")
        await ui.pause(2)
        assert "turning on" in ui.row("db", "attic")
        assert "off" in ui.row("db", "nas")
        await ui.press("q")
        assert "under way: db@attic; quit again" in ui.message
        await ui.go("db", "nas")
        await ui.press("space")
        await ui.pause(4)
        assert "bound" in ui.row("db", "nas")
        await ui.idle()
        assert "bound" in ui.row("db", "attic")


async def test_a_path_on_another_machine_is_not_looked_at_from_this_one(stage: Stage) -> None:
    hosts = await stage.hosts()
    attic = hosts["attic"]
    attic.engine = msgspec.structs.replace(attic.engine, local=False)
    async with stage.open(hosts=hosts) as ui:
        desks = ui.app.fleet
        for host, local in (("nas", True), ("attic", False)):
            await ui.go("web", host)
            (service,) = [found for found in desks.of(host).services() if found.name == "web"]
            assert snapshot(desks.of(host), service).local is local


async def test_what_mends_it_is_told_so_that_it_acts_on_the_host(stage: Stage) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(120, 40), interface="eth1") as ui:
        await ui.until("bound")
        hosts["attic"].stop("web")
        await ui.go("web", "attic")
        await ui.pause(2)
        await ui.press("r")
        await ui.idle()
        assert ui.app.fleet.of("attic").jobs.of("web") is not None
        there = "docker -H ssh://attic start web"
        assert there in " ".join(ui.text.split())
        assert there in ui.said
        assert "docker start" not in ui.text


async def test_the_watcher_that_stands_worst_is_told_of_with_its_host(stage: Stage) -> None:
    well, deaf = await stage.labelled(), await stage.labelled(watcher=False)
    stage.watched(deaf, stage.clock() - timedelta(hours=1))
    become(well, "well")
    become(deaf, "deaf")
    async with stage.open(hosts={"well": well, "deaf": deaf}) as ui:
        assert "deaf: watch silent since 02:00:00" in ui.lines[0]
        deaf.away = "gone"
        await ui.pause(3)
        assert "well: watch: 1 in trouble" in ui.lines[0]


async def nobody() -> EngineApi:
    raise NetcError("no answer", Exit.ENGINE)


async def test_nothing_is_listed_before_any_has_answered(stage: Stage) -> None:
    async with stage.open(hosts=await stage.hosts(), connect=nobody, size=(80, 24)) as ui:
        assert "✗ 0 of 3 hosts" in ui.lines[0]
        assert "No containers" not in ui.text
        await ui.press("i")
        assert isinstance(ui.app.screen, Interfaces)


async def test_what_is_given_back_to_its_labels_is_that_of_the_host(stage: Stage) -> None:
    hosts = {"nas": await stage.labelled(), "pi": await stage.labelled()}
    for name, engine in hosts.items():
        become(engine, name)
    async with stage.open(hosts=hosts) as ui:
        await ui.go("wiki", "pi")
        await ui.press("A")
        await ui.idle()
        assert "left off" in ui.row("wiki", "nas")
        assert "left off" not in ui.row("wiki", "pi")
        assert "pi: wiki: " in ui.said


async def test_interfaces_of_one_host_are_nothing_to_a_dialog_about_another(stage: Stage) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        await ui.go("db", "attic")
        await ui.press("e")
        await ui.pause(5)
        assert "create container netc-db" in ui.plan
        forget(hosts["attic"])
        ui.app.links_changed("nas")
        await ui.pause(2)
        assert hosts["attic"].calls == [], "its plan stands"
        ui.app.links_changed("attic")
        await ui.pause(2)
        assert hosts["attic"].calls != []
