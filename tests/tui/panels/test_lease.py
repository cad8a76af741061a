"""The lease, as it is shown, and what is to be done about it."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.lease import Phase
from netc_tui.core.model import NetworkContainer
from netc_tui.desk.job import Job
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels import lease
from netc_tui.tui.panels.panel import Room, Snapshot
from netc_tui.tui.widgets.lines import Lines
from tests.core.samples import ONE, WEB
from tests.tui.acts import is_on
from tests.tui.drawn import HINTS, JOBS, Asked, plain
from tests.tui.simulated import BEGIN
from tests.tui.stage import Stage


async def test_a_stopped_service_is_told_how_to_be_turned_on(stage: Stage) -> None:
    async with stage.open(stopped=True, interface="eth1") as ui:
        await ui.go("old")
        assert "It does not run (exited). Start it" in ui.words("#lease")
        await ui.press("space")
        await ui.pause()
        assert "start it: docker start old" in ui.plan
        await ui.press("enter", "escape")
        await ui.idle()
        assert not is_on(ui.engine, "old")


ANY_TIME = st.one_of(
    st.none(), st.integers(-90000, 90000).map(lambda at: BEGIN + timedelta(seconds=at))
)
COMPANIONS = st.builds(
    lambda phase, times, ip, message: msgspec.structs.replace(
        ONE,
        phase=phase,
        ip=ip,
        message=message,
        bound_at=times[0],
        renew_at=times[1],
        rebind_at=times[2],
        expires_at=times[3],
    ),
    st.sampled_from(tuple(Phase)),
    st.tuples(ANY_TIME, ANY_TIME, ANY_TIME, ANY_TIME),
    st.sampled_from((None, "10.0.0.1")),
    st.sampled_from((None, "a long story " * 9)),
)


@given(COMPANIONS, JOBS, st.integers(1, 120))
def test_the_lease_panel_makes_something_of_any_times(
    own: NetworkContainer, job: Job | None, columns: int
) -> None:
    one = msgspec.structs.replace(WEB, network_container=own)
    lines = lease.lines(Snapshot(service=one, now=BEGIN, job=job), Room(columns, UNICODE, HINTS))
    said = "\n".join(map(plain, lines))
    assert ("10.0.0.1" in said) == (own.ip is not None)
    assert sum(" in " in plain(line) for line in lines) <= 1
    if job is not None and job.error is not None:
        assert job.error in said.replace("\n", "")


async def test_the_countdown_draws_itself_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.open(size=(120, 40)) as ui:
        await ui.go("web")
        await ui.pause(5)
        every = [Asked(one, monkeypatch) for one in ui.app.main.query(Lines)]
        await ui.pause(1)
        assert sum(one.whole for one in every) == 0
        (region,) = [region for one in every for region in one.regions]
        assert region.height == 1
        assert region.width <= 8


async def test_a_network_container_is_paused(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        address = ui.engine.own("web").lease["ip"]
        ui.engine.pause("netc-web")
        await ui.pause(1)
        assert f"□ bound, paused {address}" in ui.row("web")
        assert "its lease is not renewed: docker unpause" in ui.words("#lease")
        await ui.press("r")
        await ui.pause(1)
        assert ui.message == "web: netc-web is paused; let it go on with: docker unpause netc-web"
