"""The first hop."""

from typing import Any

import pytest

from netc_tui.core.diagnosis.facts import Neighbour
from netc_tui.core.health import Health, State

from .facts import NOW, SERVER, codes, lines, look


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ({"there": False, "up": False}, "N103"),
        ({"up": False, "carrier": False}, "N101"),
        ({"carrier": False}, "N102"),
        ({"unfit": "it is wireless"}, "N109"),
    ],
)
def test_an_interface_that_cannot_carry_it_is_the_cause(host: dict[str, Any], code: str) -> None:
    told = ("broken", "lan", "no carrier: the host's interface is down or has no cable")
    check = look(host=host, probe={"own": told, "code": "N102", "gateway": "silent"})
    assert codes(check) == [code]
    assert check.broken is not None
    assert "eth1" in check.broken.said


def test_a_link_that_was_taken_away_is_no_interface_that_is_gone() -> None:
    told = ("broken", "lan", "the link to the LAN is gone")
    gone = {"own": told, "code": "N103", "gateway": "none"}
    check = look(probe=gone)
    assert codes(check) == ["N108"]
    assert check.findings[0].remedy == "netc up web eth1"
    assert codes(look(probe=gone, host={"there": False})) == ["N103"]
    assert codes(look(probe=gone, host="elsewhere")) == ["N103"]


def test_a_bridge_that_is_filtered_is_told_and_is_no_fault() -> None:
    """What a macvlan on it gets meets neither FORWARD nor INPUT of the host."""
    check = look(host={"filters": True})
    assert codes(check) == []
    assert "PREROUTING" in lines(check)[0]


def test_a_silent_gateway() -> None:
    nobody = {"gateway": Neighbour("failed")}
    assert codes(look(probe={"gateway": "silent"}, host=nobody)) == ["N104"]
    assert codes(look(probe={"gateway": "silent"}, host="elsewhere")) == ["N104"]
    told = ("broken", "lan", "the gateway 192.168.77.1 does not answer")
    check = look(probe={"gateway": "silent", "own": told, "code": "N104"}, host=nobody)
    assert codes(check) == ["N104"]
    assert "link on the LAN: up" in lines(check)
    told = ("broken", "lan", "the gateway is the Docker host itself")
    assert codes(look(probe={"gateway": "silent", "own": told, "code": "N106"})) == ["N106"]


def test_a_gateway_that_answers_the_host_alone() -> None:
    check = look(probe={"gateway": "silent"})
    assert codes(check) == ["N105"]
    assert check.broken is not None
    assert "02:00:00:00:00:01" in check.broken.said


def test_a_dhcp_server_that_answers_the_host_alone() -> None:
    cut = Health(State.BROKEN, "address", "no DHCP server answers", NOW)
    own = {"ip": None, "gateway": None, "health": cut}
    probe = {"own": ("broken", "address", "no DHCP server answers"), "code": "N201"}
    check = look(own=own, probe={**probe, "gateway": "none"}, servers=(SERVER,))
    assert codes(check)[0] == "N105"


def test_a_lease_without_a_gateway_is_no_fault() -> None:
    check = look(own={"gateway": None}, probe={"gateway": "none"})
    assert codes(check) == []
    assert not [line for line in lines(check) if line.startswith("gateway")]


def test_what_breaks_nothing_is_told_as_doubtful() -> None:
    check = look(own={"warning": "ip6tables does not work here; IPv6 is not filtered"})
    assert (codes(check), check.state) == (["N705"], State.DOUBTFUL)


def test_a_remote_engine() -> None:
    check = look(host="the engine is on another machine")
    assert "interface eth1: not checked (the engine is on another machine)" in lines(check)
    assert codes(check) == []
