"""What the columns of the table say."""

from typing import get_args

from hypothesis import given

from netc_tui.core.model import Service
from netc_tui.desk.jobs import Job
from netc_tui.operations.up import Request, up
from netc_tui.settings.declared import Sort
from netc_tui.tui.columns import COLUMNS, SORTS, TROUBLE, Shown, lan_cell
from netc_tui.tui.glyphs import UNICODE
from tests.tui.drawn import JOBS, services
from tests.tui.simulated import BEGIN
from tests.tui.stage import Stage


async def test_of_one_that_is_on_the_ports_are_those_of_the_lan(stage: Stage) -> None:
    engine = stage.engine()
    for name in ("off", "web"):
        engine.run(name, ports=("80/tcp", "443/tcp"))
    await up(engine, Request("web", "eth1", ports=("8080:80", "53/udp")))
    async with stage.open(engine) as ui:
        assert "  80, 443  " in ui.row("off")
        assert "  8080:80, 53/udp  " in ui.row("web")


@given(services(), JOBS)
def test_no_row_of_a_service_shows_an_address_that_it_has_not(
    one: Service, job: Job | None
) -> None:
    cell = lan_cell(Shown(one, job, BEGIN, UNICODE))[0]
    own = one.network_container
    if own is None or own.ip is None:
        assert "192.168" not in cell


def test_each_column_can_be_sorted_by() -> None:
    assert (*(column.id for column in COLUMNS), TROUBLE) == SORTS == get_args(Sort)
    assert sum(column.gives_way == 0 for column in COLUMNS) == 1
    ranks = [column.gives_way for column in COLUMNS]
    assert len(set(ranks)) == len(ranks)
