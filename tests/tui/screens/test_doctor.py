"""The doctor's report on screen."""

import socket

import pytest

from netc_tui.core.lookup import InDns, Pointing
from netc_tui.core.model import NetworkContainer
from netc_tui.engine import EngineApi
from netc_tui.host import turns
from netc_tui.operations import doctor
from tests.operations.doctors import sound
from tests.tui.stage import Stage


async def test_the_report_of_one_and_of_several(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound(monkeypatch)
    engine = await stage.site()
    engine.prints = lambda name, command: "tcp\n"
    async with stage.open(engine, size=(80, 24)) as ui:
        await ui.go("web")
        await ui.press("d")
        await ui.until("tcp/80: open")
        assert "Path to web, of " in ui.text
        engine.answers["tcp/80"] = "refused"
        await ui.press("r")
        await ui.until("N501")
        assert "docker logs --tail 20 web" in ui.text
        await ui.press("escape")
        assert ui.app.screen is ui.app.main
        await ui.press("M", "d")
        await ui.until("Path to 3 services, of ")
        await ui.press("escape")


async def test_one_that_is_off_has_no_path(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("db")
        await ui.press("d")
        await ui.pause(1)
        assert ui.app.screen is ui.app.main


async def test_others_that_look_all_the_time_are_told_of(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound(monkeypatch)
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.bind(turns.address(f"examine {ui.engine.boxes['netc-web'].id}"))
            await ui.press("d")
            await ui.until("others were looking at the path to web all the time")
        assert "r looks again." in ui.words("#text")
        await ui.press("r")
        await ui.until("tcp/80: open")
        assert "others" not in ui.text


async def test_the_name_is_part_of_the_report(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound(monkeypatch)

    async def look(engine: EngineApi, own: NetworkContainer, publishing: object) -> InDns:
        return await stage.looked(own)

    monkeypatch.setattr(doctor, "look_up", look)
    stage.tells |= {"domain": "home.lan"}
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        await ui.press("d")
        await ui.until("name     ok          web.home.lan leads here")
        stage.in_dns["web"] = {"pointing": Pointing.ELSEWHERE, "addresses": ("192.168.77.66",)}
        await ui.press("r")
        await ui.until("N909")
        assert "healthy" in ui.line("192.168.77.12 on eth1")
        assert "--hostname" in ui.text
        assert "doubtful" in ui.words("#text")
