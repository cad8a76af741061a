"""The way back."""

from netc_tui.core.diagnosis.facts import Neighbour
from netc_tui.core.health import State

from .facts import codes, look


def test_answers_that_do_not_come_back() -> None:
    check = look(probe={"stuck": {"10.9.9.9": 2, "10.9.9.8": 1}})
    assert codes(check) == ["N603"]
    assert "3 of 10.9.9.9, 10.9.9.8" in check.findings[0].cause
    assert check.state is State.DOUBTFUL


def test_a_smaller_mtu() -> None:
    assert codes(look(probe={"large": "lost"})) == ["N604"]
    assert codes(look(probe={"large": None})) == []


def test_ports_that_are_not_forwarded() -> None:
    check = look(probe={"unforwarded": (9, 2)}, published=(80, 8080))
    assert codes(check) == ["N605"]
    assert "Docker publishes 8080," in check.findings[0].cause
    assert codes(look(probe={"unforwarded": (9, 0)}, published=(8080,))) == [], "of another time"


def test_this_host_as_the_client() -> None:
    check = look(host={"address": Neighbour("failed")})
    assert codes(check) == ["N601"]
    assert check.findings[0].remedy == "netc route add web"
    assert codes(look(host={"address": Neighbour("failed"), "routed": True})) == []
    assert codes(look(host={"address": Neighbour("stale", "02:00:00:00:00:01")})) == []


def test_a_neighbour_with_an_old_mac() -> None:
    check = look(host={"astray": (("192.168.77.9", "02:00:00:00:00:99"),)})
    assert codes(check) == ["N602"]
    assert "192.168.77.9 sends to 02:00:00:00:00:99" in check.findings[0].cause
