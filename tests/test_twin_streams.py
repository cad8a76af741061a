"""The streams of the engine in memory are those of a real one."""

import asyncio

import pytest

from netc_tui.core.errors import Exit, NetcError
from tests.engine.wire import gathered, within
from tests.twin import FakeEngine


def test_the_fake_engine_tells_what_changes() -> None:
    async def work() -> None:
        engine = FakeEngine()
        events = engine.events()
        assert await events.ready()
        engine.run("web", health="starting")
        assert (await engine.containers())[0].status == "Up 2 minutes (health: starting)"
        engine.check("web", "healthy")
        engine.stop("web")
        engine.start_again("web")
        engine.kill("web")
        await engine.restart("web", 1)
        await engine.remove("web", 1)
        engine.network("n")
        await engine.remove_network("n")
        engine.cut()
        told = [(one.action, one.name) async for one in events]
        life = ["network connect", "start"]
        assert [f"network {a}" if n in ("bridge", "n") else a for a, n in told] == [
            *("create", *life, "health_status: healthy"),
            *("die", "network disconnect", "stop", *life, "die", "network disconnect"),
            *(*life, "die", "network disconnect", "stop", "destroy"),
            *("network create", "network destroy"),
        ]

    asyncio.run(work())


def test_the_fake_engine_goes_away_and_comes_back() -> None:
    async def work() -> None:
        engine = FakeEngine()
        engine.run("web")
        box = engine.boxes["web"]
        for word in (b"a", b"b", b"c"):
            box.hear(word)
        events, log = engine.events(), engine.follow_log("web", tail=2)
        following = asyncio.create_task(gathered(aiter(log)))
        await asyncio.sleep(0)
        box.hear(b"d")
        engine.away = "it is away"
        assert await within(1, following) == [b"b", b"c", b"d"]
        assert await within(1, gathered(aiter(events))) == []
        for call in (engine.ping(), engine.containers(), engine.restart("web", 1)):
            with pytest.raises(NetcError, match="it is away") as caught:
                await call
            assert caught.value.code is Exit.ENGINE
        assert not await engine.events().ready()
        assert await within(1, gathered(aiter(engine.follow_log("web")))) == []
        engine.away = None
        await engine.ping()
        again = engine.follow_log(box.id, tail=0)
        assert await again.ready()
        following = asyncio.create_task(gathered(aiter(again)))
        box.hear(b"e")
        engine.stop("web")
        assert await within(1, following) == [b"e"]
        held = engine.events()
        listening = asyncio.create_task(gathered(aiter(held)))
        await asyncio.sleep(0)
        held.close()
        assert await within(1, listening) == []

    asyncio.run(work())
