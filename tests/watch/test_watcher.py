"""What the watcher does as the engine changes, on the twin of one."""

import asyncio

import pytest

from netc_tui.core.memos import BEAT, watching
from netc_tui.core.model import Keeper
from netc_tui.core.patience import FIRST, GRACE
from netc_tui.core.rounds import Decision, Present, Ruling
from netc_tui.core.wishes import Policy
from netc_tui.operations.auto import auto
from netc_tui.operations.automation import AT_ONCE, LEASE
from netc_tui.operations.down import down
from netc_tui.operations.up import Request, up
from tests.twin import FakeEngine
from tests.watch.watched import YES, Watched, settle, watched

pytestmark = pytest.mark.usefixtures("machine")


def test_a_service_is_on_a_moment_after_it_was_run() -> None:
    async def work(host: Watched) -> None:
        await settle()
        host.engine.run("shop", labels=YES)
        host.engine.run("web")
        await settle()
        assert host.on == {"shop": Keeper.LABELS}
        await settle(300)
        assert sum("turn on" in line for line in host.said) == 1

    watched(work)


def test_one_that_is_made_anew_keeps_its_network_container() -> None:
    async def work(host: Watched) -> None:
        host.engine.network("shop_default")
        host.engine.run("shop", "shop_default", labels=YES)
        await settle()
        made = host.engine.boxes["netc-shop"].id
        host.engine.discard("shop")
        await settle(GRACE / 2)
        host.engine.run("shop", "shop_default", labels=YES)
        await settle(10 * GRACE)
        assert host.engine.boxes["netc-shop"].id == made

    watched(work)


def test_one_that_is_gone_or_asks_no_more_is_off_after_a_moment() -> None:
    async def work(host: Watched) -> None:
        for name in ("shop", "mail"):
            host.engine.run(name, labels=YES)
        await settle()
        host.engine.discard("shop")
        host.engine.discard("mail")
        host.engine.run("mail")
        await settle(GRACE - 1)
        assert set(host.on) == {"shop", "mail"}
        await settle(4)
        assert host.on == {}

    watched(work)


def test_what_a_hand_does_stays() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("web")
        host.engine.run("shop", labels=YES)
        await up(host.engine, Request("web", "eth1"))
        await settle()
        await down(host.engine, "shop")
        await settle(60)
        assert host.on == {"web": Keeper.HAND}
        await up(host.engine, Request("shop", "eth1"))
        await settle(60)
        assert host.on == {"web": Keeper.HAND, "shop": Keeper.HAND}

    watched(work)


def test_a_wish_in_vain_is_told_once() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels={**YES, "netc.interface": "eth1"})
        await settle(300)
        assert [line for line in host.said if line.startswith("shop")] == [
            next(line for line in host.said if "in vain" in line)
        ]
        assert host.watcher.progress.decisions[0].ruling is Ruling.REFUSED

    watched(work)


def test_what_fails_is_tried_again_ever_more_seldom_and_shown() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("netc-shop")  # somebody's
        host.engine.run("shop", labels=YES)
        await settle()
        (failure,) = host.watcher.progress.failures
        assert "netc-shop is taken" in failure.why
        await settle(15 * FIRST)
        (failure,) = host.watcher.progress.failures
        assert 3 <= failure.times <= 5
        host.engine.discard("netc-shop")
        await settle(16 * FIRST)
        assert host.on == {"shop": Keeper.LABELS}
        assert host.watcher.progress.failures == ()

    watched(work)


def test_what_is_done_in_vain_is_done_ever_more_seldom_and_shown() -> None:
    """Such as where another program stops each network container as soon as it runs."""
    engine = FakeEngine()
    engine.run("shop", labels=YES)

    def stops(call: tuple[str, ...]) -> None:
        box = engine.boxes.get("netc-shop")
        if call[0] == "containers" and box is not None and box.running:
            engine.stop("netc-shop")

    async def work(host: Watched) -> None:
        await settle()
        engine.before = stops
        await settle(30 * FIRST)
        (failure,) = host.watcher.progress.failures
        assert failure.times == 5
        assert failure.why.startswith("it was done, and is to be done again: its network container")
        engine.before = lambda _: None
        await settle(32 * FIRST)
        assert host.watcher.progress.failures == ()
        assert host.engine.boxes["netc-shop"].running

    watched(work, engine)


def test_only_a_few_at_a_time() -> None:
    engine = FakeEngine()
    most = 0
    engine.dhcp_delay = 2.0
    for number in range(3 * AT_ONCE):
        engine.run(f"s{number}", labels=YES)

    def count(call: tuple[str, ...]) -> None:
        nonlocal most
        unbound = [
            box for box in engine.boxes.values() if box.spec is not None and not box.lease.get("ip")
        ]
        most = max(most, len(unbound))

    engine.before = count

    async def work(host: Watched) -> None:
        await settle(60)
        assert len(host.on) == 3 * AT_ONCE
        assert 1 < most <= AT_ONCE

    watched(work, engine)


def test_the_engine_goes_and_comes_back() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        await settle()
        host.engine.away = "the engine is not reachable"
        await settle(60)
        assert host.said[-1] == "the engine is not reachable"
        host.engine.run("mail", labels=YES)
        host.engine.away = None
        await settle(16)
        assert set(host.on) == {"shop", "mail"}
        assert "the engine is back" in host.said

    watched(work)


def test_an_engine_that_goes_in_the_middle_of_a_deed() -> None:
    engine = FakeEngine()
    engine.run("shop", labels=YES)

    def die(call: tuple[str, ...]) -> None:
        if call[0] == "start":
            engine.before = lambda _: None
            engine.away = "the engine is not reachable"

    engine.before = die

    async def work(host: Watched) -> None:
        await settle(5)
        engine.away = None
        await settle(16)
        assert host.on == {"shop": Keeper.LABELS}
        assert engine.boxes["netc-shop"].running
        assert host.watcher.progress.failed == 0, "that is no failure of the service"

    watched(work, engine)


def test_two_of_them_do_no_harm() -> None:
    async def work(host: Watched) -> None:
        other = Watched(host.engine)
        task = asyncio.create_task(other.watcher.run())
        for number in range(6):
            host.engine.run(f"s{number}", labels=YES)
        await settle(20)
        assert len(host.on) == 6
        lives = {name: box.lives for name, box in host.engine.boxes.items()}
        assert set(lives.values()) == {1}
        for number in range(6):
            host.engine.discard(f"s{number}")
        await settle(20)
        assert host.on == {}
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    watched(work)


def test_beside_another_on_this_machine_it_stands_by() -> None:
    async def work(host: Watched) -> None:
        host.may_work = False
        host.engine.run("shop", labels=YES)
        await settle(60)
        assert host.on == {}
        assert host.engine.volumes == {}
        assert host.watcher.progress.summary == "stands by"
        assert host.said == ["another netc watch is at work here; this one stands by"]
        host.may_work = True
        await settle(10)
        assert host.on == {"shop": Keeper.LABELS}
        assert host.watcher.progress.summary == "1 kept"

    watched(work)


def test_how_it_stands_is_written_down_for_others() -> None:
    engine = FakeEngine()

    async def work(host: Watched) -> None:
        await settle()
        found = watching(host.engine.volumes.values())
        assert found is not None
        assert found.troubles == ()
        host.engine.run("shop", labels={**YES, "netc.interface": "eth1"})
        await settle(10)
        found = watching(host.engine.volumes.values())
        assert found is not None
        assert [trouble.service for trouble in found.troubles] == ["shop"]
        at = found.at
        await settle(2 * BEAT.total_seconds())
        found = watching(host.engine.volumes.values())
        assert found is not None
        assert found.at > at
        host.engine.away = "no answer"
        await settle(60)
        host.engine.away = None
        await settle(20)
        assert watching(host.engine.volumes.values()) is not None

    watched(work, engine)
    assert engine.volumes == {}, "it ended in order"


def test_a_defect_in_a_round_is_told_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(seen: Present, policy: Policy) -> tuple[Decision, ...]:
        monkeypatch.undo()
        raise KeyError("oh")

    monkeypatch.setattr("netc_tui.watch.watcher.decide", broken)

    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        await settle(10)
        assert host.said[0] == "a defect of netc in watching engine: KeyError('oh')"
        assert host.on == {"shop": Keeper.LABELS}

    watched(work)


def test_what_is_given_back_to_its_labels_is_on_a_moment_later() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels=YES)
        host.engine.run("mail", labels=YES)
        await up(host.engine, Request("mail", "eth1"))
        await settle()
        await down(host.engine, "shop")
        await settle(60)
        assert host.on == {"mail": Keeper.HAND}
        await auto(host.engine, "shop")
        await auto(host.engine, "mail")
        await settle()
        assert host.on == {"shop": Keeper.LABELS, "mail": Keeper.LABELS}, "it was on another LAN"

    watched(work)


def test_its_last_trouble_is_written_down_also_when_it_is_over() -> None:
    async def work(host: Watched) -> None:
        host.engine.run("shop", labels={**YES, "netc.interface": "lo"})
        await settle()
        host.engine.discard("shop")
        await settle(2 * BEAT.total_seconds())
        found = watching(await host.engine.memos())
        assert found is not None
        assert found.troubles == ()
        assert found.last is not None
        assert found.last_at is not None
        assert (found.last.service, found.last.refused) == ("shop", True)
        assert found.since <= found.last_at < found.at

    watched(work)


def test_what_happens_while_something_is_done_is_seen_when_it_is_done() -> None:
    engine = FakeEngine()
    engine.dhcp = lambda hostname: False
    engine.run("shop", labels=YES)

    async def work(host: Watched) -> None:
        await settle(4)
        assert engine.boxes["netc-shop"].running
        # While its lease is waited for; what was seen of that is older than the deed.
        engine.stop("netc-shop")
        await settle(LEASE + 4)
        assert engine.boxes["netc-shop"].running, host.said

    watched(work, engine)
