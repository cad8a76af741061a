"""The way without a link to a service on the default bridge, on a real engine."""

import json
from typing import Any

from .conftest import Site, eventually

NAME = "netc-private-web1"


def inspected(site: Site, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.docker("inspect", name))[0]
    return found


def routes(site: Site) -> list[str]:
    found = site.docker("exec", "web1", "ip", "route").splitlines()
    return [line for line in found if line.startswith("default")]


def test_the_service_goes_on_as_it_is_and_off_leaves_no_trace(site: Site) -> None:
    before, route, networks = inspected(site, "web1"), routes(site), site.docker("network", "ls")
    said = site.netc("up", "web1", "eth1", "--private-network", "--dry-run")
    assert f"connect web1, as it runs, to the internal network {NAME}" in said
    address = site.up("web1", "eth1", "--private-network")
    assert site.get(address) == "web1"
    assert routes(site) == route
    now = inspected(site, "web1")
    assert now["State"]["StartedAt"] == before["State"]["StartedAt"]
    assert (
        now["NetworkSettings"]["Networks"]["bridge"]
        == (before["NetworkSettings"]["Networks"]["bridge"])
    )
    assert inspected(site, "netc-web1")["HostConfig"]["Links"] is None
    assert site.netc("up", "web1", "eth1", "--private-network", "--dry-run") == ""
    site.netc("down", "web1")
    assert inspected(site, "web1") == before
    assert routes(site) == route
    assert site.docker("network", "ls") == networks
    assert site.leftovers() == []


def test_nobody_else_is_ever_served_while_the_service_is_down(site: Site) -> None:
    address = site.up("web1", "eth1", "--private-network")
    inside = inspected(site, "web1")["NetworkSettings"]["Networks"]
    site.docker("stop", "web1")
    # One takes its address on the bridge, one even that on its own network, and its name.
    stranger = ("run", "-d", "--hostname", "stranger")
    for number in range(20):  # the engine gives the lowest free address, which may be another
        name = f"stranger{number}"
        site.docker(*stranger, "--name", name, "netc-lab/web")
        taken = inspected(site, name)["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
        if taken == inside["bridge"]["IPAddress"]:
            break
    else:
        raise AssertionError("no stranger got the address of the service on the bridge")
    site.docker(*stranger, "--name", "within", "--network", NAME, "--network-alias", "web1",
                "--ip", inside[NAME]["IPAddress"], "netc-lab/web")  # fmt: skip
    eventually(lambda: site.show("web1")["target"], lambda found: found is None)
    for _ in range(20):
        assert site.get(address, seconds=0.3) is None
    site.docker("start", "web1")
    eventually(lambda: site.get(address, seconds=0.5), lambda page: page == "web1", 10)


def test_the_service_is_followed_through_a_restart_and_made_anew(site: Site) -> None:
    address = site.up("web1", "eth1", "--private-network")
    site.docker("restart", "-t", "0", "web1")
    eventually(lambda: site.get(address, seconds=0.5), lambda page: page == "web1", 10)
    own = inspected(site, "netc-web1")["Id"]
    image = inspected(site, "web1")["Config"]["Image"]
    site.docker("rm", "-f", "web1")
    site.docker("run", "-d", "--name", "web1", "--hostname", "web1", "--restart=unless-stopped",
                image)  # fmt: skip
    assert site.up("web1", "eth1", "--private-network") == address
    eventually(lambda: site.get(address, seconds=0.5), lambda page: page == "web1", 10)
    assert inspected(site, "netc-web1")["Id"] == own


def test_a_network_container_starts_while_its_service_is_down(site: Site) -> None:
    address = site.up("web1", "eth1", "--private-network")
    site.docker("stop", "-t", "0", "web1")
    site.docker("restart", "netc-web1")
    assert site.docker("exec", "netc-web1", "echo", "there") == "there"
    site.docker("start", "web1")
    eventually(lambda: site.get(address, seconds=0.5), lambda page: page == "web1", 15)
    site.docker("stop", "-t", "0", "web1")
    site.netc("down", "web1")
    site.docker("start", "web1")
    assert site.leftovers() == []


def test_the_host_reaches_it_by_a_route(site: Site) -> None:
    address = site.up("web1", "eth1", "--private-network")
    site.netc("route", "add", "web1")
    page = site.lab.exec(["curl", "-s", "--max-time", "2", f"http://{address}/"])
    site.netc("route", "del", "web1")
    assert page.stdout.strip() == "web1"


def test_the_flag_is_part_of_what_is_asked(site: Site) -> None:
    address = site.up("web1", "eth1", "--private-network")
    assert site.up("web1") == address
    assert "web1" in json.dumps(inspected(site, "netc-web1")["HostConfig"]["Links"])
    assert list(inspected(site, "web1")["NetworkSettings"]["Networks"]) == ["bridge"]
    assert (
        site.run("up", "web1", "eth1", "--network", "bridge", "--private-network").returncode == 2
    )
    done = site.run("up", "app", "eth1", "--private-network")
    assert done.returncode == 0
    assert "app is reached over backend and needs no private network" in done.stderr
