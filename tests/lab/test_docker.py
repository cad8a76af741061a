"""What Docker does to network containers, and what netc makes of it: on a real engine."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from netc_tui import sidecar
from netc_tui.lab import engine
from tests.lab.conftest import Site, eventually


def listed(site: Site) -> dict[str, dict[str, Any]]:
    services = json.loads(site.netc("ls", "--all", "--json"))["services"]
    return {one["name"]: one for one in services}


def own(site: Site, service: str) -> dict[str, Any]:
    """The network container of a service, as `ls` has it."""
    found = listed(site)[service]["network_container"]
    assert isinstance(found, dict)
    return found


def page(site: Site, address: str, port: int = 80) -> Any:
    return eventually(lambda: site.get(address, port), seconds=20)


@contextmanager
def hung(site: Site) -> Iterator[None]:
    """dockerd is there, and does nothing."""
    processes = engine.processes(site.lab.layout.host())
    for one in processes:
        os.kill(one.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in processes:
            os.kill(one.pid, signal.SIGCONT)


# --- what ends and comes back


@pytest.fixture
def lasting(site: Site) -> Site:
    """Services that come back by themselves, one on the default bridge and one with a name."""
    run = ("run", "-d", "--restart=always")
    site.docker(*run, "--name=keep1", "netc-lab/web")
    site.docker(*run, "--name=keep2", "--network=backend", "netc-lab/web")
    return site


def test_they_come_back_after_dockerd_was_killed(lasting: Site) -> None:
    site = lasting
    addresses = {service: site.up(service) for service in ("keep1", "keep2")}
    site.lab.restart_engine(signal.SIGKILL)
    for service, address in addresses.items():
        assert page(site, address)
        eventually(lambda s=service: own(site, s)["health"]["state"], lambda x: x == "healthy", 30)
        assert own(site, service)["ip"] == address


def test_what_stays_down_says_why_and_what_brings_it_back(site: Site) -> None:
    """The lab's web1 does not come back, so what is linked to it cannot."""
    address = site.up("web1")
    site.lab.restart_engine(signal.SIGKILL)
    found = eventually(lambda: own(site, "web1"), lambda one: one["state"] == "exited", 20)
    assert "Cannot link to a non running container" in found["ended"]["error"]
    # An engine may list no ports of a service that does not run: they are said then.
    again = "docker start web1 && netc up web1 eth1"
    assert found["remedy"] in (again, f"{again} --port 80/tcp")
    table = site.netc("ls", "--all")
    assert "Cannot link to a non running container" in table
    assert found["remedy"] in table
    start, _, up = found["remedy"].partition(" && ")
    site.docker(*start.split()[1:])
    site.netc(*up.split()[1:])
    assert page(site, address)


def test_one_that_was_stopped_by_hand_is_brought_back_by_the_command_that_is_shown(
    site: Site,
) -> None:
    site.up("app")
    site.docker("stop", "netc-app")
    found = own(site, "app")
    assert found["ended"]["exit_code"] == 0
    assert found["remedy"] == "netc up app eth1"
    site.netc(*found["remedy"].split()[1:])
    assert own(site, "app")["health"]["state"] == "healthy"


# --- whose is what


def test_renamed_and_forged_ones(site: Site) -> None:
    address = site.up("web1")
    site.docker("rename", "netc-web1", "mine")
    labels = json.loads(site.docker("inspect", "mine", "--format={{json .Config.Labels}}"))
    forged = [f"--label={name}={value}" for name, value in labels.items()]
    site.docker("run", "-d", "--name=netc-web2", *forged, "netc-lab/worker")
    services = listed(site)
    assert services["web1"]["network_container"]["name"] == "mine"
    assert services["web1"]["network_container"]["ip"] == address
    assert services["netc-web2"]["network_container"] is None
    assert "mine" not in services
    site.netc("down", "web1")
    assert site.docker("ps", "-aq", "--filter=name=^mine$") == ""
    assert site.docker("ps", "-q", "--filter=name=^netc-web2$") != ""
    done = site.run("up", "web2", "eth1")
    assert done.returncode == 1
    assert "netc-web2 is taken" in done.stderr


def test_an_image_with_netc_s_labels_hides_no_service(site: Site) -> None:
    site.up("web1")
    labels = json.loads(site.docker("inspect", "netc-web1", "--format={{json .Config.Labels}}"))
    site.netc("down", "web1")
    labels |= {"netc.service": "evil", "netc.image.base": "x"}
    # One of them has JSON in it.
    text = "FROM netc-lab/web\nLABEL " + " ".join(
        f"{name}={json.dumps(text)}" for name, text in labels.items()
    )
    built = site.lab.exec(["docker", "build", "-q", "-t", "evil", "-"], input=text + "\n")
    assert built.returncode == 0, built.stderr
    site.docker("run", "-d", "--name=evil", "evil")
    try:
        # Its name goes to another image: now it is listed by its id.
        site.docker("tag", "netc-lab/worker", "evil")
        assert listed(site)["evil"]["network_container"] is None
        assert page(site, site.up("evil"))
        site.netc("down", "evil")
        assert site.docker("ps", "-q", "--filter=name=^evil$") != ""
    finally:
        site.docker("rm", "-f", "evil")
        site.docker("rmi", "-f", built.stdout.strip(), "evil")


def test_a_renamed_service_is_found_and_mended(site: Site) -> None:
    site.docker("run", "-d", "--name=first", "--network=backend", "netc-lab/web")
    site.up("first")
    site.docker("rename", "first", "second")
    found = own(site, "second")
    assert found["name"] == "netc-first"
    assert "netc up second eth1" in found["message"]
    assert page(site, site.up("second"))
    assert own(site, "second")["name"] == "netc-second"
    assert site.docker("ps", "-aq", "--filter=name=^netc-first$") == ""


# --- an engine or a log that hangs


def test_an_engine_that_hangs_is_said_to_within_ten_seconds(site: Site) -> None:
    site.netc("ls")
    with hung(site):
        began = time.monotonic()
        done = site.run("ls")
        took = time.monotonic() - began
    assert done.returncode == 5
    assert "does not answer" in done.stderr
    assert took < 10
    site.netc("ls")


def test_the_state_is_known_when_the_log_was_cut(site: Site) -> None:
    address = site.up("app")
    path = site.docker("inspect", "netc-app", "--format={{.LogPath}}")
    cut = site.lab.exec(["truncate", "-s", "0", path])
    assert cut.returncode == 0, cut.stderr
    site.up("web1")
    began = time.monotonic()
    services = listed(site)
    assert time.monotonic() - began < 10
    assert services["app"]["network_container"]["ip"] == address
    assert services["web1"]["network_container"]["ip"]


# --- many ports


def test_eight_hundred_ports(site: Site) -> None:
    options = [part for number in range(800) for part in ("--port", f"{2000 + 2 * number}:80")]
    address = site.up("web2", "eth1", "--no-check", *options)
    assert page(site, address, 2000)
    assert page(site, address, 3598)
    assert site.get(address, 3599) is None
    assert own(site, "web2")["health"]["state"] == "healthy"
    assert site.netc("rules", "web2").count("DNAT") >= 800


def test_ten_thousand_exposed_ports_on_the_default_bridge(site: Site) -> None:
    """Docker's link adds four variables for each."""
    text = "FROM netc-lab/web\nEXPOSE 10000-20000/udp\n"
    built = site.lab.exec(["docker", "build", "-q", "-t", "many", "-"], input=text)
    assert built.returncode == 0, built.stderr
    site.docker("run", "-d", "--name=many", "many")
    try:
        address = site.up("many", "eth1")
        assert page(site, address)
        assert own(site, "many")["health"]["state"] == "healthy"
        assert "10000:20000" in site.netc("rules", "many")
        site.netc("renew", "many")
        site.netc("down", "many")
    finally:
        site.docker("rm", "-f", "many")
        site.docker("rmi", "-f", "many")


# --- ports that are for this host alone


def test_a_port_on_the_loopback_alone(site: Site) -> None:
    run = ("run", "-d", "--name=db", "-p", "127.0.0.1:9000:80", "netc-lab/web")
    site.docker(*run)
    done = site.run("up", "db", "eth1")
    assert done.returncode == 3
    assert "--port 80/tcp" in done.stderr
    assert page(site, site.up("db", "eth1", "--port", "80"))
    assert "127.0.0.1:9000/tcp" in site.netc("ls")


def test_each_published_port_is_listed_once(site: Site) -> None:
    (row,) = (line for line in site.netc("ls").splitlines() if line.startswith("web1 "))
    assert row.count("8081") == 1
    assert "8081/tcp" in row


# --- the image


def nameless(site: Site) -> list[str]:
    return site.docker("images", "-q", "--filter=dangling=true").split()


def test_building_again_leaves_no_image_behind(site: Site) -> None:
    before = nameless(site)
    site.up("app")
    ran = site.docker("inspect", "netc-app", "--format={{.Image}}")
    # Another base: one file more.
    text = "FROM netc-base:host\nRUN : > /more\n"
    assert site.lab.exec(["docker", "build", "-q", "-t", "more", "-"], input=text).returncode == 0
    try:
        site.netc("image", "build", "--base", "more")
        labels = json.loads(site.docker("inspect", sidecar.image(), "--format={{json .Config}}"))
        assert labels["Labels"]["netc.image.base"] == "more"
        assert labels["Labels"]["netc.image.architecture"] == site.docker(
            "info", "--format={{.Architecture}}"
        )
        # The old one is in use, and what runs it is still netc's.
        assert own(site, "app")["health"]["state"] == "healthy"
        done = site.run("up", "app", "eth1")  # NETC_BASE=host: built anew, and made anew
        assert done.returncode == 0, done.stderr
        assert "build image" in done.stderr
        now = site.docker("inspect", "netc-app", "--format={{.Image}}")
        assert site.docker("inspect", now, '--format={{index .Config.Labels "netc.image.base"}}')
        assert site.docker("inspect", sidecar.image(), "--format={{.Id}}") == now
        assert nameless(site) == before
        assert ran == now or ran not in site.docker("images", "-q", "--no-trunc")
    finally:
        site.docker("rmi", "-f", "more")
        site.netc("image", "build", "--base", "host")


def test_a_build_that_fails_shows_what_it_printed(site: Site) -> None:
    done = site.run("image", "build", "--base", "netc-lab/nothing-of-that-name")
    assert done.returncode == 1
    *printed, last = done.stderr.splitlines()
    assert last.startswith("netc: the image of network containers cannot be built on")
    assert any("FROM" in line for line in printed)
    assert all(line.startswith("  | ") for line in printed)
