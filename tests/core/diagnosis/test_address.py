"""The lease, and who else has the address."""

from typing import Any

import msgspec
import pytest

from netc_tui.core.health import Health, State
from netc_tui.core.lease import Phase
from netc_tui.core.path import Check
from netc_tui.core.protocol import Said

from .facts import NOW, OWN, SERVER, codes, event, lines, look

NONE = msgspec.structs.replace(SERVER, offer=None, prefix=None, gateway=None)
OTHER = msgspec.structs.replace(SERVER, address="192.168.77.66", mac="02:00:00:00:00:66")
SILENCE = "no DHCP server answers, or none has an address left"


def without(servers: Any, **facts: Any) -> Check:
    """A look at one that has no lease, since nobody answers it."""
    health = Health(State.BROKEN, "address", SILENCE, NOW)
    return look(
        own={"ip": None, "prefix": None, "gateway": None, "server": None, "health": health},
        probe={"own": ("broken", "address", SILENCE), "code": "N201", "gateway": "none"},
        servers=servers,
        **facts,
    )


def test_why_there_is_no_lease() -> None:
    assert codes(without(())) == ["N201"]
    assert codes(without("it needs root")) == ["N201"]
    assert codes(without((NONE,))) == ["N202"]
    naks = [event(Said.NAK, seconds) for seconds in (5, 50)]
    assert codes(without("it needs root", events=naks)) == ["N204"]
    assert codes(without("it needs root", events=naks[:1])) == ["N201"]
    old = [event(Said.NAK, 900), event(Said.NAK, 901)]
    assert codes(without("it needs root", events=old)) == ["N201"]


def test_what_the_network_container_says_itself() -> None:
    told = ("broken", "address", "02:00:00:00:00:09 has the address 192.168.77.10 too")
    assert codes(look(probe={"own": told, "code": "N205"})) == ["N205"]
    assert codes(look(probe={"own": told})) == ["N219"], "an older one has no codes"


def test_somebody_else_has_the_address() -> None:
    check = look(probe={"holders": ("02:00:00:00:00:09",)})
    assert codes(check) == ["N205"]
    assert check.broken is not None
    assert "02:00:00:00:00:09" in check.broken.said


@pytest.mark.parametrize(
    ("addresses", "found"),
    [
        (("192.168.77.3/24",), []),
        (("10.0.0.1/8", "192.168.77.3/24"), []),
        (("192.168.0.3/16",), ["N207"]),
        (("192.168.77.3/25",), ["N207"]),
        (("10.0.0.1/8",), ["N208"]),
        ((), []),
    ],
)
def test_the_netmask(addresses: tuple[str, ...], found: list[str]) -> None:
    assert codes(look(host={"addresses": addresses})) == found


def test_several_servers() -> None:
    check = look(servers=(SERVER, OTHER))
    assert codes(check) == ["N203"]
    assert "192.168.77.66 (02:00:00:00:00:66)" in check.findings[0].cause
    assert codes(look(servers=(OTHER,))) == ["N203"], "the lease is of another one"
    twin = msgspec.structs.replace(SERVER, mac="02:00:00:00:00:66")
    assert codes(look(servers=(SERVER, twin))) == [], "a pair of relays"
    stranger = msgspec.structs.replace(twin, prefix=16, gateway="192.168.77.66")
    assert codes(look(servers=(SERVER, stranger))) == ["N203"], "under the address of the first"
    rogue = event(Said.ROGUE, 20, "192.168.77.66 answered, too")
    assert codes(look(servers="it needs root", events=(rogue,))) == ["N203"]
    old = event(Said.ROGUE, 2000, "192.168.77.66 answered, too")
    assert codes(look(servers="it needs root", events=(old,))) == []


def test_a_server_that_is_away_while_the_lease_runs() -> None:
    check = look(servers=())
    assert codes(check) == ["N814"]
    assert check.findings[0].remedy == f"netc renew {OWN.service}"
    assert check.state is State.DOUBTFUL
    check = look(own={"phase": Phase.REBINDING})
    assert codes(check) == ["N212"]


def test_without_root_it_is_told_that_nobody_was_asked() -> None:
    assert "DHCP servers: not checked (it needs root)" in lines(look(servers="it needs root"))
