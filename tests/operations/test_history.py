"""Who did what, as the engine and its containers tell it; to be remembered changes nothing."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from netc_tui.core.errors import Exit
from netc_tui.core.records import KEPT, Did, reach
from netc_tui.engine import Refused
from netc_tui.operations.actions import TELLING
from netc_tui.operations.down import down
from netc_tui.operations.history import Past, history
from netc_tui.operations.renew import renew
from netc_tui.operations.restart import restart
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.turning import Killed, kill_at, refused, steps_up, turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")
USER = pytest.MonkeyPatch


def became(patch: USER, user: str) -> None:
    patch.setenv("SUDO_USER", user)
    patch.setenv("SSH_CONNECTION", "")


def told(engine: FakeEngine, service: str | None = None) -> list[tuple[str, str, str, str]]:
    found: Past = run(history(engine, service))
    return [
        (entry.service, entry.record.who.partition("@")[0], str(entry.record), entry.came)
        for entry in found.entries
    ]


def forget(engine: FakeEngine) -> None:
    """The engine is restarted."""
    engine.memory.clear()


def test_on_changed_moved_renewed_restarted_and_off(monkeypatch: USER) -> None:
    engine = world()
    for user, work in (
        ("maria", lambda: turn_on(engine, "web")),
        ("joe", lambda: turn_on(engine, "web", ports=("81:80",))),
        ("ann", lambda: turn_on(engine, "web", "eth1", ports=("81:80",))),
        ("joe", lambda: renew(engine, "web")),
        ("ann", lambda: restart(engine, "web")),
    ):
        became(monkeypatch, user)
        run(work())
    ip = "192.168.77.10"
    made = [
        ("web", "maria", "on eth0: 80/tcp", ip),
        ("web", "joe", "changed: ports change from 80/tcp to 81:80/tcp", ip),
    ]
    moved = ("web", "ann", "moved from eth0 to eth1")
    assert [each[:3] for each in told(engine)] == [
        *(each[:3] for each in made),
        moved,
        ("web", "joe", "renewed"),
        ("web", "ann", "restarted"),
    ]
    assert told(engine)[:2] == made
    assert f"{ip} after 0 s" in told(engine)[3][3]
    assert told(engine)[4][3] == f"{ip} after 0 s"
    became(monkeypatch, "maria")
    run(down(engine, "web"))
    assert told(engine)[-1] == ("web", "maria", "off", f"removed; it had {ip}")
    assert told(engine, "web") == told(engine)
    assert told(engine, "printer") == []


def test_what_is_on_tells_all_of_itself_when_the_engine_has_forgotten(monkeypatch: USER) -> None:
    engine = world()
    became(monkeypatch, "maria")
    run(turn_on(engine, "web"))
    run(turn_on(engine, "shop-api-1"))
    became(monkeypatch, "joe")
    run(turn_on(engine, "web", "eth1"))
    run(down(engine, "shop-api-1"))
    before = told(engine, "web")
    assert [each[1] for each in before] == ["maria", "joe"]
    assert told(engine, "shop-api-1") != []
    forget(engine)
    assert told(engine, "web") == before
    assert told(engine, "shop-api-1") == []
    now = datetime.now(UTC)
    assert reach(run(history(engine)).memory, now).startswith("the engine has just started")


def test_how_far_back_is_said() -> None:
    engine = world()
    now = datetime.now(UTC)
    assert "remembers back to its start, " in reach(run(history(engine)).memory, now)
    for _ in range(300):
        run(engine.execute("web", ["true"]))
    past = run(history(engine))
    assert "its start" not in reach(past.memory, now)
    assert not past.memory.whole


def test_a_label_stays_short_however_often_it_is_changed() -> None:
    engine = world()
    for number in range(3 * KEPT):
        run(turn_on(engine, "web", ports=(f"{8000 + number}:80",)))
    forget(engine)
    assert len(told(engine)) == KEPT
    assert told(engine)[-1][2].endswith(f"to {8000 + 3 * KEPT - 1}:80/tcp")


def test_to_be_remembered_is_no_difference(monkeypatch: USER) -> None:
    engine = world()
    became(monkeypatch, "maria")
    run(turn_on(engine, "web"))
    before = told(engine)
    became(monkeypatch, "joe")
    assert run(steps_up(engine, "web")) == ()
    run(turn_on(engine, "web"))
    assert told(engine) == before
    assert run(down(engine, "printer")) is False
    assert told(engine) == before


def test_who_starts_what_is_there(monkeypatch: USER) -> None:
    engine = world()
    became(monkeypatch, "maria")
    run(turn_on(engine, "web"))
    engine.stop("netc-web")
    became(monkeypatch, "joe")
    run(turn_on(engine, "web"))
    assert [each[1:3] for each in told(engine)] == [
        ("maria", "on eth0: 80/tcp"),
        ("", "ended: exit code 0"),
        ("joe", "started"),
    ]


@pytest.mark.parametrize("how", ["paused", "refused"])
def test_off_is_off_where_nothing_can_be_told(how: str, monkeypatch: USER) -> None:
    engine = world()
    became(monkeypatch, "maria")
    run(turn_on(engine, "web"))
    if how == "paused":
        engine.pause("netc-web")
    else:

        def refuse(call: tuple[str, ...]) -> None:
            if call[0] == "tell":
                raise Refused("authorization denied by plugin")

        engine.before = refuse
    assert run(down(engine, "web"))
    assert [each[1:3] for each in told(engine)] == [("maria", "on eth0: 80/tcp"), ("", "removed")]


def test_an_engine_that_does_not_take_note_holds_nothing_up() -> None:
    engine = world()
    run(turn_on(engine, "web"))

    async def never(name: str, command: Sequence[str]) -> None:
        await asyncio.Event().wait()

    engine.tell = never  # type: ignore[method-assign]

    async def work() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await down(engine, "web")
        return loop.time() - began

    assert run(work()) < TELLING + 1


def test_what_the_engine_cannot_start_is_told_as_that() -> None:
    engine = world()

    def refuse(call: tuple[str, ...]) -> None:
        if call[0] == "start":
            raise Refused("its interface is gone")

    engine.before = refuse
    refused(turn_on(engine, "web"), Exit.FAILED, "its interface is gone")
    came = "never started, and removed again"
    assert [each[2:] for each in told(engine)] == [("on eth0: 80/tcp", came)]


def test_netc_that_is_killed_half_way_is_told_as_far_as_it_came(monkeypatch: USER) -> None:
    for number in range(8):
        engine = world()
        became(monkeypatch, "maria")
        run(turn_on(engine, "web"))
        became(monkeypatch, "joe")
        killed = up(engine, Request("web", "eth1"), kill_at(number))
        with suppress(Killed):
            run(killed)
        became(monkeypatch, "ann")
        run(turn_on(engine, "web", "eth1"))
        found = [each for each in told(engine) if each[1]]
        assert found[0][1:3] == ("maria", "on eth0: 80/tcp")
        assert {each[1] for each in found} <= {"maria", "joe", "ann"}
        # Whoever made what is there, it is told of them; never of two.
        made = [each for each in found[1:] if each[2].startswith(("moved", "on"))]
        assert made, number
        assert not [each for each in told(engine) if each[2] in ("removed", "off")], number


def test_a_name_that_nothing_has() -> None:
    engine = world()
    refused(history(engine, "wep"), Exit.NO_SERVICE, "did you mean web?")
    run(turn_on(engine, "web"))
    run(down(engine, "web"))
    engine.discard("web")
    assert [each[2] for each in told(engine, "web")] == ["on eth0: 80/tcp", "off"]


def test_a_log_that_cannot_be_read_leaves_the_rest() -> None:
    engine = world()
    run(turn_on(engine, "web"))

    def refuse(call: tuple[str, ...]) -> None:
        if call[0] == "log":
            raise Refused("configured logging driver does not support reading")

    engine.before = refuse
    assert [each[2:] for each in told(engine)] == [("on eth0: 80/tcp", "")]


def test_what_is_done_has_a_word() -> None:
    assert {did.value for did in Did} >= {"on", "off", "moved", "changed", "restarted", "renewed"}
