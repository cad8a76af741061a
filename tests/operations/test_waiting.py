"""Waiting for what a network container says, whatever clocks and logs do meanwhile."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.host import clock
from netc_tui.host import interfaces as host
from netc_tui.operations import waiting
from netc_tui.operations.renew import renew
from netc_tui.operations.restart import restart
from netc_tui.operations.up import Request, up
from netc_tui.operations.waiting import Heeded, mark, wait_for
from tests.machine import LINKS, link, run
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def world() -> FakeEngine:
    engine = FakeEngine()
    engine.run("web")
    run(up(engine, Request("web", "eth0")))
    return engine


def heed(engine: FakeEngine, word: str, deed: Callable[[], None] = lambda: None) -> Heeded:
    """Wait for that, with ``deed`` done in a second."""

    async def work() -> Heeded:
        last = await mark(engine, "netc-web")
        asyncio.get_running_loop().call_later(1, deed)
        return await wait_for(engine, "netc-web", last, lambda one: one.event == word, 5)

    return run(work())


def test_what_was_said_before_is_no_answer() -> None:
    engine = world()
    found = heed(engine, "bound")
    assert (found.wanted, found.said) == (None, [])
    box = engine.own("web")
    found = heed(engine, "renewed", lambda: engine.say(box, "renewed"))
    assert [one.event for one in found.said] == ["renewed"]
    assert found.wanted == found.last


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_put_brings_no_old_answer(hours: int) -> None:
    engine = world()
    here = clock.boot()
    assert here is not None
    engine.boot = lambda: (here.id, (datetime.now(UTC) - here.began).total_seconds())
    run(renew(engine, "web"))
    engine.now = lambda: datetime.now(UTC) + timedelta(hours=hours)
    # The engine's own clock, by which it would look for what was said since.
    box = engine.own("web")
    box.log = [(at - hours * 3600, line) for at, line in box.log]
    engine.dhcp = lambda hostname: False
    with pytest.raises(NetcError, match="no renewal within 3 s") as caught:
        run(renew(engine, "web", 3))
    assert caught.value.code is Exit.NO_LEASE
    engine.dhcp = lambda hostname: True
    heard: list[str] = []
    assert run(renew(engine, "web", 3, lambda one: heard.append(one.event))).ip
    assert heard == ["renew_asked", "renewed"]
    assert run(restart(engine, "web", 3)).ip


def test_a_log_that_was_cut_is_heard_from_its_new_beginning() -> None:
    engine = world()
    box = engine.own("web")

    def cut() -> None:
        box.log.clear()
        box.end_log()
        engine.say(box, "renewed")

    assert heed(engine, "renewed", cut).wanted is not None


def test_a_log_that_ends_and_goes_on_is_heard_once() -> None:
    engine = world()
    box = engine.own("web")

    def end() -> None:
        engine.say(box, "renewing")
        box.end_log()
        asyncio.get_running_loop().call_later(0.05, lambda: engine.say(box, "rebinding"))
        asyncio.get_running_loop().call_later(1, lambda: engine.say(box, "renewed"))

    found = heed(engine, "renewed", end)
    assert [one.event for one in found.said] == ["renewing", "rebinding", "renewed"]


def no_lease(engine: FakeEngine, **facts: Any) -> str:
    with pytest.raises(NetcError) as caught:
        run(up(engine, Request("web", "eth0", **facts)))
    assert caught.value.code is Exit.NO_LEASE
    assert "\n" not in caught.value.message
    return caught.value.message


def bare() -> FakeEngine:
    engine = FakeEngine()
    engine.run("web")
    engine.dhcp = lambda hostname: False
    return engine


def test_silence_is_told_only_by_who_heard_it() -> None:
    assert "no DHCP server answers" in no_lease(bare())
    # Before it has said so, nobody knows.
    message = no_lease(bare(), timeout=1)
    assert "DHCP server" not in message
    assert "it has not said why: docker logs netc-web" in message


def test_a_conflict_is_not_forgotten() -> None:
    engine = bare()
    said = engine.say

    def say(box: Any, event: str, *more: Any, **facts: Any) -> None:
        if event == "discover":
            said(box, "conflict", "192.168.77.10 is in use by 02:00:00:00:00:07")
        said(box, event, *more, **facts)

    engine.say = say  # type: ignore[method-assign]
    message = no_lease(engine)
    assert "192.168.77.10 is in use by 02:00:00:00:00:07; since then no DHCP server" in message


def test_a_cable_that_was_pulled_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = bare()

    def pull(call: tuple[str, ...]) -> None:
        if call[0] == "start":
            dark = tuple(link("eth0", 2, carrier=False) if x.name == "eth0" else x for x in LINKS)
            monkeypatch.setattr(host, "links", lambda *_: dark)

    engine.before = pull
    message = no_lease(engine)
    assert "interface eth0 is unfit: it has no carrier" in message
    assert "DHCP server" not in message


def test_a_container_that_ended_is_not_waited_for() -> None:
    engine = bare()

    async def work() -> float:
        begin = asyncio.get_running_loop().time()
        asyncio.get_running_loop().call_later(1, lambda: engine.kill("netc-web"))
        with pytest.raises(NetcError) as caught:
            await up(engine, Request("web", "eth0", timeout=600))
        assert "netc-web does not run (Exited (137) 2 minutes ago)" in caught.value.message
        assert "netc up web eth0" in caught.value.message
        return asyncio.get_running_loop().time() - begin

    assert run(work()) < 10


def test_a_log_that_cannot_be_read_is_no_silence() -> None:
    engine = bare()
    deaf = engine.follow_log

    def follow(name: str, *more: Any, **facts: Any) -> Any:
        stream = deaf(name, *more, **facts)
        stream.close()
        return stream

    engine.follow_log = follow  # type: ignore[method-assign]
    assert "its log cannot be read: docker logs netc-web" in no_lease(engine, timeout=3)


def test_a_mark_is_looked_for_in_what_a_log_may_have_grown() -> None:
    """A line that is far back is lost, and then all that is there counts: never nothing."""
    engine = world()
    box = engine.own("web")

    async def work() -> Heeded:
        last = await mark(engine, "netc-web")
        for _ in range(waiting.TAIL + 10):
            engine.say(box, "renewing")
        engine.say(box, "renewed")
        return await wait_for(engine, "netc-web", last, lambda one: one.event == "renewed", 5)

    assert run(work()).wanted is not None
