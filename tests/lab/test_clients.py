"""Who is connected through a LAN address, on real parts."""

import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from netc_tui.core.protocol import CLIENTS
from tests.lab.conftest import Site, eventually

SYN = str(Path(__file__).with_name("syn.py"))
VISITORS = [f"10.77.0.{n}" for n in range(61, 66)]
VISIT = """
import socket, sys
address, *sources = sys.argv[1:]
kept = []
for source in sources:
    kept.append(socket.create_connection((address, 53), timeout=5, source_address=(source, 0)))
    question = b"\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\7service\\4test\\0\\0\\1\\0\\1"
    asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asker.bind((source, 0))
    asker.settimeout(5)
    asker.sendto(question, (address, 53))
    asker.recv(512)
    kept.append(asker)
print("ready", flush=True)
sys.stdin.read()
"""
"""Connections over TCP and UDP from each source, kept until standard input ends."""
DST_NAT = re.compile(
    r"(tcp|udp) .*?src=(\S+) dst=(\S+) sport=\d+ dport=(\d+) packets=(\d+) bytes=(\d+) .*?"
    r"packets=(\d+) bytes=(\d+)"
)


@pytest.fixture
def visitors(site: Site) -> Iterator[list[str]]:
    """Addresses of the LAN's other machine."""
    for address in VISITORS:
        site.lab.client(["ip", "addr", "add", f"{address}/24", "dev", "eth0"])
    yield VISITORS
    for address in VISITORS:
        site.lab.client(["ip", "addr", "del", f"{address}/24", "dev", "eth0"])


@contextmanager
def visiting(site: Site, address: str, sources: list[str]) -> Iterator[None]:
    argv = ["python3", "-c", VISIT, address, *sources]
    process = site.lab.popen("client", argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.communicate()


def told(site: Site, service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.netc("clients", service, "--json", "--no-names"))
    return found


def tracked(site: Site, service: str, address: str) -> dict[tuple[str, str, int], list[int]]:
    """Connections, packets, bytes by client, protocol and port, as the kernel has them."""
    found: dict[tuple[str, str, int], list[int]] = {}
    printed = site.docker("exec", f"netc-{service}", "conntrack", "-L", "--dst-nat")
    for match in filter(None, map(DST_NAT.search, printed.splitlines())):
        proto, source, dst, port, *counted = match.groups()
        assert dst == address
        packets, octets, more_packets, more_octets = map(int, counted)
        sums = found.setdefault((source, proto, int(port)), [0, 0, 0])
        for at, count in enumerate((1, packets + more_packets, octets + more_octets)):
            sums[at] += count
    return found


def test_five_clients_over_tcp_and_udp(site: Site, visitors: list[str]) -> None:
    address = site.up("dns")
    assert told(site, "dns")["clients"] == []
    with visiting(site, address, visitors):
        began = time.monotonic()
        found = told(site, "dns")
        took = time.monotonic() - began
        known = tracked(site, "dns", address)
    assert took < 2
    assert len(known) == 10
    assert {
        (each["address"], each["proto"], each["port"]): [
            each["connections"], each["packets"], each["bytes"],
        ]
        for each in found["clients"]
    } == known  # fmt: skip
    assert all(each["bytes"] > 0 and each["unanswered"] == 0 for each in found["clients"])
    assert (found["schema"], found["more"], found["tracked"]) == (1, 0, None)
    # Its own checks of the service are connections, too.
    assert len(site.docker("exec", "netc-dns", "conntrack", "-L").splitlines()) > 10


def test_the_table_has_a_line_for_each_port(site: Site, visitors: list[str]) -> None:
    address = site.up("dns")
    with visiting(site, address, visitors[:2]):
        head, *rows = site.netc("clients", "dns").splitlines()
    assert head.split() == [
        "CLIENT", "NAME", "PORT", "CONNECTIONS", "PACKETS", "BYTES", "UNANSWERED",
    ]  # fmt: skip
    ports = Counter(row.split()[2] for row in rows if row.startswith("10.77.0."))
    assert ports == {"53/tcp": 2, "53/udp": 2}


def test_a_client_that_is_not_answered_is_told(site: Site, visitors: list[str]) -> None:
    """By a service that drops what comes, or because the answer leads nowhere."""
    address = site.up("web1")
    image = site.docker("inspect", "netc-web1", "-f", "{{.Config.Image}}")

    def load(rule: str) -> None:
        """Into the service's own filter."""
        run = (
            "docker",
            "run",
            "--rm",
            "-i",
            "--network",
            "container:web1",
            "--cap-add",
            "NET_ADMIN",
        )
        done = site.lab.exec(
            [*run, "--entrypoint", "iptables-restore", image, "--noflush"],
            input=f"*filter\n{rule}\nCOMMIT\n",
        )
        assert done.returncode == 0, done

    load("-A INPUT -p tcp --dport 80 -j DROP")
    try:
        source = visitors[0]
        visit = ["curl", "-s", "--max-time", "1", "--interface", source, f"http://{address}/"]
        assert site.lab.client(visit).returncode != 0
        (found,) = told(site, "web1")["clients"]
    finally:
        load("-D INPUT -p tcp --dport 80 -j DROP")
    assert (found["address"], found["unanswered"]) == (source, found["connections"])
    assert found["bytes"] > 0
    assert site.lab.client(["python3", SYN, "from", "10.77.0.99", address, "80"]).returncode == 0
    lost = next(each for each in told(site, "web1")["clients"] if each["address"] == "10.77.0.99")
    assert (lost["connections"], lost["unanswered"]) == (5, 5)


def test_the_docker_host_is_no_client(site: Site) -> None:
    address = site.up("web1")
    site.netc("route", "add", "web1")
    try:
        page = site.lab.exec(["curl", "-s", "--max-time", "2", f"http://{address}/"])
        assert page.stdout.strip() == "web1"
        assert site.get(address) == "web1"
        found = told(site, "web1")["clients"]
    finally:
        site.netc("route", "del", "web1")
    assert [each["address"] for each in found] == [site.lab.CLIENT_IP]


def test_very_many_are_cut_and_leave_the_loop_its_memory(site: Site) -> None:
    address = site.up("web1")
    assert site.get(address) == "web1"
    began = site.events("web1").count("start")
    sent = site.lab.client(["python3", SYN, "flood", address, "80", "14000", "8000"])
    assert sent.returncode == 0, sent
    many = [
        site.lab.popen("host", ["docker", "exec", "netc-web1", *CLIENTS], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    printed = [each.communicate(timeout=30)[0] for each in many]
    assert [each.returncode for each in many] == [0, 0, 0]
    for text in printed:
        lines = text.splitlines()
        assert sum(line.startswith("client ") for line in lines) == 200
        assert lines[0].startswith("tracked 1")
        assert lines[-1] == "more 9800"
    assert site.events("web1").count("start") == began
    assert eventually(lambda: site.get(address), lambda page: page == "web1")


def test_what_is_not_on_or_cannot_be_asked(site: Site) -> None:
    for service in ("web1", "nobody"):
        done = site.run("clients", service)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.count("\n") == 1
    site.up("web1")
    done = site.run("clients", "web1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "no client now\n")
    site.docker("pause", "netc-web1")
    try:
        done = site.run("clients", "web1")
    finally:
        site.docker("unpause", "netc-web1")
    assert done.returncode == 1
    assert "docker unpause netc-web1" in done.stderr
    site.docker("stop", "netc-web1")
    done = site.run("clients", "web1")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "netc up web1 eth1" in done.stderr
