"""What happened, as it is told."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.lease import Event
from netc_tui.desk.notes import Note
from netc_tui.tui.draw import text, width
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels import events
from netc_tui.tui.panels.panel import Room, Snapshot
from tests.core.samples import WEB
from tests.tui.drawn import HINTS, plain
from tests.tui.simulated import BEGIN
from tests.tui.stage import Stage


async def test_the_death_of_a_network_container_is_an_event(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        await ui.press("5")
        ui.engine.kill("netc-web")
        await ui.pause(1)
        assert "netc-web is exited" in ui.words("#events")
        assert "It does not run: R starts it, space removes it." in ui.words("#lease")
        await ui.press("R")
        await ui.idle()
        assert "bound" in ui.row("web")
        assert "netc-web is running" not in ui.words("#events"), "that was netc's own doing"


def test_what_happened_is_told_latest_first() -> None:
    said = (Event("start", BEGIN), Event("bound", BEGIN, ip="10.0.0.1", prefix=24, server="s"))
    notes = (Note(BEGIN, "turning on"), Note(BEGIN + timedelta(seconds=9), "no", trouble=True))
    shown = Snapshot(service=WEB, now=BEGIN, events=said, notes=notes)
    lines = [plain(line) for line in events.lines(shown, Room(60, UNICODE, HINTS))]
    assert [line.split(maxsplit=1)[1] for line in lines] == [
        "! no", "bound 10.0.0.1/24 from s", "start", "turning on",
    ]  # fmt: skip


@given(st.text(min_size=1, max_size=300).filter(str.strip), st.integers(30, 120))
def test_events_are_shown_whole(message: str, columns: int) -> None:
    said = (Event("failed", BEGIN, message=message),)
    snapshot = Snapshot(service=WEB, now=BEGIN, events=said)
    lines = events.lines(snapshot, Room(columns, UNICODE, HINTS))
    shown = "".join(plain(line)[9:] for line in lines)
    expected = text(" ".join(message.split()))[0]
    assert "".join(shown.split()) == "".join(f"failed: {expected}".split())
    for line in lines:
        assert width(line) <= columns


async def test_an_address_that_changed_is_told_whatever_is_looked_at(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        said = "the address is 192.168.77.99 now; it was 192.168.77.12"
        ui.engine.say(ui.engine.own("web"), "moved", said, ip="192.168.77.99")
        await ui.until(f"web: {said}")
        assert ui.style(f"web: {said}").bold
        assert "192.168.77.99" in ui.row("web")
        await ui.press("j", "k")
        ui.engine.say(ui.engine.own("web"), "renewed")
        await ui.pause(1)
        assert ui.message == f"web: {said}", "it is told once"
