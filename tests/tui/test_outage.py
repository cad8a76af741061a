"""What breaks: the engine, its streams, its answers, a watcher of ours, the clock."""

import asyncio
import itertools
from collections.abc import Callable

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Change
from netc_tui.engine import EngineApi, Refused
from netc_tui.operations.live import leases
from netc_tui.operations.live.interfaces import Links
from tests.tui.stage import Stage, Ui, part_of
from tests.twin import FakeEngine, FakeStream

AWAY = "no answer from the Docker engine; is it running? systemctl status docker"


def refusing(engine: FakeEngine, *names: str) -> None:
    """These calls are refused from now on."""

    def before(call: tuple[str, ...]) -> None:
        if call[0] in names:
            raise Refused(f"{call[0]} is refused")

    engine.before = before


# --- away


async def test_away_at_the_start_and_then_there(stage: Stage) -> None:
    engine = await stage.site()
    tries: list[float] = []

    async def connect() -> EngineApi:
        tries.append(round((stage.clock() - begin).total_seconds(), 1))
        if len(tries) < 6:
            raise NetcError(AWAY, Exit.ENGINE)
        return engine

    begin = stage.clock()
    async with stage.open(engine, connect=connect) as ui:
        assert "engine away" in ui.lines[0]
        assert "next try at 03:00:01" in ui.lines[0]
        assert AWAY in ui.text
        await ui.press("space", "e", "enter", "c", "l", "r")
        assert ui.app.screen is ui.app.main
        await ui.until("192.168.77.12")
        assert "docker 28.5.2" in ui.lines[0]
        assert AWAY not in ui.text
    # Half a second first, then each time twice as long, and never longer than five.
    pauses = [round(after - one, 1) for one, after in itertools.pairwise(tries)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 5.0]


async def test_it_tries_each_five_seconds(stage: Stage) -> None:
    tries = 0

    async def connect() -> EngineApi:
        nonlocal tries
        tries += 1
        raise NetcError(AWAY, Exit.ENGINE)

    async with stage.open(stage.engine(), connect=connect) as ui:
        await ui.pause(300)
        before = tries
        await ui.pause(60)
        assert tries - before == 12
        assert "engine away for 6m" in ui.lines[0]


async def test_away_later_and_back(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        ui.engine.away = AWAY
        await ui.pause(0.2)
        assert "docker-host: engine away" in ui.lines[0]
        assert "what is shown is of 03:00:00" in ui.text
        await ui.pause(10)
        assert "engine away for 10s" in ui.lines[0]
        assert "next try at 03:00:" in ui.lines[0]
        assert "□ unknown 192.168.77.12 eth1" in ui.row("web")
        await ui.press("space", "y")
        await ui.pause()
        assert ui.message == "web: the engine is away; try again when it is back"
        await ui.press("l", "e")
        assert ui.app.screen is ui.app.main
        # What happens meanwhile is seen when it is back.
        ui.engine.stop("netc-dns")
        ui.engine.run("new")
        assert "new" not in ui.rows
        ui.engine.away = None
        await ui.pause(16)
        assert "docker 28.5.2" in ui.lines[0]
        assert "engine away" not in ui.text
        assert "new" in ui.rows
        assert "■ stopped" in ui.row("dns")
        assert ui.current == "web"
        # And it is watched again.
        ui.engine.say(ui.engine.own("web"), "renewed", ip="192.168.77.99")
        ui.engine.run("newer")
        await ui.pause(1)
        assert "192.168.77.99" in ui.row("web")
        assert "newer" in ui.rows


async def test_each_loss_starts_with_a_short_pause(stage: Stage) -> None:
    async with stage.open() as ui:
        for _ in range(3):
            await ui.pause(10)
            ui.engine.away = AWAY
            await ui.pause(0.1)
            ui.engine.away = None
            await ui.pause(1)
            assert "docker 28.5.2" in ui.lines[0]


async def test_away_in_the_middle_of_a_job(stage: Stage) -> None:
    async with stage.open(interface="eth1", timeout=20) as ui:
        ui.engine.dhcp_delay = 5
        await ui.go("db")
        await ui.press("space")
        await ui.pause(1)
        ui.engine.away = AWAY
        await ui.idle()
        assert f"db: {AWAY}" in ui.message
        ui.engine.away = None
        await ui.pause(16)
        assert "● bound 192.168.77.13" in ui.row("db")


async def test_away_while_other_screens_are_open(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        for key in ("enter", "l", "e", "c", "i", "question_mark", "space", "ctrl+p"):
            await ui.press(key)
            ui.engine.away = AWAY
            await ui.pause(1)
            if key == "e":
                await ui.press("down")
                await ui.pause(1)
                assert AWAY in ui.plan
                await ui.press("enter")
            ui.engine.away = None
            await ui.pause(16)
            await ui.press("escape")
            assert ui.app.screen is ui.app.main, key
        assert "docker 28.5.2" in ui.lines[0]


# --- parts of it


async def test_the_event_stream_ends_alone(stage: Stage) -> None:
    async with stage.open() as ui:
        for stream in ui.engine._listeners:
            stream.end()
        await ui.pause(1)
        assert "docker 28.5.2" in ui.lines[0]
        ui.engine.run("new")
        await ui.pause(0.5)
        assert "new" in ui.rows


async def test_events_that_are_lost_are_made_up_for(stage: Stage) -> None:
    async with stage.open() as ui:
        heard = ui.engine._listeners
        ui.engine._listeners = []
        ui.engine.run("new")
        ui.engine._listeners = heard
        await ui.pause(1)
        assert "new" not in ui.rows
        await ui.pause(61)
        assert "new" in ui.rows


async def test_a_log_ends_alone(stage: Stage) -> None:
    async with stage.open() as ui:
        box = ui.engine.own("web")
        box.end_log()
        ui.engine.say(box, "renewed", ip="192.168.77.98")
        await ui.pause(1)
        assert "192.168.77.98" in ui.row("web")
        ui.engine.say(box, "renewed", ip="192.168.77.99")
        await ui.pause(1)
        assert "192.168.77.99" in ui.row("web")


@pytest.mark.parametrize("call", ["containers", "networks", "exposed", "execute"])
async def test_an_answer_that_is_refused(stage: Stage, call: str) -> None:
    async with stage.open(await with_silent(stage)) as ui:
        await ui.go("web")
        refusing(ui.engine, call)
        ui.engine.run("late", mode="host", ports=("9/tcp",))
        await ui.pause(3)
        lost = call in ("containers", "networks")  # without these nothing is known
        assert f"{'□ unknown' if lost else '● bound'} 192.168.77.12" in ui.row("web")
        if lost:
            assert f"{call} is refused" in ui.text
        ui.engine.before = lambda call: None
        await ui.pause(20)
        assert "late" in ui.rows
        assert f"{call} is refused" not in "".join(ui.lines[:3])
        assert "docker 28.5.2" in ui.lines[0]


async def with_silent(stage: Stage) -> FakeEngine:
    engine = await stage.site()
    engine.run("agent", mode="host", ports=("7/tcp",), labels=part_of("sys", "agent"))
    return engine


# --- defects of ours


async def test_a_watcher_with_a_defect_is_told_of_and_started_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = 0
    whole = leases.watch

    async def broken(*given: object) -> None:
        nonlocal times
        times += 1
        if times < 3:
            raise ZeroDivisionError("oops")
        await whole(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(leases, "watch", broken)
    async with stage.open() as ui:
        assert "a defect of netc in watching leases: ZeroDivisionError('oops')" in ui.message
        assert "◌ acquiring" in ui.row("web")
        ui.engine.run("new")
        await ui.pause(0.5)
        assert "new" in ui.rows
        await ui.pause(5)
        assert times == 3
        assert "● bound 192.168.77.12" in ui.row("web")


async def test_interfaces_that_cannot_be_watched(stage: Stage) -> None:
    tries = 0

    async def broken(deliver: Callable[[Links], None]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OSError(97, "Address family not supported by protocol")
        deliver(Links(stage.links))

    stage.watch_links = broken  # type: ignore[method-assign]
    async with stage.open() as ui:
        assert "Address family not supported" in ui.message
        assert "● bound" in ui.row("web")
        await ui.pause(10)
        assert "eth1" in ui.lines[0]


async def test_a_connect_with_a_defect_is_tried_again(stage: Stage) -> None:
    engine = await stage.site()
    tries = 0

    async def connect() -> EngineApi:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise KeyError("ApiVersion")
        return engine

    async with stage.open(engine, connect=connect) as ui:
        assert "a defect of netc in watching engine" in ui.message
        await ui.until("192.168.77.12")


# --- time


async def test_a_lease_that_is_not_renewed_passes_t1_t2_and_its_end(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        calls = len(ui.engine.calls)
        for seconds, word in (
            # Nothing is heard of it all the while, so whether it can be reached is not known.
            (500, "● bound 192.168.77.12"),
            (600, "□ unknown 192.168.77.12"),
            (150, "□ unknown 192.168.77.12"),
            (1400, "□ unknown 192.168.77.12"),
            (500, "✗ expired on eth1"),
        ):
            stage.clock.put(seconds)
            await ui.pause(2)
            assert word in ui.row("web"), ui.row("web")
        assert "192.168.77.12" not in ui.row("web") + ui.words("#lease") + ui.words("#path")
        # It was the clock alone that told.
        assert not [one for one in ui.engine.calls[calls:] if one[0] in ("containers", "log")]


async def test_a_clock_that_jumps_back_and_forth(stage: Stage) -> None:
    async with stage.open() as ui:
        stage.clock.put(7200)
        await ui.pause(2)
        assert "✗ expired" in ui.row("web")
        stage.clock.put(-7200)
        await ui.pause(2)
        assert "● bound 192.168.77.12" in ui.row("web")
        # A day back: what was said is from the future, but the last that was.
        stage.clock.put(-86400)
        await ui.pause(2)
        assert "192.168.77.12" in ui.row("web")
        ui.engine.say(ui.engine.own("web"), "start", ip=None, bound_at=None, expires_at=None)
        await ui.pause(2)
        assert "◌ acquiring" in ui.row("web")
        assert "192.168.77.12" not in ui.row("web")


async def test_nothing_is_drawn_while_nothing_happens(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("db")
        await ui.pause(5)
        drawn = count_drawn(ui, monkeypatch)
        await ui.pause(60)
        assert drawn == []
        # Nor of one that is on, as long as what is asked of its path is answered as before.
        await ui.go("web")
        await ui.pause(5)
        drawn.clear()
        await ui.pause(60)
        assert drawn == []
        # Of a lease, once a second the countdown, in one line.
        await ui.press("2")
        await ui.pause(2)
        drawn.clear()
        await ui.pause(10)
        assert 9 <= len(drawn) <= 11
        assert {region[3] for region in drawn} == {1}
        assert max(region[2] for region in drawn) < 16


def count_drawn(ui: Ui, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The regions that are drawn from now on."""
    drawn: list[tuple[int, ...]] = []
    compositor = type(ui.app.screen._compositor)
    update = compositor.update_widgets

    def counted(self: object, widgets: object) -> None:
        update(self, widgets)  # type: ignore[arg-type]
        drawn.extend(tuple(region) for region in self._dirty_regions)  # type: ignore[attr-defined]

    monkeypatch.setattr(compositor, "update_widgets", counted)
    return drawn


# --- half away


async def test_an_engine_that_hangs_while_it_is_looked_at(stage: Stage) -> None:
    """Its pings tell, long before its answer would be given up."""
    async with stage.open() as ui:
        for call in ("containers", "networks"):
            setattr(ui.engine, call, lambda: asyncio.Event().wait())
        ui.engine.run("another")
        await ui.pause(1)
        ui.engine._away = AWAY  # its streams stay open
        await ui.pause(12)
        assert "engine away" in ui.lines[0]


async def test_events_that_are_refused(stage: Stage) -> None:
    """As by a proxy before the engine: then it is looked at, ever less often, not all the time."""
    engine = await stage.site()

    def refused() -> FakeStream[Change]:
        engine.calls.append(("events",))
        stream: FakeStream[Change] = FakeStream()
        stream.end(unanswered=True)
        return stream

    engine.events = refused  # type: ignore[method-assign]
    async with stage.open(engine) as ui:
        assert "● bound" in ui.row("web")
        await ui.pause(60)
        before = engine.calls.count(("events",))
        await ui.pause(60)
        assert 5 <= engine.calls.count(("events",)) - before <= 7
        engine.run("another")
        await ui.pause(12)
        assert "another" in ui.rows


async def test_an_engine_that_takes_long_to_connect_and_is_lost_at_once(stage: Stage) -> None:
    """A connection counts as steady from when it is there, not from when it was tried."""
    tries = 0

    async def connect() -> EngineApi:
        nonlocal tries
        tries += 1
        await asyncio.sleep(6 * (tries % 2))
        raise NetcError(AWAY, Exit.ENGINE)

    async with stage.open(stage.engine(), connect=connect) as ui:
        await ui.pause(300)
        before = tries
        await ui.pause(230)
        assert tries - before == 40, "one after 5 s, the next half a second after its 6"


async def test_a_log_that_was_cut_is_not_the_end_of_what_is_known(stage: Stage) -> None:
    engine = await stage.site()
    engine._box("netc-web").log.clear()
    async with stage.open(engine) as ui:
        await ui.until("192.168.77.12")
