"""What `netc up` and `netc down` do and say, on an engine in memory."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from netc_tui import sidecar
from netc_tui.core.errors import Exit
from netc_tui.core.model import Image
from netc_tui.core.wishes import ENABLE
from tests.operations.looking import world

pytestmark = pytest.mark.usefixtures("machine")


def test_up_says_what_it_looked_at(netc: Any) -> None:
    engine = world(ports=("80/tcp", "53/udp"))
    code, out, err = netc(engine, "up", "web", "eth0")
    assert (code, out) == (0, "ip=192.168.77.10\n")
    assert "  gateway 192.168.77.1: answers\n" in err
    assert "  tcp/80: open\n" in err
    assert "  udp/53: not checked (" in err
    assert "  the way from another machine: not checked (" in err


def test_what_nobody_listens_on_is_warned_of_in_the_plan(netc: Any) -> None:
    engine = world(ports=("80/tcp", "53/udp"))
    engine.images[sidecar.image()] = Image("sha256:i")
    engine.prints = lambda name, command: "tcp\n   0: 00000000:0050 00000000:0000 0A\n"
    code, out, err = netc(engine, "up", "web", "eth0", "--dry-run")
    assert (code, err) == (0, "nothing listens on 53/udp in web now\n")
    assert "create container netc-web" in out
    assert netc(engine, "up", "web", "eth0", "--no-check")[0] == 0
    code, _, err = netc(engine, "up", "web", "eth0", "--dry-run")
    assert (code, err) == (0, "nothing to do\n")


def test_up_of_a_path_that_is_broken(netc: Any) -> None:
    engine = world()
    engine.answers["tcp/80"] = "refused"
    for _ in range(2):  # also when it is on already
        code, out, err = netc(engine, "up", "web", "eth0")
        assert (code, out) == (7, "ip=192.168.77.10\n"), "there is a lease, and that is told"
        assert err.splitlines()[-1].startswith("netc: web has the address 192.168.77.10, but")
    assert netc(engine, "up", "web", "eth0", "--no-check")[0] == 0
    code, out, _ = netc(engine, "up", "web", "eth0", "--json")
    document = json.loads(out)
    assert code == 7
    assert document["network_container"]["ip"] == "192.168.77.10"
    assert document["check"]["broken"]["hop"] == "port"
    assert document["check"]["broken"]["what"] == "tcp/80"
    assert document["check"]["unchecked"] == ["the way from another machine"]
    assert json.loads(netc(engine, "up", "web", "eth0", "--json", "--no-check")[1])["check"] is None


def test_the_address_is_printed_before_the_path_is_looked_at(
    netc: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = world()
    seen: list[str] = []

    def probe(ports: Sequence[str]) -> str:
        seen.append(capsys.readouterr().out)
        return "gateway ok\ntcp/80 open\n"

    engine.probe = probe
    assert netc(engine, "up", "web", "eth0")[0] == 0
    assert seen == ["ip=192.168.77.10\n"]


def test_signs_of_life_are_not_printed(netc: Any) -> None:
    engine = world()
    engine.dhcp_delay = 0.3
    start = engine.say

    def say(box: Any, event: str, *more: Any, **facts: Any) -> None:
        start(box, event, *more, **facts)
        if event == "discover":
            start(box, "checked")

    engine.say = say  # type: ignore[method-assign]
    _, _, err = netc(engine, "up", "web", "eth0")
    assert "discover" in err
    assert "checked\n" not in err


def test_a_plan_is_shown_and_nothing_done(netc: Any) -> None:
    engine = world(ports=("80/tcp",))
    before = engine.shape()
    code, out, _ = netc(engine, "up", "web", "eth0", "--dry-run")
    assert code == 0
    assert "create container netc-web" in out
    steps = json.loads(netc(engine, "up", "web", "eth0", "--dry-run", "--json")[1])["steps"]
    assert all(step["step"] in out for step in steps)
    assert engine.shape() == before
    assert netc(engine, "down", "web", "--dry-run") == (0, "", "nothing to do\n")
    netc(engine, "up", "web", "eth0")
    assert "netc-web" in netc(engine, "down", "web", "--dry-run")[1]
    assert engine.own("web").running


def test_down_says_whether_there_was_something(netc: Any) -> None:
    engine = world(ports=("80/tcp",))
    netc(engine, "up", "web", "eth0")
    assert json.loads(netc(engine, "down", "web", "--json")[1])["changed"] is True
    assert netc(engine, "down", "web") == (0, "", "web is off already\n")
    assert json.loads(netc(engine, "down", "web", "--json")[1])["changed"] is False


def test_two_networks_to_reach_it_over_are_one_too_many(netc: Any) -> None:
    asked = ("up", "web", "eth0", "--network", "bridge", "--private-network")
    code, _, err = netc(world(), *asked)
    assert code == Exit.USAGE
    assert "choose one" in err


def test_what_is_turned_off_says_that_it_stays_so_and_how_it_comes_back(netc: Any) -> None:
    engine = world()
    engine.run("shop", labels={ENABLE: "true"})
    netc(engine, "up", "shop", "eth0", "--no-check")
    code, out, err = netc(engine, "down", "shop")
    assert (code, out) == (0, "")
    assert err.splitlines()[-1] == (
        "shop: its labels ask for it, but it stays off; back to its labels with: netc auto shop"
    )
    assert "netc auto" not in netc(engine, "down", "web")[2]
    code, out, err = netc(engine, "auto", "shop")
    assert (code, out, err) == (0, "waits: no netc watch runs here\n", "")
    assert netc(engine, "auto", "shop")[2] == "shop is its labels' already\n"
    document = json.loads(netc(engine, "auto", "shop", "--json")[1])
    assert (document["changed"], document["kept"]) == (False, "waits")


def test_what_its_labels_do_not_ask_for_is_not_given_back(netc: Any) -> None:
    code, out, err = netc(world(), "auto", "web")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "netc.enable=true" in err
