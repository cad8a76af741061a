"""An engine that is kept: how often it is tried, and since when it is away."""

import asyncio
import itertools
from datetime import timedelta

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import Barred, EngineApi
from netc_tui.operations.live.connection import LONGEST, STEADY, Connection, keep
from tests.tui import simulated
from tests.tui.simulated import BEGIN, Clock
from tests.twin import FakeEngine

AWAY = NetcError("no answer", Exit.ENGINE)


def told(
    lives: list[float], seconds: float, silence: float = 0, why: NetcError = AWAY
) -> list[Connection]:
    """What is delivered in that time, of an engine that answers for so many seconds each time
    that it is tried; 0 for one that does not, which is seen after so many seconds of ``silence``.
    """
    found: list[Connection] = []
    left = iter(lives)

    async def work() -> None:
        engine = FakeEngine()
        life = 0.0

        async def connect() -> EngineApi:
            nonlocal life
            life = next(left, 0.0)
            if not life:
                await asyncio.sleep(silence)
                raise why
            return engine

        async def use(_: EngineApi) -> None:
            await asyncio.sleep(life)
            raise AWAY

        task = asyncio.create_task(keep(connect, use, found.append, Clock()))
        await asyncio.sleep(seconds)
        task.cancel()

    simulated.run(work())
    return found


def pauses(found: list[Connection]) -> list[float]:
    at = [one.retry_at for one in found if one.retry_at is not None]
    return [(after - one).total_seconds() for one, after in itertools.pairwise(at)]


def test_it_is_tried_ever_less_often_and_at_least_every_five_seconds() -> None:
    found = told([], 90)
    assert pauses(found)[:5] == [1, 2, 4, LONGEST, LONGEST]
    assert {one.since for one in found} == {BEGIN}, "away since the first try"


def test_after_a_steady_life_the_first_pause_is_short() -> None:
    before = [0.0] * 5
    found = told([*before, STEADY + 1], 60)
    (back,) = [at for at, one in enumerate(found) if one.alive]
    lost = found[back + 1]
    assert lost.engine is not None
    assert lost.since is not None
    assert lost.retry_at == lost.since + timedelta(seconds=0.5)


def test_one_that_goes_at_once_is_tried_no_more_often_for_that() -> None:
    found = told([0.0] * 5 + [0.1], 60)
    (back,) = [at for at, one in enumerate(found) if one.alive]
    lost = found[back + 1]
    assert lost.since is not None
    assert lost.retry_at == lost.since + timedelta(seconds=LONGEST)


def test_one_that_is_silent_is_tried_again_at_once() -> None:
    found = told([], 90, silence=LONGEST)
    assert pauses(found)[-1] == LONGEST + 0.5


def test_where_the_login_is_refused_it_is_tried_seldom() -> None:
    """Five times in ten minutes, and many a host shuts out whoever comes from there."""
    found = told([], 2000, why=Barred("no", Exit.ENGINE))
    assert pauses(found)[:5] == [120, 240, 300, 300, 300]
    assert found[0].retry_at == BEGIN + timedelta(seconds=60)


def test_a_login_that_is_refused_no_more_is_no_reason_to_wait() -> None:
    found = told([0.0, STEADY + 1], 90, why=Barred("no", Exit.ENGINE))
    first, there, lost = found[:3]
    assert (first.alive, there.alive) == (False, True)
    assert lost.since is not None
    assert lost.retry_at == lost.since + timedelta(seconds=0.5)
