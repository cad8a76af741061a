"""What is written down of services, and what is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from netc_tui.core import memos
from netc_tui.core.errors import NetcError
from netc_tui.core.memos import MOST_GONE
from netc_tui.core.wishes import ENABLE
from netc_tui.engine import Conflict
from netc_tui.operations.down import down
from netc_tui.operations.memos import forget, note, remember_off
from tests.machine import run
from tests.operations.turning import turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
YES = {ENABLE: "true"}


def labelled() -> FakeEngine:
    engine = world()
    engine.run("shop", labels=YES)
    return engine


def test_what_is_known_to_be_off_is_not_written_anew() -> None:
    """In between a watcher would see that it is not."""
    engine = labelled()
    for _ in range(2):
        run(down(engine, "shop"))
    assert sum(call[0] in ("write_memo", "remove_memo") for call in engine.calls) == 3
    assert sum(call[0] == "write_memo" for call in engine.calls) == 1


def test_one_that_is_made_anew_under_its_name_stays_off() -> None:
    engine = labelled()
    run(down(engine, "shop"))
    engine.discard("shop")
    engine.run("shop", labels=YES)
    assert "shop" in memos.left_off(run(engine.memos()))


def test_of_services_that_are_gone_not_more_and_more_is_remembered() -> None:
    engine = labelled()

    async def work() -> None:
        for at in range(MOST_GONE + 20):
            service = engine._listed(engine.run(f"job{at}", labels=YES))
            await note(
                engine,
                memos.off(service.name, service.id, NOW + timedelta(seconds=at)),
                await engine.containers(),
            )
            engine.discard(f"job{at}")
        shop = await engine.container("shop")
        assert shop is not None
        await remember_off(engine, shop, await engine.containers())

    run(work())
    off = memos.left_off(run(engine.memos()))
    assert {"shop", f"job{MOST_GONE + 19}", "job20"} <= off
    assert "job19" not in off
    assert len(engine.volumes) == MOST_GONE + 1


def test_a_volume_that_is_in_use_keeps_nobody_from_turning_off_and_on() -> None:
    """Anybody may make one under the name of a memo, and a container that has it."""
    engine = labelled()
    used = [memos.auto("gone", "no container"), memos.auto("shop", "another")]
    engine.volumes |= {memo.name: memo for memo in used}

    def refuse(call: tuple[str, ...]) -> None:
        if call[0] == "remove_memo" and call[1] in kept:
            raise Conflict("volume is in use")

    kept = {memo.name for memo in used}
    engine.before = refuse
    run(turn_on(engine, "shop"))
    assert run(down(engine, "shop"))
    assert "shop" in memos.left_off(run(engine.memos()))
    kept.add(memos.off_name("shop"))
    run(turn_on(engine, "shop"))


def test_that_the_engine_went_away_is_told() -> None:
    engine = labelled()
    engine.away = "no answer"
    with pytest.raises(NetcError, match="no answer"):
        run(forget(engine, ["netc-off-shop"]))
