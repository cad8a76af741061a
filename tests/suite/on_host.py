"""Helpers on the network of the engine's host: one that ends, and one that stays."""

import asyncio

import pytest

from netc_tui import sidecar
from netc_tui.core import links
from netc_tui.engine import NoImage, Refused
from tests.suite.events import listening
from tests.suite.host import Host, until


async def one_that_ends_tells_the_host_s_links_and_is_gone(host: Host) -> None:
    before = await host.held()
    printed = await host.engine.on_host(host.image, sidecar.interfaces("once"))
    found = {link.name: link for link in links.parse(printed)}
    assert found["lo"].loopback
    assert found[host.interface].ether
    assert await host.held() == before


async def one_that_fails_is_refused(host: Host) -> None:
    before = await host.held()
    with pytest.raises(Refused) as caught:
        await host.engine.on_host(host.image, ["false"])
    assert "on the host's network" in caught.value.message
    assert await host.held() == before


async def without_an_image_there_is_none(host: Host) -> None:
    before = await host.held()
    with pytest.raises(NoImage):
        await host.engine.on_host("netc-sidecar:never-built", ["true"])
    with pytest.raises(NoImage):
        async for _ in host.engine.staying("netc-sidecar:never-built", ["true"]):
            pass
    assert await host.held() == before


async def one_that_stays_tells_until_it_is_closed(host: Host) -> None:
    before, listed = await host.held(), await host.engine.containers()
    events = await listening(host)
    told = host.engine.staying(host.image, sidecar.interfaces("stay"))
    lines: list[bytes] = []
    async with asyncio.timeout(20):
        async for line in told:
            if not line:
                break
            lines.append(line)
    names = [link.name for link in links.parse(b"\n".join(lines).decode())]
    assert host.interface in names
    (helper,) = await host.held() - before
    assert [one.id for one in await host.engine.containers()] == [one.id for one in listed]
    assert await host.engine.container(helper) is None
    told.close()
    await until(host.held, lambda held: held == before)
    assert events.take() == []


async def one_that_stays_ends_with_its_engine(host: Host) -> None:
    before = await host.held()
    told = host.engine.staying(host.image, sidecar.interfaces("stay"))
    async with asyncio.timeout(60):
        async for line in told:
            if not line:
                break
        async with host.away():
            async for _ in told:
                pass
    await until(host.held, lambda held: held == before)
