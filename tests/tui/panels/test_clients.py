"""Who is connected, as it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.clients import Caller
from netc_tui.operations.live.clients import Callers
from netc_tui.tui.draw import width
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels import clients
from netc_tui.tui.panels.panel import Room, Snapshot
from tests.core.samples import ONE, WEB
from tests.tui.drawn import HINTS, plain
from tests.tui.simulated import BEGIN
from tests.tui.stage import Stage, Ui

TWO = "client 10.0.0.1 tcp 80 2 20 4000 0\nclient 10.0.0.2 tcp 80 5 5 {} 5\n"


def looks(ui: Ui) -> int:
    return sum("/netc/clients" in call for call in ui.engine.calls)


async def test_clients_are_read_only_while_they_are_shown(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        await ui.pause(10)
        assert looks(ui) == 0
        await ui.press("4")
        await ui.until("No client now.")
        await ui.pause(10)
        assert looks(ui) >= 2
        await ui.press("3")
        await ui.pause(1)
        before = looks(ui)
        await ui.pause(30)
        assert looks(ui) == before
        await ui.press("4", "l")
        await ui.pause(1)
        before = looks(ui)
        await ui.pause(30)
        assert looks(ui) == before, "behind another screen"
        await ui.press("escape")
        await ui.go("db")
        assert "No network container, so no clients." in ui.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_clients_with_names_and_what_is_unanswered(
    stage: Stage, size: tuple[int, int]
) -> None:
    stage.names = {"10.0.0.1": "printer.lan"}
    async with stage.open(size=size) as ui:
        ui.engine.clients["web"] = TWO.format(300)
        await ui.go("web")
        await ui.press("4")
        await ui.until("printer.lan")
        row = ui.line("10.0.0.1 ").split()
        assert row == ["10.0.0.1", "printer.lan", "80/tcp", "2", "4.0", "kB", "0"]
        row = ui.line("10.0.0.2 ").split()
        assert row == ["10.0.0.2", "-", "80/tcp", "5", "300", "B", "5"]
        at = [line[:8] for line in ui.lines if line.startswith("10.0.0.")]
        ui.engine.clients["web"] = TWO.format(4100)
        await ui.until("4.1 kB")
        assert [line[:8] for line in ui.lines if line.startswith("10.0.0.")] == at
        ui.engine.clients["web"] = TWO.format(9000) + "more 3\n"
        await ui.until("and 3 more clients")
        assert [line[:8] for line in ui.lines if line.startswith("10.0.0.")] == at[::-1]
        ui.engine.clients.clear()
        await ui.until("No client now.")


async def test_another_service_has_clients_of_its_own(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        ui.engine.clients["web"] = TWO.format(300)
        await ui.go("web")
        await ui.press("4")
        await ui.until("10.0.0.2")
        await ui.go("dns")
        await ui.until("No client now.")
        assert "10.0.0.2" not in ui.text
        ui.engine.away = "no answer"
        await ui.until("Clients: dns, of 03:00:")


async def test_what_cannot_be_read_is_told(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        await ui.press("4")
        ui.engine.pause("netc-web")
        await ui.until("docker unpause netc-web")


COUNT = st.integers(0, 2**64)


@given(
    st.lists(
        st.builds(
            Caller,
            address=st.ip_addresses(v=4).map(str),
            ports=st.lists(st.integers(1, 65535).map("{}/sctp".format), min_size=1, max_size=9),
            connections=COUNT,
            bytes=COUNT | st.none(),
            unanswered=COUNT,
        ),
        min_size=1,
        max_size=5,
    ),
    st.text(max_size=60),
    st.integers(58, 200),
)
def test_each_has_its_line(callers: list[Caller], name: str, columns: int) -> None:
    names = {caller.address: name for caller in callers}
    found = Callers(ONE.name, tuple(callers), names, at=BEGIN)
    shown = Snapshot(service=WEB, now=BEGIN, clients=found)
    head, *lines = clients.lines(shown, Room(columns, UNICODE, HINTS))
    assert len(lines) == len(callers)
    assert {width(line) for line in lines} == {width(head[:1])}
    assert width(lines[0]) <= columns
    for line, caller in zip(lines, callers, strict=True):
        assert plain(line).startswith(caller.address)
        assert (line[-1][1] == "warn") is (caller.unanswered > 0)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_a_client_that_went_stays_in_its_place_with_when_it_was_seen(
    stage: Stage, size: tuple[int, int]
) -> None:
    async with stage.open(size=size) as ui:
        ui.engine.clients["web"] = TWO.format(300)
        await ui.go("web")
        await ui.press("4")
        await ui.until("10.0.0.2 ")
        ui.engine.clients["web"] = "client 10.0.0.2 tcp 80 5 5 400 5\n"
        await ui.until("last seen 03:00:")
        listed = [
            line.split()[0] for line in ui.lines if line.startswith(" 10.0") or line[:5] == "10.0."
        ]
        assert listed == ["10.0.0.1", "10.0.0.2"]
        before = ui.line("10.0.0.1 ")
        await ui.pause(20)
        assert ui.line("10.0.0.1 ") == before
        ui.engine.clients["web"] = TWO.format(300)
        await ui.pause(8)
        assert "last seen" not in ui.text
        ui.engine.clients["web"] = ""
        await ui.until("No client now.")
        assert ui.text.count("last seen 03:00:") == 2


async def test_details_have_the_clients_too(stage: Stage) -> None:
    async with stage.open() as ui:
        ui.engine.clients["web"] = TWO.format(300)
        await ui.go("web")
        await ui.press("enter")
        await ui.pause(4)
        assert "10.0.0.2" in ui.words("#text")
        assert "RULE  as planned" in ui.words("#text")
