"""This machine's interfaces, anew after each change."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from netc_tui.host import interfaces as host
from netc_tui.host import session
from netc_tui.operations.live import interfaces
from netc_tui.operations.live.interfaces import Links
from tests.machine import LINKS, link
from tests.tui import simulated


def test_only_what_is_other_than_before_is_delivered_and_not_too_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    up, down = Links(LINKS), Links((link("eth0", carrier=False),))
    there = iter((up, up, down, down, up))
    looks: list[float] = []
    found: list[Links] = []

    async def changes() -> AsyncIterator[None]:
        for _ in range(5):
            yield

    def look() -> Links:
        looks.append(loop[0].time())
        return next(there)

    loop: list[asyncio.AbstractEventLoop] = []

    async def work() -> None:
        loop.append(asyncio.get_running_loop())
        await interfaces.watch(found.append)

    monkeypatch.setattr(interfaces, "changes", changes)
    monkeypatch.setattr(interfaces, "look", look)
    simulated.run(work())
    assert found == [up, down, up]
    pauses = [after - one for one, after in itertools.pairwise(looks)]
    assert pauses == pytest.approx([interfaces.SETTLE] * 4)


@pytest.mark.parametrize(("address", "name"), [("10.0.0.5", "eth0"), ("10.9.9.9", None)])
def test_the_interface_of_the_session_is_known(
    monkeypatch: pytest.MonkeyPatch, address: str, name: str | None
) -> None:
    links = (link("eth0", addresses=("10.0.0.5/8",)), link("eth1", 3))
    monkeypatch.setattr(host, "links", lambda *_: links)
    monkeypatch.setattr(session, "session_address", lambda *_: address)
    assert interfaces.look() == Links(links, name)
