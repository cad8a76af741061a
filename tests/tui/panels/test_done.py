"""Who did what, beside the service it was done to."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.model import Remembered
from netc_tui.core.records import Did, Entry, Record
from netc_tui.operations.down import down
from netc_tui.operations.renew import renew
from netc_tui.operations.up import Request, up
from netc_tui.tui.draw import width
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels import done
from netc_tui.tui.panels.panel import Room, Snapshot
from tests.core.samples import WEB
from tests.tui.drawn import HINTS, plain
from tests.tui.simulated import BEGIN
from tests.tui.stage import Stage, Ui


def asked(ui: Ui) -> int:
    return ui.engine.calls.count(("remembered",))


async def test_what_others_do_is_kept_for_as_long_as_netc_is_open(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        await ui.press("6")
        await ui.until("maria@198.51.100.7 on eth1: 80/tcp, 443/tcp")
        monkeypatch.setenv("SUDO_USER", "joe")
        await up(ui.engine, Request("web", "eth0"))
        await ui.until("joe@198.51.100.7 moved from eth1 to eth0 → 192.168.77.12 after ")
        await renew(ui.engine, "web")
        await ui.until("joe@198.51.100.7 renewed → 192.168.77.12 after ")
        monkeypatch.setenv("SUDO_USER", "ann")
        await down(ui.engine, "web")
        await ui.until("ann@198.51.100.7 off → removed; it had 192.168.77.12")
        for _ in range(300):
            await ui.engine.execute("db", ["true"])
        await up(ui.engine, Request("web", "eth1"))
        await ui.until("ann@198.51.100.7 on eth1")
        text = ui.words("#done")
        assert [word for word in ("on eth1", "off", "renewed", "moved") if word in text] == [
            "on eth1", "off", "renewed", "moved",
        ]  # fmt: skip
        assert text.index("on eth1") < text.index("off") < text.index("renewed")
        await ui.go("db")
        await ui.until("Nothing is known to have been done.")


async def test_at_rest_nothing_is_asked(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        await ui.press("6")
        await ui.pause(10)
        before = asked(ui)
        assert before == 1
        await ui.press("j", "k", "5", "6")
        await ui.pause(600)
        assert asked(ui) == before


async def test_its_own_deeds_too(stage: Stage) -> None:
    async with stage.open(size=(80, 24), interface="eth1", confirm_off=False) as ui:
        await ui.go("db")
        await ui.press("6", "space")
        await ui.until("maria@198.51.100.7 on eth1: 5432/tcp → 192.168.77.13 after ")
        await ui.press("space")
        await ui.until("maria@198.51.100.7 off → removed; it had 192.168.77.13")


async def test_while_the_engine_is_away_what_is_known_stays(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        await ui.press("6")
        await ui.until("maria@198.51.100.7 on eth1")
        ui.engine.away = "no answer"
        await ui.pause(20)
        assert "maria@198.51.100.7 on eth1" in ui.text
        ui.engine.memory.clear()
        ui.engine.away = None
        await ui.until("has just started and remembers nothing")
        assert "maria@198.51.100.7 on eth1" in ui.text


def test_what_is_not_known_is_not_told_as_nothing() -> None:
    room = Room(100, UNICODE, HINTS)
    (line,) = done.lines(Snapshot(service=WEB, now=BEGIN), room)
    assert plain(line) == "what the engine remembers of it is not known yet"
    memory = Remembered(since=BEGIN, until=BEGIN)
    first, second = done.lines(Snapshot(service=WEB, now=BEGIN, memory=memory), room)
    assert plain(first) == "Nothing is known to have been done."
    assert "back to 03:00:00; before that only" in plain(second)


TEXT = st.text(max_size=120)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=5), st.integers(58, 200))
def test_whatever_is_in_it_lines_are_whole_and_in_their_place(
    told: list[tuple[str, str, str]], columns: int
) -> None:
    entries = tuple(
        Entry("web", Record(Did.ON, BEGIN + timedelta(seconds=at), user, what=what), came)
        for at, (user, what, came) in enumerate(told)
    )
    shown = Snapshot(service=WEB, now=BEGIN, entries=entries, memory=Remembered(since=BEGIN))
    lines = done.lines(shown, Room(columns, UNICODE, HINTS))
    assert all(width(line) <= columns for line in lines)
    assert all(plain(line).isprintable() for line in lines)
    begun = [plain(line)[:8] for line in lines if plain(line)[2] == ":" and line[0][1] == "dim"]
    assert begun == [f"03:00:0{at}" for at in reversed(range(len(told)))]


def test_what_came_to_nothing_stands_out() -> None:
    entries = (Entry("web", Record(Did.ON, BEGIN, "joe"), "no lease: no DHCP server answers"),)
    shown = Snapshot(service=WEB, now=BEGIN, entries=entries, memory=Remembered(since=BEGIN))
    assert "bad" in [style for _, style in done.lines(shown, Room(80, UNICODE, HINTS))[0]]
