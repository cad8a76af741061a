"""Commands in helpers, which share the network namespace of a container."""

import asyncio

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import Gone, NoImage, NoScript, NotRunning, Refused
from tests.suite.events import listening
from tests.suite.host import Host, own, until


async def what_one_prints_is_returned_and_nothing_is_left(host: Host) -> None:
    await host.run("web")
    before = await host.held()
    for _ in range(3):
        printed = await host.engine.beside("web", host.image, ["echo", "two", "words"])
        assert printed == "two words\n"
    assert await host.engine.beside("web", host.image, ["true"], admin=True) == ""
    assert await host.held() == before


async def it_has_the_environment_that_it_is_given(host: Host) -> None:
    await host.run("web")
    given = {"NETC_NAME": "web", "RULES": "two\nlines = 1"}
    printed = await host.engine.beside("web", host.image, ["env"], given)
    assert {"NETC_NAME=web", "RULES=two"} <= set(printed.splitlines())


async def several_are_there_at_once(host: Host) -> None:
    await host.run("web")
    before = await host.held()
    words = [f"word {number}" for number in range(6)]
    printed = await asyncio.gather(
        *(host.engine.beside("web", host.image, ["echo", word]) for word in words)
    )
    assert printed == [f"{word}\n" for word in words]
    assert await host.held() == before


async def one_that_fails_is_refused(host: Host) -> None:
    await host.run("web")
    before = await host.held()
    for command in (["false"], ["no-such-command"]):
        with pytest.raises(Refused) as caught:
            await host.engine.beside("web", host.image, command)
        assert not isinstance(caught.value, NoScript)
        assert "\n" not in caught.value.message
        assert command[0] in caught.value.message
    with pytest.raises(NoScript):
        await host.engine.beside("web", host.image, ["/bin/sh", "/netc/never"])
    assert await host.held() == before


async def one_that_takes_too_long_is_ended(host: Host) -> None:
    await host.run("web")
    before = await host.held()
    async with asyncio.timeout(15):
        with pytest.raises(
            NetcError, match=r"sleep 60 .*beside web .*longer than 0\.5 s"
        ) as caught:
            await host.engine.beside("web", host.image, ["sleep", "60"], seconds=0.5)
    assert caught.value.code is Exit.FAILED
    assert await host.held() == before


async def it_is_neither_listed_nor_told_of(host: Host) -> None:
    await host.run("web")
    events = await listening(host)
    before, listed = await host.held(), await host.engine.containers()
    task = asyncio.create_task(host.engine.beside("web", host.image, ["sleep", "3"], seconds=10))
    seen = await until(host.held, lambda held: held > before, 10)
    (helper,) = seen - before
    now = await host.engine.containers()
    assert [one.id for one in now] == [one.id for one in listed]
    assert await host.engine.container(helper) is None
    assert await task == ""
    await asyncio.sleep(0.3)
    assert events.take() == []
    assert await host.held() == before


async def beside_what_is_not_there_there_is_none(host: Host) -> None:
    await host.run("web")
    before = await host.held()
    with pytest.raises(Gone):
        await host.engine.beside("nobody", host.image, ["true"])
    with pytest.raises(NoImage):
        await host.engine.beside("web", "netc-sidecar:never-built", ["true"])
    assert await host.held() == before


async def beside_what_does_not_run_there_is_none(host: Host) -> None:
    await host.make("web")
    before = await host.held()

    async def refused() -> None:
        with pytest.raises(NotRunning):
            await host.engine.beside("web", host.image, ["true"])
        assert await host.held() == before

    await refused()
    await host.start("web")
    assert await host.engine.beside("web", host.image, ["true"]) == ""
    await host.stop("web")
    await refused()


async def beside_one_that_is_paused_there_is(host: Host) -> None:
    await host.run("web")
    await host.pause("web")
    assert await host.engine.beside("web", host.image, ["echo", "x"]) == "x\n"
    await host.unpause("web")


async def beside_what_has_no_network_of_its_own_there_is(host: Host) -> None:
    await host.run("printer", mode="host")
    await host.run("alone", mode="none")
    for name in ("printer", "alone"):
        assert await host.engine.beside(name, host.image, ["echo", "x"]) == "x\n"


async def a_link_that_is_down_does_not_matter(host: Host) -> None:
    await host.run("web")
    planned = await own(host)
    await host.engine.start(planned.name)
    await host.stop("web")
    assert await host.engine.beside(planned.name, host.image, ["echo", "x"]) == "x\n"
