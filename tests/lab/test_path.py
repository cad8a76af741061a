"""What `up` finds of the path, and what is said of one that broke: on real parts."""

import json
import time

from tests.faults.dhcp import Neighbour
from tests.lab.conftest import Site, eventually
from tests.lab.tui import Tui


def look(site: Site, code: int, *arguments: str) -> str:
    """What `netc up` says while it looks at the path, once it has told the address."""
    done = site.run("up", *arguments)
    assert done.returncode == code, done
    assert done.stdout.startswith("ip=10.77.0."), done
    assert "Traceback" not in done.stderr
    return done.stderr.partition("the path to ")[2]


def test_a_sound_path(site: Site) -> None:
    said = look(site, 0, "dns", "eth1")
    for line in (
        "link on the LAN: up",
        "gateway 10.77.0.1: answers",
        "rules: as planned",
        "tcp/53: open",
        "udp/53: not checked",
        "the way from another machine: not checked",
    ):
        assert f"\n  {line}" in said, said
    health = site.show("dns")["health"]
    assert (health["state"], health["unchecked"]) == ("healthy", ["ports"])


def test_ports_that_are_not_open(site: Site) -> None:
    wanted = ("web1", "eth1", "--port", "80", "--port", "81")
    said = look(site, 7, *wanted)
    assert "\n  tcp/80: open\n" in said
    assert "\n  tcp/81: refused" in said
    assert "netc: web1 has the address " in said
    assert look(site, 0, *wanted, "--no-check") == ""


def test_a_gateway_that_is_not_there(site: Site) -> None:
    site.lab.start_dhcp("--dhcp-option=3,10.77.0.250")
    try:
        said = look(site, 7, "web1", "eth1")
    finally:
        site.lab.start_dhcp()
    assert "\n  gateway 10.77.0.250: does not answer ARP" in said
    assert "broken at lan: gateway 10.77.0.250" in said


def test_a_service_that_left_its_network(site: Site) -> None:
    """Its network container has its lease, and nobody behind it."""
    site.up("app")
    site.docker("network", "create", "other")
    site.docker("network", "connect", "other", "app")
    site.docker("network", "disconnect", "backend", "app")
    try:
        broken = eventually(
            lambda: site.show("app")["health"], lambda found: found["state"] == "broken"
        )
        assert broken["hop"] == "service"
        row = next(line for line in site.netc("ls").splitlines() if line.startswith("app "))
        assert "bound 10.77.0." in row
        assert "broken at service: " in row
    finally:
        site.docker("network", "connect", "backend", "app")
        site.docker("network", "disconnect", "other", "app")
    assert eventually(lambda: site.show("app")["health"]["state"] == "healthy", seconds=10)


def test_what_a_paused_one_is_worth_is_not_known(site: Site) -> None:
    site.up("web1")
    site.docker("pause", "netc-web1")
    try:
        found = json.loads(site.netc("leases", "--json"))["leases"][0]
        assert (found["phase"], found["health"]["state"]) == ("bound", "unknown")
        done = site.run("up", "web1", "eth1")
        assert done.returncode == 0, "a check that cannot be made is no failure"
        assert "tcp/80: not checked (netc-web1 is paused" in done.stderr
    finally:
        site.docker("unpause", "netc-web1")


def test_containers_that_may_not_talk_to_each_other(site: Site) -> None:
    closed = "com.docker.network.bridge.enable_icc=false"
    site.docker("network", "create", "-o", closed, "closed")
    site.docker("run", "-d", "--name", "shut", "--network", "closed", "netc-lab/web")
    done = site.run("up", "shut", "eth1")
    assert (done.returncode, done.stdout) == (3, "")
    assert closed in done.stderr
    assert site.leftovers() == []
    # It does as it is told.
    site.docker("network", "create", "netc-reach")
    site.docker("network", "connect", "netc-reach", "shut")
    address = site.up("shut")
    assert eventually(lambda: site.get(address)) is not None


def test_who_takes_the_address_is_named_on_the_path_that_is_looked_at(site: Site) -> None:
    """Not at the next look of the network container's own, which may be a minute away."""
    address = site.up("web1")
    with Tui(site, "-i", "eth1") as tui:
        tui.select("web1")
        tui.wait_for("tcp/80 open", why="the path")
        time.sleep(5)  # it has looked by itself, when it was bound
        stranger = Neighbour(site.lab, address=address)
        try:
            begin = time.monotonic()
            tui.wait_for("N205", 15, "the finding")
            assert stranger.mac in tui.row("web1")
            assert time.monotonic() - begin < 15
            tui.row_says("web1", rf"● bound (?!{address} )10\.77\.0\.\d+ eth1", 30)
            tui.wait_for(lambda text: "N205" not in text, 5, "the path as it is now")
        finally:
            stranger.close()
