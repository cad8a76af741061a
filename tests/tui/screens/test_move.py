"""The dialog before an address is moved."""

from types import SimpleNamespace

import pytest
from syrupy.assertion import SnapshotAssertion

from netc_tui.operations import handover
from netc_tui.operations.up import Request, up
from netc_tui.tui.screens.move import MoveTo
from netc_tui.tui.widgets.choice import Choice
from tests.tui import simulated
from tests.tui.acts import is_on, labels, written
from tests.tui.stage import Stage, Ui, become
from tests.tui.test_snapshots import named, shown
from tests.twin import LOCAL, FakeEngine

TWO = ((80, 24), (120, 40))


@pytest.fixture(autouse=True)
def _waits_pass_with_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "time", SimpleNamespace(monotonic=simulated.passed))


def blue_and_green(stage: Stage) -> FakeEngine:
    """A service that is on, one like it that is off, and one that is not like it."""
    engine = stage.engine()
    for name, ports in (("blue", ("80/tcp",)), ("green", ("80/tcp",)), ("dns", ("53/udp",))):
        engine.run(name, ports=ports, image=f"{name}:1")
    engine.run("old", ports=("80/tcp",), state="exited")
    engine.run("batch", ports=())
    return engine


async def on(stage: Stage) -> FakeEngine:
    engine = blue_and_green(stage)
    await up(engine, Request("blue", "eth1"))
    engine.live_on("blue")
    engine.calls.clear()
    return engine


async def several(stage: Stage) -> dict[str, FakeEngine]:
    """The same on three hosts; on one of them it is off, on another it is not there."""
    nas, pi, attic = await on(stage), stage.engine(), stage.engine()
    for name, engine in (("nas", nas), ("pi-10", pi), ("attic", attic)):
        become(engine, name)
    pi.run("blue", ports=("80/tcp",))
    return {"nas": nas, "pi-10": pi, "attic": attic}


def offered(ui: Ui) -> list[str]:
    """Who is offered, and what is told of each."""
    choice = ui.app.screen.query_one(Choice)
    return ["".join(part for part, _ in each.line).strip() for each in choice.options]


async def test_an_address_goes_to_another_service(stage: Stage) -> None:
    async with stage.open(await on(stage), size=(80, 24)) as ui:
        before = labels(ui.engine, "blue")
        await ui.go("blue")
        await ui.press("v")
        await ui.pause(1)
        assert isinstance(ui.app.screen, MoveTo)
        assert "Move 192.168.77.10 of blue to which service?" in ui.text
        assert offered(ui) == [
            "○ green",
            "○ dns    does not expose 80/tcp",
        ]
        assert "create container netc-green" in ui.plan
        assert "switch: netc-blue leaves 192.168.77.10 to netc-green" in ui.plan
        assert "remove netc-blue: its address is green's" in ui.plan
        assert not written(ui.engine)
        await ui.press("enter")
        await ui.idle()
        assert not is_on(ui.engine, "blue")
        after = labels(ui.engine, "green")
        assert (after.mac, after.client_id) == (before.mac, before.client_id)
        assert ui.message == "blue: moved to green: 192.168.77.10 on eth1"
        assert "● bound 192.168.77.10" in ui.row("green")
        assert "○ off" in ui.row("blue")


async def test_escape_leaves_it_and_nothing_is_done(stage: Stage) -> None:
    async with stage.open(await on(stage), size=(80, 24)) as ui:
        await ui.go("blue")
        await ui.press("v", "escape")
        await ui.idle()
        assert ui.app.screen is ui.app.main
        assert is_on(ui.engine, "blue")
        assert not written(ui.engine)


async def test_enter_waits_for_the_plan_and_does_it(stage: Stage) -> None:
    async with stage.open(await on(stage), size=(80, 24)) as ui:
        await ui.go("blue")
        await ui.press("v", "enter")
        await ui.pause(2)
        await ui.idle()
        assert is_on(ui.engine, "green")


async def test_a_plan_that_cannot_be_is_refused(stage: Stage) -> None:
    engine = await on(stage)
    async with stage.open(engine, size=(80, 24)) as ui:
        await ui.go("blue")
        engine.say(engine.own("blue"), "expired", "the lease ran out", ip=None)
        await ui.press("v")
        await ui.pause(1)
        assert "netc-blue has no address now, so there is none to move" in ui.plan
        await ui.press("enter")
        await ui.pause(1)
        assert isinstance(ui.app.screen, MoveTo)
        assert not written(engine)


async def test_nobody_that_could_have_it(stage: Stage) -> None:
    engine = stage.engine()
    engine.run("blue", ports=("80/tcp",))
    await up(engine, Request("blue", "eth1"))
    engine.live_on("blue")
    async with stage.open(engine, size=(80, 24)) as ui:
        await ui.go("blue")
        await ui.press("v")
        await ui.pause(1)
        assert "There is nobody that could have it" in ui.plan
        engine.run("green", ports=("80/tcp",))
        await ui.pause(3)
        assert "create container netc-green" in ui.plan, "it has come meanwhile"


async def test_it_is_not_to_be_had_where_nothing_is_on_nor_read_only(stage: Stage) -> None:
    async with stage.open(await on(stage)) as ui:
        await ui.go("green")
        await ui.press("v")
        assert ui.app.screen is ui.app.main
    async with stage.open(await on(stage), read_only=True) as ui:
        await ui.go("blue")
        await ui.press("v")
        assert ui.app.screen is ui.app.main
        assert ui.message == "read-only: move is not to be had"


async def test_what_does_not_answer_gets_nothing_and_both_rows_tell(stage: Stage) -> None:
    engine = await on(stage)
    engine.answers["tcp/80"] = "refused"
    async with stage.open(engine, size=(120, 40)) as ui:
        await ui.go("blue")
        await ui.press("v", "enter")
        await ui.until("taking over")
        assert "◇ moving: " in ui.row("blue")
        await ui.go("green")
        await ui.press("space")
        assert ui.message == "green: still taking over"
        await ui.idle()
        assert "nothing was switched, blue is on as before" in ui.said
        assert " 192.168.77.10 " in ui.row("blue")
        assert "✗ off, failed to take over" in ui.row("green")
        assert not is_on(engine, "green")
        await ui.go("blue")
        assert "nothing was switched" in ui.words("#lease")


async def test_to_another_host(stage: Stage) -> None:
    hosts = await several(stage)
    hosts["pi-10"].answers["tcp/80"] = "refused"
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        before = labels(hosts["nas"], "blue")
        await ui.go("blue", "nas")
        await ui.press("v")
        await ui.pause(1)
        assert "of blue@nas to which service?" in ui.text
        assert offered(ui) == [
            "○ green@nas   on the same host",
            "○ blue@pi-10  on another host",
            "○ dns@nas     does not expose 80/tcp",
            "✗ blue@attic  no service of that name there",
        ]
        await ui.press("down")
        await ui.pause(1)
        await ui.press("enter")
        await ui.until("taking over")
        assert "◇ moving: " in ui.row("blue", "nas")
        assert "◇ taking over: " in ui.row("blue", "pi-10")
        await ui.press("q")
        assert "under way: blue@nas, blue@pi-10; quit again" in ui.message
        hosts["pi-10"].answers.clear()
        await ui.idle()
        assert not is_on(hosts["nas"], "blue")
        after = labels(hosts["pi-10"], "blue")
        assert (after.mac, after.client_id) == (before.mac, before.client_id)
        assert "nas: blue: moved to blue@pi-10: 192.168.77.10 on eth1" in ui.said


async def test_what_was_killed_in_between_is_finished(stage: Stage) -> None:
    """The other has the address, and the former one stands by."""
    hosts = await several(stage)
    nas, pi = hosts["nas"], hosts["pi-10"]
    await up(pi, Request("blue", "eth1", seed=LOCAL.id))
    pi.live_on("blue")
    former = nas.own("blue")
    former.stands_by = True
    nas.say(former, "standby", "its address goes to another", ip=None)
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        await ui.go("blue", "nas")
        assert "◑ stands by on eth1" in ui.row("blue", "nas")
        await ui.press("v", "down")
        await ui.pause(1)
        assert "Move the address of blue@nas to which service?" in ui.text
        assert ui.plan == "stop and remove netc-blue: its address is blue on pi-10's"
        await ui.press("enter")
        await ui.idle()
        assert not is_on(nas, "blue")
        assert is_on(pi, "blue")


async def test_hosts_come_and_go_while_it_is_open(stage: Stage) -> None:
    hosts = await several(stage)
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        await ui.go("blue", "nas")
        await ui.press("v", "down")
        await ui.pause(1)
        assert "On pi-10, up to the switch: create " in ui.plan
        hosts["pi-10"].away = "no answer"
        await ui.pause(4)
        assert "✗ blue@pi-10  its host is away" in ui.text
        assert "blue@pi-10 cannot have it now; choose another" in ui.plan
        await ui.press("enter")
        await ui.pause(1)
        assert isinstance(ui.app.screen, MoveTo)
        assert is_on(hosts["nas"], "blue")


@pytest.mark.parametrize("size", TWO, ids=named)
async def test_as_it_is_seen(
    stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    stage.clock.stopped = True
    async with stage.open(await on(stage), size=size) as ui:
        await ui.go("blue")
        await ui.press("v")
        await ui.pause(1)
        assert shown(ui) == snapshot
    async with stage.open(hosts=await several(stage), size=size) as ui:
        await ui.go("blue", "nas")
        await ui.press("v", "down")
        await ui.pause(1)
        assert shown(ui) == snapshot(name=f"hosts {named(size)}")


@pytest.mark.parametrize("size", TWO, ids=named)
async def test_one_that_was_superseded_says_so_and_what_to_do(
    stage: Stage, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    engine = await on(stage)
    stage.clock.stopped = True
    async with stage.open(engine, size=size) as ui:
        await ui.go("blue")
        engine.own("blue").stands_by = True
        engine.say(
            engine.own("blue"),
            "standby",
            "another machine on the LAN has this identity (02:42:c0:a8:4d:0a, at 192.168.77.10):"
            " standing by until it is silent",
            ip=None, prefix=None, gateway=None, server=None, target=None,
            bound_at=None, renew_at=None, rebind_at=None, expires_at=None,
        )  # fmt: skip
        await ui.pause(3)
        assert "◑ stands by on eth1 → netc down blue" in ui.row("blue")
        assert shown(ui) == snapshot
        await ui.press("enter")
        await ui.pause(1)
        assert shown(ui) == snapshot(name=f"details {named(size)}")
