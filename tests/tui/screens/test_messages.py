"""The line above the keys: what newer things have overtaken is not said any more."""

from netc_tui.engine import Refused
from netc_tui.operations.down import down
from netc_tui.operations.up import Request, up
from tests.tui.stage import Stage


async def test_a_failure_ends_with_the_second_try(stage: Stage) -> None:
    async with stage.open(interface="eth1", timeout=3) as ui:
        ui.engine.dhcp = lambda hostname: False
        await ui.go("db")
        await ui.press("space")
        await ui.until("db: no lease for db on eth1 within 3 s")
        await ui.idle()
        assert "no lease" in ui.message
        ui.engine.dhcp = lambda hostname: True
        ui.engine.dhcp_delay = 2
        await ui.press("R")
        await ui.pause(1)
        assert ui.desk.jobs.busy("db")
        assert "no lease" not in ui.message
        await ui.idle()
        assert ui.message.startswith("db: restarted: ")


async def test_a_failure_ends_when_what_it_was_about_is_gone(stage: Stage) -> None:
    async with stage.open(interface="eth1", timeout=3) as ui:
        ui.engine.dhcp = lambda hostname: False
        await ui.go("web")
        await ui.press("r")
        await ui.idle()
        assert ui.message.startswith("web: ")
        await down(ui.engine, "web")  # somebody else, elsewhere
        await ui.pause(2)
        assert ui.message == ""


async def test_what_came_of_a_deed_is_said_as_long_as_it_is_so(stage: Stage) -> None:
    async with stage.open(interface="eth1", confirm_off=False) as ui:
        await ui.go("db")
        await ui.press("space")
        await ui.idle()
        assert ui.message.startswith("db: on: ")
        await down(ui.engine, "db")
        await ui.pause(2)
        assert ui.message == ""
        await ui.go("web")
        await ui.press("space")
        await ui.idle()
        assert ui.message == "web: off"
        await up(ui.engine, Request("web", "eth1"))
        await ui.pause(2)
        assert ui.message == ""


async def test_an_engine_that_is_away_is_said_to_be_until_it_is_back(stage: Stage) -> None:
    async with stage.open() as ui:
        ui.engine.away = "no answer"
        await ui.until("engine away")
        await ui.go("web")
        await ui.press("d")
        assert "the engine is away" in ui.message
        ui.engine.away = None
        await ui.until("the engine is back")
        assert "is away" not in ui.message
        ui.engine.away = "no answer"
        await ui.until("engine away")
        assert ui.message == ""


async def test_still_under_way_is_said_until_it_is_not(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        ui.engine.dhcp_delay = 4
        await ui.go("db")
        await ui.press("space")
        await ui.pause(2)
        await ui.press("q")
        assert "under way: db" in ui.message
        await ui.idle()
        assert "under way" not in ui.message


async def test_a_watcher_that_goes_on_is_not_said_to_have_failed(stage: Stage) -> None:
    async with stage.open() as ui:
        refused = [Refused("not now")]

        def before(call: tuple[str, ...]) -> None:
            if call[0] == "containers" and refused:
                raise refused.pop()

        ui.engine.before = before
        ui.engine.run("new")
        await ui.until("not now")
        await ui.pause(6)
        assert "not now" not in ui.message
        assert "new" in ui.rows


async def test_the_next_message_lasts_as_long_as_it_holds_itself(stage: Stage) -> None:
    async with stage.open() as ui:
        ui.app.say("one", holds=lambda: False)
        ui.app.say("two")
        await ui.pause(3)
        assert ui.message == "two"
