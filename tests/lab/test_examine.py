"""What a look from within a network container finds, on real parts."""

import time
from pathlib import Path

import pytest

from netc_tui.core.diagnosis.facts import Probe
from netc_tui.core.probe import parse
from netc_tui.core.protocol import COUNTERS, EXAMINE, Env
from netc_tui.core.rules import Difference, compare
from tests.lab.conftest import Site

SYN = str(Path(__file__).with_name("syn.py"))


def examine(site: Site, *ports: str) -> Probe:
    return parse(site.docker("exec", "netc-web1", *EXAMINE, *ports))


def helper(site: Site) -> Probe:
    """The same where nothing can be run in the network container itself."""
    show = site.show("web1")
    environment = site.docker(
        "inspect", "netc-web1", "-f", "{{range .Config.Env}}{{println .}}{{end}}\n"
    )
    base = environment.partition(f"{Env.BASE_RULES}=")[2].partition("\nNETC_")[0]
    mac = environment.partition(f"{Env.MAC}=")[2].partition("\n")[0]
    rules = site.docker("exec", "netc-web1", "cat", "/lease/rules")
    facts = f"ip={show['ip']} gateway={show['gateway']} target={show['target']}"
    image = site.docker("inspect", "netc-web1", "-f", "{{.Config.Image}}")
    return parse(
        site.docker(
            *("run", "--rm", "--network", "container:netc-web1", "--entrypoint", EXAMINE[0]),
            *("--cap-drop", "ALL", "--cap-add", "NET_ADMIN", "--cap-add", "NET_RAW"),
            *("-e", f"{Env.BASE_RULES}={base}", "-e", f"{Env.MAC}={mac}", "-e", f"RULES={rules}"),
            *("-e", f"FACTS={facts}", image, EXAMINE[1], "tcp/80"),
        )
    )


def settled(site: Site) -> str:
    """It is up and has looked at itself; its address."""
    address = site.up("web1")
    assert site.get(address) == "web1"
    return address


def test_a_sound_path_within_two_seconds_and_a_half(site: Site) -> None:
    settled(site)
    began = time.monotonic()
    found = examine(site, "tcp/80", "tcp/81")
    took = time.monotonic() - began
    assert found.own == ("healthy", None, None)
    assert (found.gateway, found.ports) == ("ok", {"tcp/80": "open", "tcp/81": "refused"})
    assert found.there
    assert found.planned
    assert set(found.there) == set(found.planned)
    assert found.holders == ()
    assert (found.large, found.mtu) == ("ok", 1500)
    assert found.stuck == {}
    assert found.unforwarded is not None
    assert found.unforwarded[1] == 0
    assert took < 2.5


def test_from_a_helper_that_has_no_more_than_the_network(site: Site) -> None:
    settled(site)
    found = helper(site)
    assert found.own is None, "the loop is not asked"
    assert (found.gateway, found.ports) == ("ok", {"tcp/80": "open"})
    assert found.there
    assert found.planned
    assert set(found.there) == set(found.planned)
    assert (found.holders, found.large, found.stuck) == ((), "ok", {})
    assert found.unforwarded is not None


@pytest.mark.parametrize("table", ["filter", "nat"])
def test_a_rule_that_was_deleted_is_told_though_it_is_mended(site: Site, table: str) -> None:
    settled(site)
    rules = (
        "*filter\n-F NETC-INPUT\nCOMMIT\n" if table == "filter" else "*nat\n-F NETC-DNAT\nCOMMIT\n"
    )
    pipe = ["docker", "exec", "-i", "netc-web1", "iptables-restore", "--noflush"]
    assert site.lab.exec(pipe, input=rules).returncode == 0
    found = examine(site)
    assert found.there is not None
    assert found.planned is not None
    gone = set(found.planned) - set(found.there)
    assert gone
    assert all(rule.startswith(f"{table} -A NETC-") for rule in gone)
    assert not set(found.there) - set(found.planned)
    again = examine(site)
    assert again.there is not None
    assert set(again.there) == set(again.planned or ())


def test_all_rules_gone_is_not_taken_for_not_told(site: Site) -> None:
    settled(site)
    text = "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n-F\nCOMMIT\n*nat\n-F\nCOMMIT\n"
    pipe = ["docker", "exec", "-i", "netc-web1", "iptables-restore", "--noflush"]
    assert site.lab.exec(pipe, input=text).returncode == 0
    assert examine(site).there == ()


def test_what_comes_to_ports_that_are_not_forwarded_is_counted(site: Site) -> None:
    address = settled(site)
    before = examine(site).unforwarded
    assert before is not None
    assert site.get(address, 8080, 0.3) is None
    sent = site.lab.client(["python3", SYN, "from", "10.77.0.99", address, "8081"])
    assert sent.returncode == 0, sent
    after = examine(site).unforwarded
    assert after is not None
    assert after[0] - before[0] >= 6
    # Nor does anybody who asks for a port that is forwarded count.
    assert site.get(address) == "web1"
    assert examine(site).unforwarded == (after[0], 0)


def test_clients_whose_connections_are_never_established(site: Site) -> None:
    """The answers go to where nobody has begun anything."""
    address = settled(site)
    sent = site.lab.client(["python3", SYN, "flood", address, "80", "8", "100"])
    assert sent.returncode == 0, sent
    found = examine(site).stuck
    assert found is not None
    assert len(found) == 8, found
    assert all(client.startswith("100.64.0.") and n == 1 for client, n in found.items())


def test_a_dozen_at_once_leave_the_loop_its_processes(site: Site) -> None:
    settled(site)
    began = site.events("web1").count("start")
    many = [
        site.lab.popen("host", ["docker", "exec", "netc-web1", *EXAMINE, "tcp/80"])
        for _ in range(12)
    ]
    assert [one.wait(60) for one in many] == [0] * 12
    assert site.events("web1").count("start") == began
    assert examine(site, "tcp/80").own == ("healthy", None, None)


def test_somebody_else_who_has_the_address(site: Site) -> None:
    address = settled(site)
    link = site.lab.client(["ip", "-o", "link", "show", "eth0"]).stdout
    mac = link.partition("link/ether ")[2].split()[0]
    site.lab.client(["ip", "addr", "add", f"{address}/32", "dev", "eth0"])
    try:
        assert examine(site).holders == (mac,)
    finally:
        site.lab.client(["ip", "addr", "del", f"{address}/32", "dev", "eth0"])


def test_a_lan_that_swallows_large_packets(site: Site) -> None:
    settled(site)
    port = "host-eth1"
    site.lab.lan(["ip", "link", "set", port, "mtu", "1400"])
    try:
        found = examine(site)
    finally:
        site.lab.lan(["ip", "link", "set", port, "mtu", "1500"])
    assert (found.gateway, found.large, found.mtu) == ("ok", "lost", 1500)
    assert examine(site).large == "ok"


def test_a_link_that_is_down_is_asked_nothing_and_told_by_its_code(site: Site) -> None:
    settled(site)
    site.lab.exec(["ip", "link", "set", "eth1", "down"])
    try:
        found = examine(site)
    finally:
        site.lab.exec(["ip", "link", "set", "eth1", "up"])
    assert found.own is not None
    assert (found.own[:2], found.code) == (("broken", "lan"), "N102")
    assert found.own[2] is not None
    assert found.own[2].startswith("no carrier")
    assert (found.gateway, found.large, found.holders) == ("silent", None, None)


def test_rules_and_the_plan_are_read_at_once_and_mending_is_seen(site: Site) -> None:
    settled(site)

    def read() -> Difference | None:
        return compare(site.lab.exec(["docker", "exec", "netc-web1", *COUNTERS]).stdout)

    assert read() == Difference()
    flush = "*nat\n-F NETC-DNAT\nCOMMIT\n*filter\n-I INPUT -p tcp -j ACCEPT\nCOMMIT\n"
    pipe = ["docker", "exec", "-i", "netc-web1", "iptables-restore", "--noflush"]
    assert site.lab.exec(pipe, input=flush).returncode == 0
    found = read()
    assert found is not None
    assert found.added == ("filter -A INPUT -p tcp -j ACCEPT",)
    assert all(rule.startswith("nat -A NETC-DNAT") for rule in found.missing)
    assert found.missing
    until = time.monotonic() + 20
    while read() != Difference():
        assert time.monotonic() < until
        time.sleep(0.5)
