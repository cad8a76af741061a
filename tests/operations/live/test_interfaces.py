"""A host's interfaces, anew after each change: this machine's, and another's."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest

from netc_tui import sidecar
from netc_tui.core.model import Image
from netc_tui.engine import Refused
from netc_tui.host import interfaces as host
from netc_tui.host import session
from netc_tui.operations.live import interfaces
from netc_tui.operations.live.interfaces import AGAIN, Links, watch_there
from tests.machine import LINKS, link
from tests.tui import simulated
from tests.twin import LOCAL, FakeEngine


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


# --- another machine's

FAR = msgspec.structs.replace(LOCAL, name="far", local=False)
IMAGE = sidecar.image()


def watched(
    engine: FakeEngine, work: Callable[[list[Links]], Awaitable[None]], built: bool = True
) -> list[Links]:
    """What is delivered while that goes on."""
    if built:
        engine.images[IMAGE] = Image("sha256:x", {})

    async def whole() -> list[Links]:
        found: list[Links] = []
        task = asyncio.create_task(watch_there(engine, found.append))
        await asyncio.sleep(1)
        await work(found)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert engine.boxes == {}, "its helper is gone"
        return found

    return simulated.run(whole())


def test_another_machine_s_are_told_as_they_change() -> None:
    engine = FakeEngine(FAR)
    dark = (link("eth0", carrier=False),)

    async def work(found: list[Links]) -> None:
        assert found == [Links(LINKS)]
        engine.relink(*LINKS)  # the same again
        engine.relink(*dark)
        await asyncio.sleep(1)

    assert watched(engine, work) == [Links(LINKS), Links(dark)]


def test_a_helper_that_ended_is_made_again() -> None:
    engine = FakeEngine(FAR)

    async def work(found: list[Links]) -> None:
        engine.cut()
        await asyncio.sleep(AGAIN / 2)
        assert engine.calls.count(("staying",)) == 1
        engine.relink(link("eth7"))
        await asyncio.sleep(AGAIN)
        assert engine.calls.count(("staying",)) == 2

    assert watched(engine, work) == [Links(LINKS), Links((link("eth7"),))]


def test_without_netc_s_image_it_says_so_until_there_is_one() -> None:
    engine = FakeEngine(FAR)

    async def work(found: list[Links]) -> None:
        (first,) = found
        assert first.all == ()
        assert (
            "of far are not known before netc's image is there: netc image build" in first.unknown
        )
        await asyncio.sleep(3 * AGAIN)
        assert len(found) == 1, "it is said once"
        engine.images[IMAGE] = Image("sha256:x", {})
        await asyncio.sleep(2 * AGAIN)

    assert watched(engine, work, built=False)[1:] == [Links(LINKS)]


@pytest.mark.parametrize(
    ("facts", "words"), [({"rootless": True}, "rootless"), ({"desktop": True}, "Docker Desktop")]
)
def test_an_engine_without_a_host_s_says_why(facts: dict[str, bool], words: str) -> None:
    async def work(found: list[Links]) -> None:
        await asyncio.sleep(3 * AGAIN)

    engine = FakeEngine(msgspec.structs.replace(FAR, **facts))
    (only,) = watched(engine, work)
    assert words in only.unknown


def test_a_helper_that_cannot_be_is_told_and_an_engine_that_is_away_is_not() -> None:
    engine = FakeEngine(FAR)

    def before(call: tuple[str, ...]) -> None:
        if call[0] == "image":
            raise Refused("Docker: no space")

    async def work(found: list[Links]) -> None:
        engine.away = "gone"
        await asyncio.sleep(3 * AGAIN)
        assert found == [Links(LINKS)]
        engine.away, engine.before = None, before
        await asyncio.sleep(3 * AGAIN)

    assert watched(engine, work)[1].unknown == "Docker: no space"
