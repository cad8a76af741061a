"""Services on every kind of network, ports of every kind, and what a network container may do."""

import json
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.dhcp import Neighbour

from .conftest import Site, eventually

STAY = "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"
HTTPD = "mkdir -p /srv/{port}; echo {name} >/srv/{port}/index.html; httpd -p {port} -h /srv/{port};"


def run(site: Site, name: str, *options: str, image: str = "netc-lab/web", script: str = "") -> str:
    """Run a service; its id."""
    command = ["sh", "-c", script] if script else []
    own = ("--name", name, "--hostname", name) if "container:" not in "".join(options) else ()
    return site.docker("run", "-d", *(own or ("--name", name)), *options, image, *command)


def serves(site: Site, address: str, port: int, page: str) -> None:
    """The LAN machine gets the page; the service itself may have started only just now."""
    eventually(lambda: site.get(address, port), lambda got: got == page)


def companion_id(site: Site, service: str) -> str:
    return site.docker("inspect", "-f", "{{.Id}}", f"netc-{service}")


def leases(site: Site) -> list[list[str]]:
    """dnsmasq's leases: expiry, MAC, address, hostname, client-id."""
    return [line.split() for line in site.lab.lease_file.read_text().splitlines()]


# --- networks


def test_several_networks(site: Site) -> None:
    for name in ("alpha", "beta"):
        site.docker("network", "create", name)
    run(site, "multi", "--network=beta")
    site.docker("network", "connect", "alpha", "multi")
    address = site.up("multi")
    serves(site, address, 80, "multi")
    assert site.show("multi")["network"] == "alpha"
    assert site.up("multi", "eth1", "--network", "beta") == address
    serves(site, address, 80, "multi")
    assert site.show("multi")["network"] == "beta"
    error = site.run("up", "multi", "eth1", "--network", "gamma")
    assert error.returncode == 1
    assert "it is on: alpha, beta" in error.stderr


def test_an_internal_network(site: Site) -> None:
    site.docker("network", "create", "--internal", "inside")
    run(site, "hidden", "--network=inside")
    address = site.up("hidden")
    serves(site, address, 80, "hidden")
    # What is not internal goes first, whatever its name.
    site.docker("network", "create", "outside")
    site.docker("network", "connect", "outside", "hidden")
    assert site.up("hidden") == address
    assert site.show("hidden")["network"] == "outside"


def test_the_hosts_network(site: Site) -> None:
    script = HTTPD.format(name="onhost", port=8099) + STAY
    options = ("--network=host", "--expose=8099")
    run(site, "onhost", *options, image="netc-lab/worker", script=script)
    address = site.up("onhost")
    serves(site, address, 8099, "onhost")
    assert site.show("onhost")["ports"] == ["8099/tcp"]


def test_another_containers_network(site: Site) -> None:
    script = HTTPD.format(name="guest", port=8080) + STAY
    run(site, "guest", "--network=container:web1", image="netc-lab/app", script=script)
    address = site.up("guest")
    serves(site, address, 8080, "guest")
    assert site.show("guest")["ports"] == ["8080/tcp"]
    assert site.get(address, 80, 0.3) is None, "that is the other one's port"
    assert site.up("web1") != address


def test_no_network(site: Site) -> None:
    run(site, "hermit", "--network=none")
    error = site.run("up", "hermit", "eth1")
    assert error.returncode == 3
    assert "--network none" in error.stderr
    assert site.leftovers() == []


def test_a_service_made_anew_on_the_default_bridge_takes_another_up(site: Site) -> None:
    run(site, "again")
    address = site.up("again")
    site.docker("rm", "-f", "again")
    assert eventually(lambda: site.show("again"))["state"] == "running"
    run(site, "again")
    assert site.up("again") == address
    serves(site, address, 80, "again")


# --- ports and identity


def test_a_port_is_remapped(site: Site) -> None:
    address = site.up("web1", "eth1", "--port", "8080:80")
    assert site.get(address, 8080) == "web1"
    assert site.get(address, 80, 0.3) is None
    assert site.up("web1") == address
    assert site.get(address, 80) == "web1"
    assert site.get(address, 8080, 0.3) is None


def test_made_anew_it_asks_for_the_address_that_it_had(site: Site) -> None:
    """By itself the server would choose as it does for a stranger: an address that was declined
    makes dnsmasq choose another one from then on, and a restart makes it forget that."""
    usual = site.up("web1")
    stranger = Neighbour(site.lab, address=usual)
    try:
        site.netc("down", "web1")
        address = site.up("web1")
        assert address != usual
    finally:
        stranger.close()
    site.docker("kill", "netc-web1")  # without a word to the server
    site.lab.start_dhcp()
    assert site.up("web1", "eth1", "--port", "8080:80") == address
    assert site.get(address, 8080) == "web1"


def test_a_range_is_remapped(site: Site) -> None:
    pages = "".join(HTTPD.format(name=f"p{port}", port=port) for port in range(8000, 8004))
    run(site, "many", image="netc-lab/worker", script=pages + STAY)
    address = site.up("many", "eth1", "--port", "9000-9002:8000-8002", "--port", "8003")
    for public, page in ((9000, "p8000"), (9001, "p8001"), (9002, "p8002"), (8003, "p8003")):
        serves(site, address, public, page)
    assert site.get(address, 9003, 0.3) is None
    assert site.get(address, 8000, 0.3) is None


def test_datagrams(site: Site) -> None:
    address = site.up("dns")
    asked = site.lab.client(["busybox", "nslookup", "service.test", address])
    assert "192.0.2.53" in asked.stdout
    rules = json.loads(site.netc("rules", "dns", "--json"))["rules"]
    counted = [one["packets"] for one in rules if "-p udp" in one["match"] and "53" in one["match"]]
    assert max(counted) > 0


def test_sctp_has_its_rules(site: Site) -> None:
    site.up("web1", "eth1", "--port", "80", "--port", "5000-5001/sctp", "--port", "6000:7000/sctp")
    document = json.loads(site.netc("rules", "web1", "--json"))
    assert document["schema"] == 1
    dnat = [
        (one["match"], one["target"])
        for one in document["rules"]
        if one["target"].startswith("DNAT") and "sctp" in one["match"]
    ]
    assert len(dnat) == 2
    assert any("--dport 5000:5001" in match for match, _ in dnat)
    assert any("--dport 6000" in match and target.endswith(":7000") for match, target in dnat)


def test_hostname_and_mac_are_the_operators_to_choose(site: Site) -> None:
    mac = "02:00:00:00:be:ef"
    address = site.up("web1", "eth1", "--hostname", "printer", "--mac", mac.upper())
    assert [row[1:4] for row in leases(site) if row[2] == address] == [[mac, address, "printer"]]
    assert site.lab.client(["getent", "ahostsv4", "printer.lab.lan"]).stdout.startswith(address)
    assert site.show("web1")["hostname"] == "printer"
    # Without them it is what it would have been.
    site.up("web1")
    assert site.show("web1")["hostname"] == "web1"
    assert site.show("web1")["mac"] != mac


# --- what changes, and what does not


def state(site: Site) -> list[list[str]]:
    """All that the engine has, but for how long it has had it."""
    listed = (
        site.docker("ps", "-a", "--no-trunc", "--format={{.ID}} {{.Names}} {{.State}}"),
        site.docker("network", "ls", "--no-trunc", "--format={{.ID}} {{.Name}}"),
        site.docker("image", "ls", "-a", "--no-trunc", "--format={{.ID}} {{.Repository}}"),
        site.docker("volume", "ls", "-q"),
    )
    return [sorted(lines.splitlines()) for lines in listed]


def test_a_dry_run_changes_nothing(site: Site) -> None:
    before = state(site)
    planned = site.netc("up", "web1", "eth1", "--dry-run")
    assert "create container netc-web1" in planned
    document = json.loads(site.netc("up", "web1", "eth1", "--dry-run", "--json"))
    assert len(document["steps"]) == 4
    assert state(site) == before
    assert not site.lab.exec(["ip", "link", "show", "type", "macvlan"]).stdout
    site.up("web1")
    before = state(site)
    assert "remove" in site.netc("down", "web1", "--dry-run")
    assert "moves from eth1 to eth2" in site.netc("up", "web1", "eth2", "--dry-run")
    assert site.netc("up", "web1", "eth1", "--dry-run") == ""
    assert state(site) == before


def test_up_twice_changes_nothing(site: Site) -> None:
    address = site.up("web1")
    before = state(site)
    said = site.run("up", "web1", "eth1")
    assert (said.returncode, said.stdout) == (0, f"ip={address}\n")
    assert said.stderr.startswith("the path to web1:\n"), "no step before that look"
    assert state(site) == before
    assert site.docker("inspect", "-f", "{{.RestartCount}}", "netc-web1") == "0"


def test_up_starts_what_was_stopped(site: Site) -> None:
    address = site.up("web1")
    made = companion_id(site, "web1")
    site.docker("stop", "netc-web1")
    assert site.show("web1")["phase"] == "stopped"
    assert site.up("web1") == address
    assert companion_id(site, "web1") == made
    assert site.get(address) == "web1"


def test_up_on_another_interface_moves_it(site: Site) -> None:
    old = site.up("web1")
    new = site.up("web1", "eth2")
    assert new.startswith("10.78.0.")
    assert site.get(new) == "web1"
    assert site.get(old, 80, 0.5) is None
    assert site.leftovers() == ["netc-web1", "netc-lan-eth2"]
    assert f"DHCPRELEASE(br0) {old}" in site.lab.dhcp_log.read_text()


def test_the_lan_network_stays_while_another_uses_it(site: Site) -> None:
    one, two = site.up("web1"), site.up("web2")
    site.netc("down", "web1")
    assert site.leftovers() == ["netc-web2", "netc-lan-eth1"]
    assert site.get(two) == "web2"
    assert site.get(one, 80, 0.5) is None
    site.netc("down", "web2")
    assert site.leftovers() == []


def test_a_macvlan_network_of_somebody_else_is_used_and_left(site: Site) -> None:
    options = ("-d", "macvlan", "-o", "parent=eth1", "--subnet=198.51.100.0/24")
    site.docker("network", "create", *options, "theirs")
    address = site.up("web1")
    assert address.startswith("10.77.")
    assert site.get(address) == "web1"
    assert site.leftovers() == ["netc-web1"]
    assert site.show("web1")["interface"] == "eth1"
    site.netc("down", "web1")
    assert "theirs" in site.docker("network", "ls", "--format={{.Name}}").split()


def test_a_service_that_is_gone_is_listed_until_down(site: Site) -> None:
    run(site, "brief", "--network=backend")
    site.up("brief")
    site.docker("rm", "-f", "brief")
    listed = json.loads(site.netc("ls", "--json"))["services"]
    gone = next(one for one in listed if one["name"] == "brief")
    assert (gone["state"], gone["id"], gone["ports"]) == ("gone", None, [])
    assert gone["network_container"]["state"] == "running"
    assert re.search(r"^brief +gone ", site.netc("ls"), re.MULTILINE)
    assert eventually(lambda: site.show("brief")["target"], lambda target: target is None) is None
    assert site.run("up", "brief", "eth1").returncode == 3
    site.netc("down", "brief")
    assert site.leftovers() == []
    assert site.run("down", "brief").returncode == 3


# --- least privilege


@pytest.mark.parametrize("service", ["web1", "app"], ids=["default bridge", "own network"])
def test_a_network_container_may_do_little(site: Site, service: str) -> None:
    site.up(service)
    name = f"netc-{service}"

    def inside(*command: str) -> str:
        return site.docker("exec", name, *command)

    status = dict(re.findall(r"^(\w+):\s+(.*)$", inside("cat", "/proc/1/status"), re.MULTILINE))
    net_admin_and_net_raw = f"{1 << 12 | 1 << 13:016x}"
    assert status["CapEff"] == status["CapPrm"] == status["CapBnd"] == net_admin_and_net_raw
    assert status["CapInh"] in ("0" * 16, net_admin_and_net_raw)  # 20.10 before 20.10.14
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")

    facts: dict[str, Any] = json.loads(site.docker("inspect", name))[0]
    config = facts["HostConfig"]
    assert config["ReadonlyRootfs"] is True
    assert config["Privileged"] is False
    assert 0 < config["PidsLimit"] <= 64
    assert 0 < config["Memory"] <= 64 << 20
    assert 0 < config["CpuQuota"] <= config["CpuPeriod"]
    assert not config["Binds"]
    assert not config["Devices"]
    assert (config["PidMode"], config["UTSMode"], config["UsernsMode"]) == ("", "", "")
    assert config["NetworkMode"] not in ("host", "none")
    assert config["LogConfig"]["Config"]["max-size"]
    [mount] = facts["Mounts"]
    assert (mount["Type"], mount["Destination"]) == ("volume", "/lease")
    assert re.fullmatch(r"[0-9a-f]{64}", mount["Name"]), "an anonymous one"

    points = {line.split()[1]: line.split()[3].split(",") for line in _mounts(inside)}
    own = {"/", "/run", "/lease", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts"}
    foreign = {point for point in points if not re.match(r"/(proc|sys|dev)\b", point)} - own
    assert not foreign
    assert "ro" in points["/"]
    for path in ("/x", "/etc/x", "/netc/entry", "/bin/sh"):
        assert site.lab.exec(["docker", "exec", name, "touch", path]).returncode != 0


def test_an_operator_in_the_group_of_the_socket_needs_no_root(site: Site) -> None:
    group = site.lab.socket.stat().st_gid
    user = [
        *("setpriv", "--reuid=65534", f"--regid={group}", "--clear-groups"),
        # It may read everything, and so finds Python wherever that is; connecting takes writing.
        *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
        *("--bounding-set=-all,+dac_read_search", "env", "HOME=/"),
    ]

    def netc(*arguments: str) -> str:
        done = site.lab.exec([*user, sys.executable, "-m", "netc_tui", *arguments])
        assert done.returncode == 0, done
        return done.stdout

    address = netc("up", "web1", "eth1").strip().removeprefix("ip=")
    assert site.get(address) == "web1"
    for command in (["ls"], ["show", "web1"], ["rules", "web1"], ["renew", "web1"], ["leases"]):
        assert address in netc(*command)
    netc("down", "web1")
    assert site.leftovers() == []


def _mounts(inside: Callable[..., str]) -> list[str]:
    return inside("cat", "/proc/mounts").splitlines()
