"""Desks without any screen: two hosts at once, each with what is its own."""

import pytest

from netc_tui.host import interfaces as host
from netc_tui.operations.up import Request, up
from tests.desk.opened import Open
from tests.tui import simulated
from tests.tui.stage import LINKS, Stage


def test_two_desks_with_the_same_services_know_nothing_of_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host, "names", lambda: tuple(link.name for link in LINKS))

    async def work() -> None:
        stage = Stage()
        engines = [stage.engine(), stage.engine()]
        for engine in engines:
            engine.run("web", ports=("80/tcp",))
        engines[1].run("db", ports=("80/tcp",))
        await up(engines[1], Request("db", "eth1"))  # it has the first address there
        here, there = (Open(engine, stage.clock) for engine in engines)
        await here.until(lambda: here.desk.service("web") is not None)
        await there.until(lambda: there.desk.service("web") is not None)

        here.desk.jobs.on(Request("web", "eth1"))
        assert here.desk.jobs.busy("web")
        assert not there.desk.jobs.busy("web")
        await here.until(lambda: here.address("web") is not None)
        assert there.address("web") is None
        assert there.desk.notes.of("web") == ()
        there.desk.jobs.on(Request("web", "eth2"))
        await there.until(lambda: there.address("web") is not None)
        assert here.address("web") != there.address("web")
        here.desk.interface = "eth0"
        assert there.desk.interface == "eth1"

        # One engine goes; the other desk goes on.
        engines[0].away = "no answer"
        await here.until(lambda: here.desk.site.connection.error is not None)
        assert there.desk.site.connection.alive
        await there.until(lambda: not there.desk.jobs.under_way)
        there.desk.jobs.off("web")
        await there.until(lambda: there.address("web") is None)
        here.close()
        there.close()

    simulated.run(work())
