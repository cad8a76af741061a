"""What a netc that was killed left behind goes, and what another one just made stays."""

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.core.patience import GRACE
from netc_tui.operations.up import Request, up
from tests.twin import FakeEngine
from tests.watch.watched import YES, Watched, settle, watched

pytestmark = pytest.mark.usefixtures("machine")
LAN = "netc-lan-eth1"


async def left(host: Watched) -> None:
    """The network of one that was turned off by a netc that did not come to remove it."""
    host.engine.run("web")
    await up(host.engine, Request("web", "eth1"))
    host.engine.discard("netc-web")


def test_a_network_that_nobody_is_on_goes_after_a_moment() -> None:
    async def work(host: Watched) -> None:
        await left(host)
        await settle(GRACE - 1)
        assert LAN in host.engine.nets
        await settle(3)
        assert LAN not in host.engine.nets
        (said,) = (line for line in host.said if "left behind" in line)
        assert LAN in said

    watched(work)


def test_one_that_is_used_by_then_stays() -> None:
    async def work(host: Watched) -> None:
        await left(host)
        await settle(GRACE / 2)
        await up(host.engine, Request("web", "eth1"))
        made = host.engine.nets[LAN].id
        await settle(60)
        assert host.engine.nets[LAN].id == made
        assert not any("left behind" in line for line in host.said)

    watched(work)


def test_what_cannot_be_removed_is_told_and_ends_nothing() -> None:
    engine = FakeEngine()

    def refuse(call: tuple[str, ...]) -> None:
        if call[0] == "remove_network":
            raise NetcError("no")

    async def work(host: Watched) -> None:
        await left(host)
        engine.before = refuse
        await settle(10)
        host.engine.run("shop", labels=YES)
        await settle(5)
        assert set(host.on) == {"shop"}
        assert "left behind, and cannot be removed: no" in host.said

    watched(work, engine)
