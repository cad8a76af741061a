"""Events, and the connection as a whole: what is told, what is not, and how it ends."""

import asyncio

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import MEMO, Memo
from tests.listener import Listener
from tests.suite.host import Host, lan, listed, net, spec
from tests.suite.networks import PRIVATE


async def listening(host: Host) -> Listener:
    made = Listener(host.engine, settle=0.3)
    assert await made.stream.ready()
    return made


async def those_of_a_service(host: Host) -> None:
    events = await listening(host)
    await host.run("web")
    assert await events.until("start", "web") == [
        "container create web",
        "network connect bridge",
        "container start web",
    ]
    await host.pause("web")
    assert await events.until("pause", "web") == ["container pause web"]
    await host.unpause("web")
    assert await events.until("unpause", "web") == ["container unpause web"]
    await host.rename("web", "shop")
    assert await events.until("rename", "shop") == ["container rename shop"]
    await host.stop("shop")
    # In which order an engine tells of these is its own affair.
    assert sorted(await events.until("stop", "shop")) == [
        "container die shop",
        "container stop shop",
        "network disconnect bridge",
    ]
    await host.start("shop")
    assert await events.until("start", "shop") == [
        "network connect bridge",
        "container start shop",
    ]
    await host.kill("shop")
    assert sorted(await events.until("die", "shop")) == [
        "container die shop",
        "network disconnect bridge",
    ]
    await host.remove("shop")
    assert await events.until("destroy", "shop") == ["container destroy shop"]


async def those_of_one_on_the_host_s_network(host: Host) -> None:
    """What it shares is not told of: helpers come there and go, too."""
    events = await listening(host)
    await host.run("printer", mode="host")
    assert await events.until("start", "printer") == [
        "container create printer",
        "container start printer",
    ]
    await host.stop("printer")
    assert sorted(await events.until("stop", "printer")) == [
        "container die printer",
        "container stop printer",
    ]


async def they_have_the_ids_of_what_they_are_about(host: Host) -> None:
    events = await listening(host)
    await host.run("web")
    container, network = await listed(host, "web"), await net(host, "bridge")
    await asyncio.sleep(0.3)
    assert {(one.name, one.id) for one in events.heard} == {
        ("web", container.id),
        ("bridge", network.id),
    }


async def those_of_networks(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    await host.make("idle")
    events = await listening(host)
    await engine.create_network(PRIVATE)
    assert await events.until("create", PRIVATE.name) == [f"network create {PRIVATE.name}"]
    await engine.connect("web", PRIVATE.name)
    assert await events.until("connect", PRIVATE.name) == [f"network connect {PRIVATE.name}"]
    await engine.disconnect("web", PRIVATE.name)
    # Engines before 28.0 say it twice, and once of a container that does not run.
    told = await events.until("disconnect", PRIVATE.name)
    assert set(told) == {f"network disconnect {PRIVATE.name}"}
    await engine.connect("idle", PRIVATE.name)
    await engine.disconnect("idle", PRIVATE.name)
    await asyncio.sleep(0.3)
    assert set(events.take()) <= set(told)
    # What changes nothing is not told.
    await engine.connect("web", "bridge")
    await engine.disconnect("web", PRIVATE.name)
    await engine.remove_network(PRIVATE.name)
    assert await events.until("destroy", PRIVATE.name) == [f"network destroy {PRIVATE.name}"]


async def those_of_a_network_container(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    events = await listening(host)
    network = await lan(host)
    planned = await spec(host, "web")
    await engine.create(planned)
    # Not the connection of one that does not run.
    await engine.connect(planned.name, network.name, lan=True)
    assert await events.until("create", planned.name) == [
        f"network create {network.name}",
        f"container create {planned.name}",
    ]
    await engine.start(planned.name)
    connected = [f"network connect {name}" for name in ("bridge", network.name)]
    *before, last = await events.until("start", planned.name)
    assert (sorted(before), last) == (sorted(connected), f"container start {planned.name}")
    await engine.start(planned.name)
    await engine.restart(planned.name, 5)
    told = await events.until("start", planned.name)
    ends = [
        *(f"container {action} {planned.name}" for action in ("die", "stop")),
        *(f"network disconnect {name}" for name in ("bridge", network.name)),
    ]
    assert sorted(told[:4]) == sorted(ends)
    assert sorted(told[4:6]) == sorted(connected)
    assert told[6:] == [f"container start {planned.name}"]
    await engine.remove(planned.name, 5)
    *before, last = await events.until("destroy", planned.name)
    assert (sorted(before), last) == (sorted(ends), f"container destroy {planned.name}")


async def those_of_what_is_written_down(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    events = await listening(host)
    memo = Memo("netc-off-web", {MEMO: "off"})
    await engine.write_memo(memo)
    assert await events.until("create", memo.name) == [f"volume create {memo.name}"]
    await engine.write_memo(memo)
    assert await events.until("create", memo.name) == [
        f"volume destroy {memo.name}",
        f"volume create {memo.name}",
    ]
    await engine.memos()
    await engine.remove_memo(memo.name)
    assert await events.until("destroy", memo.name) == [f"volume destroy {memo.name}"]
    # Not those of other volumes: each network container has one.
    planned = await spec(host, "web")
    await lan(host)
    await engine.create(planned)
    await engine.remove(planned.name, 5)
    told = await events.until("destroy", planned.name)
    assert not [line for line in told if line.startswith("volume")]


async def our_own_looks_are_none(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    events = await listening(host)
    await engine.execute("web", ["echo", "x"])
    await engine.containers()
    await engine.networks()
    await engine.log("web", 5)
    engine.follow_log("web").close()
    await engine.start("web")
    await engine.ping()
    await asyncio.sleep(0.5)
    assert events.take() == []


async def close_ends_a_stream(host: Host) -> None:
    events = await listening(host)
    events.stream.close()
    events.stream.close()
    await events.ended()
    early = host.engine.events()
    early.close()
    assert not await early.ready()
    await host.run("web")
    assert events.heard == []


async def closed_is_final(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    events, log = await listening(host), engine.follow_log("web")
    await engine.ping()
    await engine.close()
    await events.ended()
    assert [line async for line in log] == []
    for call in (engine.containers(), engine.ping(), engine.start("web")):
        with pytest.raises(NetcError) as caught:
            await call
        assert caught.value.code is Exit.ENGINE
    again = engine.events()
    again.close()
    await engine.close()


async def an_engine_that_goes_away_and_comes_back(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    events, log = await listening(host), engine.follow_log("web")
    async with host.away():
        await events.ended()
        async with asyncio.timeout(5):
            assert [line async for line in log] == []
        for call in (engine.containers(), engine.ping(), engine.start("web")):
            with pytest.raises(NetcError) as caught:
                await call
            assert caught.value.code is Exit.ENGINE
        assert not await engine.events().ready()
        assert [line async for line in engine.follow_log("web")] == []
    await engine.ping()
    assert await engine.events().ready()
    assert (await listed(host, "web")).name == "web"
