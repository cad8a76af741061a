"""What the columns of the table say."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.lookup import InDns, Pointing
from netc_tui.core.model import Care, Keeping, Service
from netc_tui.core.traffic import Flow, Traffic
from netc_tui.desk.jobs import Job
from netc_tui.operations.up import Request, up
from netc_tui.settings.declared import Sort
from netc_tui.tui.columns import (
    COLUMNS,
    RATE,
    SORTS,
    TROUBLE,
    Shown,
    dns_cell,
    fit_rate,
    lan_cell,
    per_second,
    traffic_cell,
)
from netc_tui.tui.draw import Cell
from netc_tui.tui.glyphs import UNICODE
from tests.core.samples import WEB
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


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0/s"),
        (0.04, "<0.1/s"),
        (0.4, "0.4/s"),
        (9.94, "9.9/s"),
        (12, "12/s"),
        (99_400, "99.4k/s"),
    ],
)
def test_a_rate_has_seven_cells(number: float, said: str) -> None:
    assert per_second(number) == said
    assert len(said) <= RATE


@given(st.floats(0, 1e12))
def test_whatever_the_rate(number: float) -> None:
    assert len(per_second(number)) <= RATE


def in_dns(pointing: Pointing, *addresses: str, name: str = "web.home.lan") -> InDns:
    return InDns(address="192.168.77.10", name=name, pointing=pointing, addresses=addresses)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, ("-", "dim")),
        (in_dns(Pointing.HERE, "192.168.77.10"), ("● web.home.lan", "ok")),
        (
            in_dns(Pointing.ALSO, "192.168.77.10", "192.168.77.66"),
            ("◐ also: 192.168.77.66", "warn"),
        ),
        (in_dns(Pointing.ELSEWHERE, "192.168.77.66"), ("✗ elsewhere: 192.168.77.66", "warn")),
        (in_dns(Pointing.NOWHERE), ("○ none", "dim")),
        (in_dns(Pointing.UNKNOWN), ("□ unknown", "dim")),
        (in_dns(Pointing.HERE, name="w\x1b[7m.lan"), ("● w?[7m.lan", "ok")),
    ],
)
def test_the_name_is_told_with_a_sign_or_where_it_leads(found: InDns | None, said: Cell) -> None:
    assert dns_cell(Shown(WEB, None, BEGIN, UNICODE, None, found)) == said


async def test_names_have_a_column_where_there_are_some_and_room(stage: Stage) -> None:
    stage.tells |= {"domain": "home.lan", "dns": "192.168.77.1"}
    stage.in_dns["dns"] = {"pointing": Pointing.ELSEWHERE, "addresses": ("192.168.77.66",)}
    async with stage.open(size=(132, 40)) as ui:
        assert "DNS NAME" not in ui.text, "nothing is told yet"
        await ui.until("DNS NAME")
        await ui.until("● web.home.lan")
        await ui.pause(2)
        assert "✗ elsewhere: 192.168.77.66" in ui.row("dns")
        assert "● shop-web-1.home.lan" in ui.row("shop-web-1")
        assert "●" not in ui.row("db")
        await ui.press("slash")
        await ui.type("elsewhere")
        assert ui.rows == ["dns"]
        await ui.press("escape")
        ui.app.main.listing.sort = "dns"
        ui.app.main.show_rows()
        assert ui.rows[:3] == ["dns", "shop-web-1", "web"], "what is wrong first"
        await ui.pilot.resize_terminal(119, 40)
        await ui.pause(1)
        assert "DNS NAME" not in ui.text
    stage.tells.clear()
    stage.looks.clear()
    async with stage.open(size=(200, 60)) as ui:
        await ui.pause(30)
        assert "DNS NAME" not in ui.text
        assert "more" not in ui.line("LAN ADDRESS"), "a wider terminal has no more"
        assert stage.looks == []


async def test_names_give_way_first_and_go_before_any_other_is_cut(stage: Stage) -> None:
    stage.tells |= {"domain": "home.lan"}
    stage.passing = {"web": 30}
    async with stage.open(size=(120, 40)) as ui:
        await ui.pause(30)
        assert "● web.home.lan" in ui.row("web")
        assert "● shop-web-1.…" in ui.row("shop-web-1")
        assert "30/s  " in ui.row("web")
        assert "█" in ui.row("web")
        ui.engine.run("a-service-with-a-name", ports=("8000/tcp", "8443/tcp"))
        await ui.until("a-service-with-a-name")
        assert "DNS NAME" not in ui.text
        assert "█" in ui.row("web")
        await ui.pilot.resize_terminal(160, 40)
        await ui.pause(1)
        assert "● web.home.lan" in ui.row("web"), "of an image a part will do"
        assert "IMAGE" in ui.text
        await ui.pilot.resize_terminal(200, 40)
        await ui.pause(1)
        assert "● shop-web-1.home.lan" in ui.row("shop-web-1")


def passing(rate: float, *history: float | None) -> Traffic:
    return Traffic(BEGIN, Flow(), Flow(rate, 100 * rate, 0, 0), history)


def cell(traffic: Traffic | None) -> Cell:
    return traffic_cell(Shown(WEB, None, BEGIN, UNICODE, traffic))


def test_what_passes_is_a_rate_and_how_it_went() -> None:
    assert cell(None) == ("      -", "dim")
    assert cell(Traffic(BEGIN, Flow(1, 1, 1, 1))) == ("      -", "dim"), "no rate yet"
    assert cell(passing(0)) == ("    0/s       ", "dim")
    rising = [float(at * 7) for at in range(6)]
    assert cell(passing(12, *rising)) == ("   12/s ▁▂▄▅▇█", "ok")
    assert cell(passing(0, 700.0, 700.0, *[0.0] * 6))[0] == "    0/s       ", "long over"
    assert cell(passing(3, 5.0, None, None))[0] == "  3.0/s    █  "


def test_without_room_only_the_rate_is_left() -> None:
    whole = cell(passing(12, *[1.0] * 6))[0]
    assert fit_rate(whole, 14, "…") == whole
    for columns in range(7, 14):
        assert fit_rate(whole, columns, "…") == f"{'   12/s':{columns}}"


async def test_the_rate_of_what_passes_is_in_its_row_and_goes_with_it(stage: Stage) -> None:
    stage.passing = {"web": 30, "dns": 0}
    async with stage.open() as ui:
        await ui.pause(30)
        assert "30/s " in ui.row("web")
        assert "█" in ui.row("web")
        assert " 0/s " in ui.row("dns")
        assert "/s " not in ui.row("shop-web-1"), "it cannot be read"
        assert "/s " not in ui.row("db"), "it is off"
        ui.engine.stop("netc-web")
        await ui.until("stopped")
        assert "/s " not in ui.row("web")
        ui.engine.start_again("netc-web")
        await ui.pause(20)
        assert "30/s " in ui.row("web")
        ui.engine.away = "no answer"
        await ui.pause(1)
        assert not any("/s " in ui.row(name) for name in ui.rows)


async def test_it_is_there_only_where_no_other_is_cut_for_it(stage: Stage) -> None:
    stage.passing = {"web": 30}
    async with stage.open(size=(80, 24)) as ui:
        await ui.pause(10)
        assert "TRAFFIC" not in ui.text
        await ui.press("slash")
        await ui.type("eth1")
        await ui.pause(10)
        assert "TRAFFIC" in ui.text
        assert "   30/s  " in ui.row("web")


async def test_who_keeps_services_has_a_column_where_labels_ask_and_there_is_room(
    stage: Stage,
) -> None:
    async with stage.open(await stage.labelled(), size=(120, 40)) as ui:
        words = {
            "web": "by hand",
            "shop": "by labels",
            "mail": "by hand",
            "wiki": "left off",
            "forum": "refused",
            "batch": "waits",
            "typo": "refused",
        }
        at = ui.line("KEPT").index("KEPT")
        assert {name: ui.row(name)[at : at + 9].rstrip() for name in ui.rows} == words
        await ui.press("slash")
        await ui.type("refused")
        assert ui.rows == ["forum", "typo"]
    async with stage.open(size=(120, 40)) as ui:
        assert "KEPT" not in ui.text


async def test_in_a_small_terminal_what_is_off_says_why_in_its_row(stage: Stage) -> None:
    async with stage.open(await stage.labelled(), size=(80, 24)) as ui:
        assert "KEPT" not in ui.text
        assert "○ off, left off: an operator" in ui.row("wiki")
        assert "○ off, refused: labels may" in ui.row("forum")
        assert "○ off, refused: netc.prots" in ui.row("typo")
        assert "○ off, waits: netc watch has" in ui.row("batch")
        await ui.go("forum")
        assert "watch.ports allows more" in ui.words("#path")


async def test_what_is_not_as_its_labels_ask_is_sorted_before_what_is(stage: Stage) -> None:
    async with stage.open(await stage.labelled(), sort="trouble") as ui:
        assert ui.rows[:2] == ["forum", "typo"]


@pytest.mark.parametrize("trouble", [False, True])
def test_one_that_is_on_says_what_keeps_it_from_being_as_asked(trouble: bool) -> None:
    keeping = Keeping(Care.BY_LABELS, "no lease (tried 3 times)", asks=True, trouble=trouble)
    shown = msgspec.structs.replace(WEB, keeping=keeping)
    text, style = lan_cell(Shown(shown, None, BEGIN, UNICODE))
    assert text.startswith("● bound 192.168.77.10 eth1")
    assert text.endswith("no lease (tried 3 times)") == trouble
    assert style == ("warn" if trouble else "ok")
