"""Facts, each under its name."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import memos
from netc_tui.core.keeping import Written
from netc_tui.core.memos import BEAT, SILENT, Trouble
from netc_tui.core.model import Care, Keeping, Service
from netc_tui.tui.draw import width
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels.facts import LABEL, about_service, at_work, folded, kept
from tests.core.samples import WEB
from tests.tui.drawn import KEEPINGS, plain, services
from tests.tui.simulated import BEGIN


@given(st.text("ab c,-", max_size=200), st.integers(LABEL + 20, 120))
def test_a_long_value_goes_on_below_itself(value: str, columns: int) -> None:
    first, *more = [plain(line) for line in folded("image", value, columns)]
    assert first.startswith("image ")
    assert all(line[:LABEL].strip() == "" for line in more)
    said = "".join(line[LABEL:] for line in (first, *more))
    assert "".join(said.split()) == "".join(value.split())
    assert max(len(line) for line in (first, *more)) <= columns


@given(services(), st.integers(LABEL + 20, 120))
def test_what_docker_knows_fits_and_says_nothing_of_what_it_has_not(
    service: Service, columns: int
) -> None:
    lines = about_service(service, columns, UNICODE)
    assert all(width(line) <= columns for line in lines)
    names = [plain(line)[:LABEL].strip() for line in lines]
    assert ("Compose" in names) == bool(service.project)
    assert names[0] == "state"


def test_of_a_service_that_is_gone_docker_knows_nothing() -> None:
    assert about_service(msgspec.structs.replace(WEB, id=None), 80, UNICODE) == []


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("host", "network   the host's own"),
        ("none", "network   none: nothing reaches it"),
        ("container:0123456789abcdef", "network   that of container 0123456789ab"),
        ("bridge", None),
        ("", None),
    ],
)
def test_a_service_without_networks_of_its_own_says_what_it_has(
    mode: str, said: str | None
) -> None:
    service = msgspec.structs.replace(WEB, network_mode=mode)
    lines = [plain(line) for line in about_service(service, 80, UNICODE)]
    assert (said in lines) if said else not any(line.startswith("network") for line in lines)


@given(KEEPINGS, st.integers(LABEL + 20, 120))
def test_who_keeps_it_is_told_where_its_labels_have_to_do_with_it(
    keeping: Keeping, columns: int
) -> None:
    lines = kept(msgspec.structs.replace(WEB, keeping=keeping), columns)
    assert bool(lines) == (keeping.asks or keeping.kept is Care.BY_LABELS)
    assert all(width(line) <= columns for line in lines)
    said = "".join(plain(line)[LABEL:] for line in lines)
    assert "".join(said.split()) == ("".join(str(keeping).split()) if lines else "")
    assert kept(WEB, columns) == []


def test_a_watcher_s_facts_and_all_its_troubles() -> None:
    refused = Trouble("vain", "labels may not ask for that", refused=True)
    over = Trouble("shop", "no lease")

    def said(*troubles: Trouble, last: Trouble, ago: timedelta = timedelta()) -> list[str]:
        memo = memos.watcher(BEGIN - 9 * BEAT, BEGIN - ago, "1.2", troubles, last, BEGIN - BEAT)
        return [plain(line).rstrip() for line in at_work(Written.of((memo,), BEGIN), 80)]

    well = said(last=over)
    assert well[0] == "version   1.2"
    assert [line.split()[0] for line in well] == ["version", "since", "heard", "last"]
    assert well[-1].endswith(" shop: no lease")
    assert said(refused, last=refused)[-1] == "trouble   vain: labels may not ask for that"
    assert "systemctl status netc-watch" in "".join(said(last=over, ago=SILENT + BEAT))
    many = [msgspec.structs.replace(refused, service=f"s{at}") for at in range(memos.TROUBLES + 2)]
    assert said(*many, last=many[0])[-1].strip() == "and 2 more services"
    assert at_work(Written.of((), BEGIN), 80) == []
