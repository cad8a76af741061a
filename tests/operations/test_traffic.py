"""What has passed, read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netc_tui.core.traffic import Carried, Counters, Flow
from netc_tui.host.traffic import Readings
from netc_tui.operations.traffic import traffic
from tests.core.saying import BEGIN
from tests.machine import run
from tests.operations.turning import turn_on, world

OPEN = Path("/proc/self/fd")
pytestmark = pytest.mark.usefixtures("machine")


def test_it_is_read_where_the_engine_is_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Mapping[str, str]] = []

    def read(_: Any, wanted: Mapping[str, str]) -> dict[str, Counters]:
        if wanted:
            asked.append(wanted)
        link, back = Carried(3, 300, 2, 200), Carried(2, 200, 3, 300)
        return {id: Counters(1, BEGIN, 5, link, back) for id in wanted}

    monkeypatch.setattr(Readings, "read", read)

    async def scenario() -> None:
        engine = world()
        own = await turn_on(engine, "web")
        box = engine.own("web")
        found = await traffic(engine, own)
        assert found is not None
        assert (found.total, found.since) == (Flow(3, 300, 2, 200), BEGIN)
        assert asked == [{box.id: box.addresses["bridge"]}]
        engine.stop("netc-web")
        assert await traffic(engine, own) is None
        engine.start_again("netc-web")
        engine.engine = msgspec.structs.replace(engine.engine, local=False)
        assert await traffic(engine, own) is None
        engine.discard("netc-web")
        engine.engine = msgspec.structs.replace(engine.engine, local=True)
        assert await traffic(engine, own) is None

    run(scenario())


def test_what_cannot_be_read_is_not_known_and_leaves_nothing_open() -> None:
    engine = world()
    own = run(turn_on(engine, "web"))
    before = len(list(OPEN.iterdir()))
    assert run(traffic(engine, own)) is None
    assert len(list(OPEN.iterdir())) == before
