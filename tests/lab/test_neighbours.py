"""Hostile neighbours: machines on the LAN, containers beside the service, false sources."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netc_tui.core.ports import parse_all
from netc_tui.core.rules import BASE, fill, forwarding
from netc_tui.engine.networks import LINK_SYSCTLS
from netc_tui.lab.layout import CLIENT_IP, Where

from .conftest import Site, eventually

SYN = str(Path(__file__).with_name("syn.py"))
STAY = "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"


def bridge_address(site: Site, container: str) -> str:
    template = "{{.NetworkSettings.Networks.bridge.IPAddress}}"
    return site.docker("inspect", "-f", template, container)


def heard(site: Site, at: tuple[Where, str], who: Where, source: str, to: str, port: int) -> int:
    """How many packets from address ``to`` pass a link while ``who`` sends there as ``source``."""
    where, link = at
    ears = site.lab.popen(where, [sys.executable, SYN, "hear", link, to, "1.5"], stdout=-1)
    assert ears.stdout is not None
    assert ears.stdout.readline() == "ready\n"
    sent = site.lab.run(who, [sys.executable, SYN, "from", source, to, str(port)])
    assert sent.returncode == 0, sent.stderr
    out, _ = ears.communicate(timeout=10)
    return int(out)


@pytest.fixture
def routed(site: Site) -> Iterator[str]:
    """The address of web1, to which the host has a route."""
    address = site.up("web1")
    site.netc("route", "add", "web1")
    yield address
    site.run("route", "del", "web1")


def test_nobody_on_the_services_side_sends_to_the_lan_under_a_false_source(
    site: Site, routed: str
) -> None:
    """Neither the service's answers nor refusals reach whom the false source names."""
    for port in (80, 81):
        assert heard(site, ("client", "eth0"), "host", CLIENT_IP, routed, port) == 0
    # That they would be heard: the machine itself, under its own address.
    assert heard(site, ("client", "eth0"), "client", CLIENT_IP, routed, 80) > 0


def test_nobody_on_the_lan_reaches_the_bridge_under_a_false_source(site: Site, routed: str) -> None:
    for source in ("172.17.0.1", bridge_address(site, "web2")):
        for port in (80, 81):
            assert heard(site, ("host", "docker0"), "client", source, routed, port) == 0
    # The host itself is answered there.
    assert heard(site, ("host", "docker0"), "host", "172.17.0.1", routed, 80) > 0


def beside(site: Site, network: str = "bridge") -> Callable[..., subprocess.CompletedProcess[str]]:
    """Start a container on a network that may set routes; what runs commands in it."""
    options = ("-d", "--name", "beside", "--cap-add=NET_ADMIN", "--network", network)
    site.docker("run", *options, "netc-lab/worker", "sh", "-c", STAY)
    return lambda *command: site.lab.exec(["docker", "exec", "beside", *command])


def test_nobody_on_the_services_side_routes_to_the_lan_through_it(site: Site, routed: str) -> None:
    inside = beside(site)
    way = bridge_address(site, "netc-web1")
    assert inside("ip", "route", "add", f"{CLIENT_IP}/32", "via", way).returncode == 0
    assert inside("ping", "-c", "1", "-W", "1", CLIENT_IP).returncode != 0
    page = [sys.executable, "-m", "http.server", "8000", "--bind", CLIENT_IP]
    server = site.lab.popen("client", page, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ask = ["curl", "-s", "-m", "1", "-o", "/dev/null", f"http://{CLIENT_IP}:8000/"]
        eventually(lambda: site.lab.lan(ask).returncode == 0, seconds=10)
        assert inside("nc", "-w", "1", CLIENT_IP, "8000").returncode != 0
        assert site.lab.lan(ask).returncode == 0, "it was there all the time"
    finally:
        server.kill()
        server.wait()


def test_other_containers_of_the_bridge_are_refused(site: Site, routed: str) -> None:
    inside = beside(site)
    way = bridge_address(site, "netc-web1")
    assert inside("ip", "route", "add", routed, "via", way).returncode == 0
    began = time.monotonic()
    asked = inside("nc", "-w", "5", routed, "80")
    assert "refused" in asked.stderr
    assert time.monotonic() - began < 4, "at once"
    # The service itself, which its neighbours reach as ever, is not touched by that.
    ask = f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 {bridge_address(site, 'web1')} 80"
    assert inside("sh", "-c", ask).stdout.strip().endswith("web1")


def test_it_answers_ping_on_its_lan_address_alone(site: Site) -> None:
    address = site.up("web1")
    ping = ["ping", "-c", "1", "-W", "1"]
    assert site.lab.client([*ping, address]).returncode == 0
    own = bridge_address(site, "netc-web1")
    site.lab.client(["ip", "route", "add", f"{own}/32", "via", address])
    try:
        assert site.lab.client([*ping, own]).returncode != 0
    finally:
        site.lab.client(["ip", "route", "del", f"{own}/32"])
    assert site.lab.exec([*ping, own]).returncode != 0


def test_containers_on_other_bridges_do_not_reach_it(site: Site, routed: str) -> None:
    """A limit: Docker keeps its bridges apart, also when the host has a route."""
    inside = beside(site, "backend")
    assert site.lab.exec(["curl", "-s", "-m", "2", f"http://{routed}/"]).stdout.strip() == "web1"
    assert inside("nc", "-w", "2", routed, "80").returncode != 0
    assert site.get(routed) == "web1"


def test_arp_on_the_lan_is_answered_for_its_lan_address(site: Site) -> None:
    """And, on engines that cannot forbid it for one link, for its bridge address too."""
    address = site.up("web1")

    def answers(asked: str) -> bool:
        ask = ["busybox", "arping", "-f", "-c", "3", "-w", "3", "-I", "eth0", asked]
        return site.lab.client(ask).returncode == 0

    assert answers(address)
    major, minor = site.docker("version", "-f", "{{.Server.APIVersion}}").split(".")
    assert answers(bridge_address(site, "netc-web1")) is ((int(major), int(minor)) < LINK_SYSCTLS)


def link_local(mac: str) -> str:
    """The IPv6 address that a link has of itself (RFC 4291 appendix A)."""
    octets = [int(part, 16) for part in mac.split(":")]
    octets[0] ^= 2
    octets[3:3] = [0xFF, 0xFE]
    groups = (f"{octets[at] << 8 | octets[at + 1]:x}" for at in range(0, 8, 2))
    return "fe80::" + ":".join(groups)


def test_it_is_closed_to_ipv6(site: Site) -> None:
    site.up("web1")

    def answers(address: str) -> bool:
        ping = ["ping", "-6", "-c", "1", "-W", "1", f"{address}%eth0"]
        return site.lab.client(ping).returncode == 0

    listed = site.lab.lan(["ip", "-o", "-6", "addr", "show", "dev", "br0", "scope", "link"])
    bridge = listed.stdout.split()[3].partition("/")[0]
    eventually(lambda: answers(bridge))
    assert not answers(link_local(site.show("web1")["mac"]))


SOURCES, RATE = 100_000, 5_000


def test_a_flood_under_false_sources_leaves_the_service_reachable(site: Site) -> None:
    """100,000 sources are more than the masquerade has ports: those of half connections must come
    back within seconds. (With the kernel's own 60 s, 12 to 15 of 20 got through.)"""
    address = site.up("web1")
    argv = [sys.executable, SYN, "flood", address, "80", str(SOURCES), str(RATE)]
    flood = site.lab.popen("lan", argv, stdout=subprocess.PIPE)
    began = time.monotonic()
    pages = []
    for number in range(20):
        pages.append(site.get(address, seconds=2))
        time.sleep(max(0.0, began + number * SOURCES / RATE / 20 - time.monotonic()))
    out, _ = flood.communicate(timeout=60)
    sent, seconds = out.split()
    assert int(sent) > 70_000, "more than there are ports"
    assert float(seconds) < 60, "or the kernel's own time-outs would do"
    assert pages.count("web1") >= 19, pages
    eventually(lambda: site.get(address), lambda page: page == "web1", 15)


FORWARDS = ("80", "8080:81", "53/udp", "5000-5010/udp", "9000-9002:7000-7002", "77/sctp")
KNOWN = {"IP": "192.168.77.9", "TARGET": "172.17.0.2", "LAN": "lan0", "SVC": "svc0"}


@pytest.mark.parametrize("kind", ["nft", "legacy"])
def test_rules_are_written_as_the_kernel_tells_them(kind: str) -> None:
    """Line by line, so that it can be seen whether they are still there; and loaded twice they
    are there once."""
    texts = (BASE, forwarding(parse_all(FORWARDS), "172.17.0.1", ("172.17.0.0/16",)))
    planned = [fill(text, KNOWN) for text in texts]
    load = "\n".join(
        f"iptables-{kind}-restore --noflush <<'END' || exit 1\n{text}\nEND" for text in planned * 2
    )
    script = f"{load}\niptables-{kind}-save"
    saved = subprocess.run(
        ["unshare", "--net", "sh", "-c", script], capture_output=True, text=True, check=True
    )

    def rules(text: str) -> list[str]:
        return sorted(line for line in text.splitlines() if line.startswith("-A"))

    assert rules(saved.stdout) == rules("\n".join(planned))
    for policy in (":INPUT DROP", ":FORWARD DROP"):
        assert policy in saved.stdout
