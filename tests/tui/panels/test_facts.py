"""Facts, each under its name."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.model import Service
from netc_tui.tui.draw import width
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels.facts import LABEL, about_service, folded
from tests.core.samples import WEB
from tests.tui.drawn import plain, services


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
