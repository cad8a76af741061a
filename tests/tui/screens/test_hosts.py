"""All hosts: which answer; which do not, since when and why."""

import msgspec

from netc_tui.core.errors import Exit
from netc_tui.engine import Barred
from netc_tui.tui.screens.hosts import HostsReport
from tests.tui.stage import NO_ANSWER, Stage, become


async def test_each_host_is_told_of_with_all_that_keeps_it_away(stage: Stage) -> None:
    hosts = await stage.hosts()
    for at in range(9):
        hosts[f"n{at}"] = stage.engine()
        become(hosts[f"n{at}"], f"n{at}")
        hosts[f"n{at}"].away = f"n{at}: {NO_ANSWER}"
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        hosts["attic"].away = NO_ANSWER
        await ui.pause(3)
        assert "✗ 2 of 12 hosts (h: why)" in ui.lines[0]
        await ui.press("h")
        await ui.pause()
        assert isinstance(ui.app.screen, HostsReport)
        assert "Hosts: 2 of 12 answer" in ui.text
        said = ui.words("#text")
        assert "✗ attic  away since 03:00:01, next try at 03:00:0" in said
        assert f" {NO_ANSWER} attic docker 28.5.2, ssh://attic" in said
        for at in range(9):
            assert f"✗ n{at}     not reached since 03:00:00, next try at " in said
            assert f" n{at}: {NO_ANSWER}" in said
        assert "● nas    3 of 8 on the LAN, answers since 03:00:00" in said
        assert "nas docker 28.5.2, ssh://nas" in said
        assert said.index("✗ n8") < said.index("● nas"), "those first that do not answer"


async def test_it_is_current_and_ends(stage: Stage) -> None:
    hosts = await stage.hosts()
    async with stage.open(hosts=hosts, size=(120, 40)) as ui:
        await ui.press("h")
        await ui.pause()
        assert "Hosts: 3 of 3 answer" in ui.text
        hosts["pi-10"].away = NO_ANSWER
        await ui.pause(12)
        assert "Hosts: 2 of 3 answer" in ui.text
        assert "✗ pi-10  away since" in ui.text
        hosts["pi-10"].away = None
        await ui.pause(12)
        assert "Hosts: 3 of 3 answer" in ui.text
        await ui.press("escape")
        assert ui.app.screen is ui.app.main


async def test_what_is_away_is_tried_at_once_when_somebody_has_mended_it(stage: Stage) -> None:
    hosts = await stage.hosts()
    barred = Barred("attic refuses the login", Exit.ENGINE)

    def refuse(call: tuple[str, ...]) -> None:
        raise barred

    hosts["attic"].before = refuse
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        await ui.press("h")
        await ui.pause(2)
        assert "attic refuses the login" in ui.text
        assert "next try at 03:01:00" in ui.text
        hosts["attic"].before = lambda call: None
        await ui.pause(5)
        assert "r try again" in ui.text
        assert "Hosts: 2 of 3 answer" in ui.text
        await ui.press("r")
        await ui.pause(2)
        assert "Hosts: 3 of 3 answer" in ui.text
        assert "r try again" not in ui.text


async def test_hosts_with_one_engine_are_told_of_as_long_as_they_have(stage: Stage) -> None:
    hosts = await stage.hosts()
    hosts["pi-10"].engine = msgspec.structs.replace(hosts["nas"].engine)
    async with stage.open(hosts=hosts, size=(80, 24)) as ui:
        await ui.press("T", "h")
        await ui.pause()
        assert "nas and pi-10 have one engine id, as cloned machines do" in ui.words("#text")


async def test_one_host_alone_is_told_of_too(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        assert "why)" not in ui.lines[0]
        await ui.press("h")
        await ui.pause()
        assert "Hosts: 1 of 1 answer" in ui.text
        assert "● 3 of 8 on the LAN, answers since 03:00:00" in ui.text
