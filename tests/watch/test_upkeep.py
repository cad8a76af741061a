"""Names are kept leading to the addresses that network containers have."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from netc_tui.core import named
from netc_tui.core.patience import GRACE
from netc_tui.core.publication import Publication
from netc_tui.names import NameTrouble, Outcome
from netc_tui.names.trouble import AWAY, REFUSED, TAKEN
from netc_tui.operations.down import down
from netc_tui.operations.naming import Publishing
from netc_tui.operations.up import Request, up
from netc_tui.watch.upkeep import AGAIN, LAPSED, REFRESH
from tests.operations.test_naming import Noted
from tests.twin import FakeEngine
from tests.watch.watched import YES, Watched, settle, watched

pytestmark = pytest.mark.usefixtures("machine")


def kept(work: Callable[[Watched, Noted], Awaitable[None]], engine: FakeEngine) -> Watched:
    noted = Noted()

    async def run(host: Watched) -> None:
        await work(host, noted)

    return watched(run, engine, publishing=Publishing(noted, "home.lan", False))


def kept_while_on(work: Callable[[Watched, Noted], Awaitable[None]]) -> None:
    """The same, when ``web`` was turned on by hand and has its name."""
    engine = FakeEngine()
    engine.run("web")

    async def begun(host: Watched, noted: Noted) -> None:
        await up(engine, Request("web", "eth0"))
        await settle(5)
        assert list(noted.stands) == ["web.home.lan"]
        await work(host, noted)

    kept(begun, engine)


def published(noted: Noted) -> int:
    return sum(call[0] == "publish" for call in noted.calls)


def test_a_name_is_there_and_is_renewed_with_the_lease() -> None:
    engine = FakeEngine()
    engine.run("shop", labels=YES)

    async def work(host: Watched, noted: Noted) -> None:
        await settle(5)
        first = noted.stands["shop.home.lan"]
        assert first.seconds is not None
        box = engine.own("shop")
        box.lease["expires_at"] = "2026-03-02T05:00:00Z"
        engine.say(box, "renewed")
        await settle(5)
        again = noted.stands["shop.home.lan"]
        assert again.seconds is not None
        assert again.seconds > first.seconds
        box.lease["ip"] = "192.168.77.99"
        engine.say(box, "moved")
        await settle(5)
        assert noted.stands["shop.home.lan"].address == "192.168.77.99"

    kept(work, engine)


def test_those_that_an_operator_turned_on_have_theirs_too() -> None:
    async def work(host: Watched, noted: Noted) -> None:
        assert list(noted.stands) == ["web.home.lan"]

    kept_while_on(work)


def test_nothing_is_asked_while_nothing_changes_but_now_and_then() -> None:
    engine = FakeEngine()
    engine.run("shop", labels=YES)

    async def work(host: Watched, noted: Noted) -> None:
        await settle(10)
        before = published(noted)
        engine.say(engine.own("shop"), "checked")
        await settle(REFRESH.total_seconds() / 2)
        assert published(noted) == before
        noted.stands.clear()  # somebody removed it
        await settle(REFRESH.total_seconds())
        assert list(noted.stands) == ["shop.home.lan"]

    kept(work, engine)


@pytest.mark.parametrize("code", [TAKEN, AWAY])
def test_what_is_wrong_is_told_once_and_tried_again(code: str) -> None:
    engine = FakeEngine()
    engine.run("shop", labels=YES)

    async def work(host: Watched, noted: Noted) -> None:
        noted.fails = NameTrouble(code, "it is as it is")
        await settle(10 * AGAIN)
        assert 3 <= published(noted) <= 15
        said = [line for line in host.said if "its name is not published" in line]
        assert len(said) == 1
        (trouble,) = host.watcher.progress.troubles
        assert trouble.service == "shop"
        assert "it is as it is" in trouble.why
        noted.fails = None
        await settle(2 * AGAIN)
        assert list(noted.stands) == ["shop.home.lan"]
        assert host.watcher.progress.troubles == ()

    kept(work, engine)


def test_of_one_that_is_off_nothing_is_published_again() -> None:
    engine = FakeEngine()
    engine.run("web")

    async def work(host: Watched, noted: Noted) -> None:
        how = Publishing(noted, "home.lan", False)
        await up(engine, Request("web", "eth0"))
        await settle(5)
        await asyncio.gather(down(engine, "web", publishing=how), settle(1))
        await settle(2 * REFRESH.total_seconds())
        assert noted.stands == {}

    kept(work, engine)


def test_what_was_left_behind_is_taken_back_after_a_moment() -> None:
    async def work(host: Watched, noted: Noted) -> None:
        engine = host.engine
        assert list(noted.stands) == ["web.home.lan"]
        engine.discard("netc-web")
        await settle(GRACE / 2)
        assert list(noted.stands) == ["web.home.lan"], "it may be made anew"
        await settle(GRACE + 5)
        assert noted.stands == {}
        assert [name for name in engine.volumes if "name" in name] == []

    kept_while_on(work)


def test_one_that_is_made_anew_keeps_its_name_all_the_time() -> None:
    async def work(host: Watched, noted: Noted) -> None:
        engine = host.engine
        engine.discard("netc-web")
        await settle(1)
        await up(engine, Request("web", "eth0"))
        await settle(2 * GRACE)
        assert "withdraw" not in {call for call, *_ in noted.calls}
        assert list(noted.stands) == ["web.home.lan"]

    kept_while_on(work)


def test_at_its_start_a_watcher_takes_back_what_one_before_it_left() -> None:
    engine = FakeEngine()
    engine.run("web")
    noted = Noted()
    how = Publishing(noted, "home.lan", False)

    async def first(host: Watched) -> None:
        await up(engine, Request("web", "eth0"))
        await settle(5)
        assert list(noted.stands) == ["web.home.lan"]

    async def second(host: Watched) -> None:
        noted.fails = NameTrouble(AWAY, "it is away")
        await settle(GRACE + 3 * AGAIN)
        said = [line for line in host.said if "is not taken back" in line]
        assert said == ["web: its name web.home.lan is not taken back: it is away"]
        assert [each.service for each in host.watcher.progress.troubles] == ["web"]
        noted.fails = None
        await settle(2 * AGAIN)
        assert noted.stands == {}
        assert host.watcher.progress.troubles == ()

    watched(first, engine, publishing=how)
    engine.boxes.pop("netc-web")
    watched(second, engine, publishing=how)


def test_what_is_written_down_of_a_name_is_written_again_when_somebody_removed_it() -> None:
    async def work(host: Watched, noted: Noted) -> None:
        engine = host.engine
        engine.volumes.clear()  # docker volume prune --all
        await settle(REFRESH.total_seconds() + 5)
        engine.discard("netc-web")
        await settle(2 * GRACE)
        assert noted.stands == {}

    kept_while_on(work)


def test_a_network_container_without_an_address_keeps_its_name_for_a_while() -> None:
    async def work(host: Watched, noted: Noted) -> None:
        engine = host.engine
        box = engine.own("web")
        address = box.lease["ip"]
        engine.say(box, "expired", ip=None)
        await settle(LAPSED / 2)
        assert list(noted.stands) == ["web.home.lan"]
        await settle(LAPSED)
        assert noted.stands == {}
        engine.say(box, "bound", ip=address)
        await settle(5)
        assert noted.stands["web.home.lan"].address == address

    kept_while_on(work)


def test_of_one_that_stands_by_the_name_is_anothers() -> None:
    """Another host has taken its place, and has the name published under the same client-id."""

    async def work(host: Watched, noted: Noted) -> None:
        engine = host.engine
        box = engine.own("web")
        box.stands_by = True
        engine.say(box, "standby", "another machine has this identity", ip=None)
        await settle(LAPSED + 10)
        assert list(noted.stands) == ["web.home.lan"]
        # Nor when it is turned off, with netc or without.
        await down(engine, "web", publishing=Publishing(noted, "home.lan", False))
        await settle(LAPSED + 10)
        assert list(noted.stands) == ["web.home.lan"]
        assert named.written(await engine.memos()) == ()

    kept_while_on(work)


def test_one_that_was_stopped_by_hand_gives_its_name_back_too() -> None:
    async def work(host: Watched, noted: Noted) -> None:
        engine = host.engine
        engine.stop("netc-web")
        await settle(LAPSED + 10)
        assert noted.stands == {}
        assert [call for call, *_ in noted.calls].count("withdraw") == 1

    kept_while_on(work)


def test_a_former_name_that_is_not_taken_back_is_told_once_beside_the_new_one() -> None:
    async def work(host: Watched, noted: Noted) -> None:
        engine = host.engine
        former = named.written(await engine.memos())[0].published
        other = msgspec.structs.replace(former, name="shop.home.lan")
        await engine.write_memo(named.memo("web", "rfc2136", other))
        withdraw = noted.withdraw

        def refuse(published: Publication) -> Outcome:
            raise NameTrouble(REFUSED, "it refuses")

        noted.withdraw = refuse  # type: ignore[method-assign]
        await settle(REFRESH.total_seconds() + 10 * AGAIN)
        said = [line for line in host.said if "its name" in line]
        assert said == ["web: its name shop.home.lan is not taken back: it refuses"]
        assert list(noted.stands) == ["web.home.lan"]
        assert len(host.watcher.progress.troubles) == 1
        noted.withdraw = withdraw  # type: ignore[method-assign]
        await settle(2 * AGAIN)
        assert host.watcher.progress.troubles == ()
        assert len(named.written(await engine.memos())) == 1

    kept_while_on(work)


def half_away(noted: Noted, which: Callable[[Publication], bool]) -> None:
    """Have what has the reverse records of some be away. The names stand, and go, all the same."""
    doubts = (NameTrouble(AWAY, "the reverse zone's server is away").finding,)
    publish, withdraw = noted.publish, noted.withdraw

    def publishes(wanted: Publication, before: Publication | None = None) -> Outcome:
        publish(wanted, before)
        return Outcome((), doubts if which(wanted) else ())

    def withdraws(published: Publication) -> Outcome:
        withdraw(published)
        return Outcome((), doubts if which(published) else ())

    noted.publish, noted.withdraw = publishes, withdraws  # type: ignore[method-assign]


def test_a_reverse_zone_that_is_away_keeps_no_other_service_from_its_name() -> None:
    engine = FakeEngine()
    for name in ("a", "b", "c"):
        engine.run(name, labels=YES)

    async def work(host: Watched, noted: Noted) -> None:
        half_away(noted, lambda _: True)
        await settle(2 * AGAIN)
        assert sorted(noted.stands) == ["a.home.lan", "b.home.lan", "c.home.lan"]
        assert len(host.watcher.progress.troubles) == 3
        for name in ("a", "b", "c"):
            engine.discard(f"netc-{name}")
            engine.discard(name)
        await settle(GRACE + 2 * AGAIN)
        assert noted.stands == {}

    kept(work, engine)


def test_a_server_that_is_away_keeps_no_other_zone_from_its_names() -> None:
    """Without a zone in the settings each DHCP server tells one."""
    engine = FakeEngine()
    for name in ("a", "b", "c"):
        engine.run(name)
    noted = Noted()
    publish = noted.publish

    def publishes(wanted: Publication, before: Publication | None = None) -> Outcome:
        if wanted.zone == "away.lan":
            raise NameTrouble(AWAY, "10.0.0.1 does not answer within 5 s")
        return publish(wanted, before)

    noted.publish = publishes  # type: ignore[method-assign]

    async def work(host: Watched) -> None:
        for name, domain in (("a", "away.lan"), ("b", "home.lan"), ("c", "away.lan")):
            await up(engine, Request(name, "eth0"))
            engine.say(engine.own(name), "renewed", domain=domain)
        await settle(2 * AGAIN)
        assert list(noted.stands) == ["b.home.lan"]
        # It was asked for one of the two alone, each time.
        assert len(host.watcher.progress.troubles) == 1

    watched(work, engine, publishing=Publishing(noted, "", False))
