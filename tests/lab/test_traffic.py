"""What passes through a network container, against transfers of known size, on real parts."""

import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest

from netc_tui.core.rules import parse_save
from netc_tui.core.traffic import Counters
from netc_tui.host.traffic import Readings
from netc_tui.operations.live.rules import CHAINS

from .conftest import Site, eventually
from .tui import Tui

SIZE = 5_000_000
HEADERS = 1.1
"""Times as many bytes at most, with the headers of packets."""
TOTALS = re.compile(r"in (\S+)/([\d.]+) (k?M?B) . out (\S+)/([\d.]+) (k?M?B)")
NOBODY = 65534


@pytest.fixture
def page(site: Site) -> str:
    """A page of SIZE bytes of web1."""
    site.docker("exec", "web1", "sh", "-c", f"head -c {SIZE} /dev/zero >/srv/page")
    return "page"


def load(site: Site, address: str, page: str) -> None:
    url = f"http://{address}/{page}"
    got = site.lab.client(
        ["curl", "-s", "-o", "/dev/null", "-w", "%{size_download}", "--max-time", "20", url]
    )
    assert got.stdout == str(SIZE), got


def told(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.netc("show", "web1", "--json"))["traffic"]
    return found


def forwarded(site: Site) -> dict[str, int]:
    """Packets by the rules that let them through: to the service, and from it."""
    saved = site.docker("exec", "netc-web1", "/bin/sh", "/netc/counters")
    found = {"in": 0, "out": 0}
    for rule in parse_save(saved):
        if rule.chain == f"{CHAINS}FORWARD" and rule.target == "ACCEPT":
            found["in" if rule.match.startswith("-d ") else "out"] += rule.packets
    return found


def test_a_transfer_is_told_by_its_size_and_by_the_packets_that_the_rules_let_through(
    site: Site, page: str
) -> None:
    address = site.up("web1")
    before = told(site)
    assert before["bytes_in"] + before["bytes_out"] < 1000, "it has only just begun"
    load(site, address, page)
    after = told(site)
    assert SIZE < after["bytes_out"] < SIZE * HEADERS
    assert after["bytes_in"] < SIZE / 10
    counted = forwarded(site)
    assert after["packets_in"] + after["packets_out"] == sum(counted.values())
    # Its own looks for the service and the LAN's broadcasts leave a doubt of which way.
    assert abs(after["packets_in"] - counted["in"]) < 30
    assert after["since"] == before["since"]
    assert " (5." in site.netc("show", "web1").partition("traffic ")[2].splitlines()[0]


def test_what_a_renewal_changes_is_no_counter(site: Site, page: str) -> None:
    address = site.up("web1")
    load(site, address, page)
    before, rules = told(site), forwarded(site)
    assert "renewed" not in site.events("web1")
    site.netc("renew", "web1")
    assert "renewed" in site.events("web1")
    assert forwarded(site) == rules
    after = told(site)
    assert after["since"] == before["since"]
    assert after["bytes_out"] >= before["bytes_out"]
    load(site, address, page)
    assert 2 * SIZE < told(site)["bytes_out"] < 2 * SIZE * HEADERS
    assert forwarded(site)["out"] > rules["out"]


def test_the_screen_s_totals_go_on_over_a_restart(site: Site, page: str) -> None:
    address = site.up("web1")
    with Tui(site) as tui:
        tui.bound("web1")
        tui.select("web1")

        def total(size: Callable[[float], bool]) -> None:
            def shown(text: str) -> bool:
                found = TOTALS.search(text)
                return found is not None and found[6] == "MB" and size(float(found[5]))

            tui.wait_for(shown, 20, "what passed")

        tui.row_says("web1", r" 0/s ")
        load(site, address, page)
        total(lambda size: 5 <= size < 5.5)
        tui.row_says("web1", r"\d/s +[▁-█]", 30)
        since = re.search(r"since (\S+)", "\n".join(tui.lines))
        site.docker("restart", "-t", "3", "netc-web1")
        eventually(lambda: site.get(address), lambda page: page == "web1", 20)
        tui.bound("web1")
        load(site, address, page)
        total(lambda size: 10 <= size < 11)
        assert since is not None
        assert since[0] in "\n".join(tui.lines)
        site.docker("stop", "-t", "3", "netc-web1")
        tui.row_says("web1", r"stopped.* - ")


def test_any_user_of_the_docker_host_may_read_it(site: Site, page: str) -> None:
    load(site, site.up("web1"), page)
    where = "{{.Id}} {{.NetworkSettings.Networks.bridge.IPAddress}}"
    id, address = site.docker("inspect", "netc-web1", "-f", where).split()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        # What is installed may be for root alone: all of it is loaded already.
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            found = Readings().read({id: address}).get(id)
            os.write(write, str(found.service.bytes_in if found else None).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    assert SIZE < int(said) < SIZE * HEADERS


def test_what_cannot_be_read_is_not_told(site: Site) -> None:
    site.up("web1")
    where = "{{.Id}} {{.NetworkSettings.Networks.bridge.IPAddress}}"
    id, address = site.docker("inspect", "netc-web1", "-f", where).split()

    def read(wanted: dict[str, str]) -> dict[str, Counters]:
        return Readings().read(wanted)

    assert set(read({id: address})) == {id}
    assert read({id: "10.99.0.1"}) == {}, "no link of it has that address's network"
    assert read({id[::-1]: address}) == {}
    site.docker("pause", "netc-web1")
    assert set(read({id: address})) == {id}, "the kernel counts all the same"
    site.docker("unpause", "netc-web1")
    site.docker("kill", "netc-web1")
    assert read({id: address}) == {}
    assert told(site) is None
    assert "not known" in site.netc("show", "web1").partition("traffic ")[2].splitlines()[0]
