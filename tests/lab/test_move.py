"""An address is moved: to another service, to another host, from a host that is dead or cut off."""

import json
import time
from typing import Any

import pytest

from netc_tui.lab import Lab
from netc_tui.lab.processes import enter
from tests.faults.dhcp import ScriptedServer

from .conftest import Site, eventually
from .moving import listened, releases, visited
from .test_killed import killed

Sites = tuple[Site, Site, Site]
DEAD = "tcp://127.0.0.1:1"
"""Where no engine is."""
MOST = 80
"""Answers of the engines that a move may need at most; a guard against endless loops."""


def engine_of(site: Site) -> str:
    return f"unix://{site.lab.socket_of(site.host)}"


def address_of(site: Site, service: str) -> str | None:
    """The one that it holds now; None: it has none, or is off."""
    done = site.run("show", service, "--json")
    return json.loads(done.stdout)["network_container"]["ip"] if done.returncode == 0 else None


def leased(lab: Lab, address: str) -> bool:
    """Does the DHCP server keep it for somebody?"""
    return f" {address} " in lab.lease_file.read_text()


def take_over(site: Site, seed: str, *options: str) -> str:
    """Take the place of a host that is not there any more; the address."""
    asked = ("move", "web1", "--from", DEAD, "--seed", seed, "--interface", "eth1", *options)
    return site.netc(*asked).strip().removeprefix("ip=")


def seed_of(site: Site) -> str:
    """What the identity of web1 is derived from there."""
    return site.show("web1")["seed"] or engine_id(site)


def engine_id(site: Site) -> str:
    return site.docker("info", "-f", "{{.ID}}")


def test_to_another_service(site: Site) -> None:
    address = site.up("web1")
    before, given_back = site.show("web1"), releases(site.lab, address)
    with visited(site.lab, address) as visits, listened(site.lab, address):
        assert site.netc("move", "web1", "--to-service", "web2") == f"ip={address}\n"
        time.sleep(1)
    assert visits["pages"] == ["web1", "web2"]
    assert visits["longest"] < 1.0, visits
    assert site.leftovers() == ["netc-web2", "netc-lan-eth1"]
    after = site.show("web2")
    for name in ("ip", "mac", "client_id", "hostname", "ports"):
        assert after[name] == before[name]
    assert releases(site.lab, address) == given_back
    # Its lease is renewed soon, and it is kept by whoever turns it on again.
    eventually(lambda: "renewed" in site.events("web2"), seconds=10)
    made = site.docker("inspect", "-f", "{{.Id}}", "netc-web2")
    assert site.up("web2") == address
    assert site.docker("inspect", "-f", "{{.Id}}", "netc-web2") == made
    assert "off: its address goes to web2" in site.netc("history", "web1")
    # The former service gets another one, also beside it.
    other = site.up("web1")
    assert other != address
    assert (site.get(address), site.get(other)) == ("web2", "web1")
    # And it outlives a restart.
    site.docker("restart", "netc-web2")
    eventually(lambda: site.get(address), lambda page: page == "web2", 20)


def test_a_service_that_does_not_answer_there_switches_nothing(site: Site) -> None:
    address = site.up("web1")
    with visited(site.lab, address) as visits:
        done = site.run("move", "web1", "--to-service", "worker", "--port", "80")
        time.sleep(0.5)
    assert done.returncode == 7, done.stderr
    assert "nothing was switched, web1 is on as before" in done.stderr
    assert "tcp/80 refused" in done.stderr
    assert visits["pages"] == ["web1"]
    assert visits["longest"] < 1.0, visits
    assert site.leftovers() == ["netc-web1", "netc-lan-eth1"]
    assert site.get(address) == "web1"


@pytest.mark.timeout(600)  # of each, some ninety moves
@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "each"])
def test_killed_after_an_answer_of_the_engine(site: Site, step: int) -> None:
    """From one service to the other and back."""
    address = site.up("web1")
    given_back = releases(site.lab, address)
    here, there = "web1", "web2"
    with listened(site.lab, address):
        for count in range(1, MOST, step):
            was_killed = killed(site, count, "move", here, "--to-service", there)
            assert site.netc("move", here, "--to-service", there) == f"ip={address}\n", count
            assert site.leftovers() == [f"netc-{there}", "netc-lan-eth1"]
            assert site.get(address) == there
            here, there = there, here
            if not was_killed:
                break
    assert 20 < count < MOST - step, "it asks more of the engine than that"
    assert releases(site.lab, address) == given_back


def test_killed_and_never_given_again(site: Site) -> None:
    """Wherever it was cut off, one of the two has the address."""
    address = site.up("web1")
    with listened(site.lab, address):
        for count in (16, 20, 24, 28):
            killed(site, count, "move", "web1", "--to-service", "web2")
            time.sleep(6)
            assert site.get(address) in ("web1", "web2"), count
            site.netc("move", "web1", "--to-service", "web2")
            site.netc("move", "web2", "--to-service", "web1")


def test_to_another_host_and_back(sites: Sites) -> None:
    """By ssh, as the hosts are called there."""
    one, two, _ = sites
    address = one.up("web1")
    given_back = releases(one.lab, address)
    for source, target, way in ((one, two, "--to"), (two, one, "--from")):
        with visited(one.lab, address) as visits, listened(one.lab, address):
            done = one.netc("move", "web1", way, "host2")
            assert done == f"ip={address}\n"
            time.sleep(1)
        assert visits["longest"] < 3.0, visits
        assert source.leftovers() == []
        assert address_of(target, "web1") == address
        assert target.up("web1") == address, "it is kept there"
    assert releases(one.lab, address) == given_back


@pytest.mark.parametrize(
    "counts",
    [(12, 24, 36), pytest.param(tuple(range(1, MOST, 4)), marks=pytest.mark.slow)],
    ids=["some", "many"],
)
def test_killed_between_two_hosts(sites: Sites, counts: tuple[int, ...]) -> None:
    one, two, _ = sites
    address = one.up("web1")
    given_back = releases(one.lab, address)
    ways = ("--to", engine_of(two)), ("--from", engine_of(two))
    with listened(one.lab, address):
        for number, count in enumerate(counts):
            moving = ("move", "web1", *ways[number % 2])
            was_killed = killed(one, count, *moving)
            assert one.netc(*moving) == f"ip={address}\n", count
            assert one.get(address) == "web1"
            assert (one, two)[number % 2].leftovers() == []
            if not was_killed:
                break
    assert releases(one.lab, address) == given_back


def test_a_host_on_another_lan_gets_nothing(sites: Sites) -> None:
    one, two, _ = sites
    address = one.up("web1")
    done = one.run("move", "web1", "--to", engine_of(two), "--interface", "eth2")
    assert done.returncode == 7, done.stderr
    assert "is not heard on eth2 there" in done.stderr
    assert one.get(address) == "web1"
    assert two.leftovers() == []


@pytest.mark.parametrize("silently", [False, True], ids=["cable", "silently"])
def test_a_healed_host_gives_way(sites: Sites, silently: bool) -> None:
    heal(sites, rounds=2, silently=silently)


@pytest.mark.slow
@pytest.mark.parametrize("silently", [False, True], ids=["cable", "silently"])
def test_a_healed_host_gives_way_each_time(sites: Sites, silently: bool) -> None:
    heal(sites, rounds=10, silently=silently)


def heal(sites: Sites, rounds: int, *, silently: bool) -> None:
    """A host is cut off and keeps running; another takes its place; it is healed."""
    lab = sites[0].lab
    cut, other = sites[:2]
    address = cut.up("web1")
    given_back = releases(lab, address)
    for number in range(rounds):
        seed = seed_of(cut)
        with listened(lab, address) as heard:
            lab.host(cut.host).cut(silently=silently)
            assert take_over(other, seed) == address
            assert address_of(cut, "web1") == address, "it does not know yet"
            time.sleep(0.3 * (number % 4))
            lab.host(cut.host).heal()
            eventually(lambda cut=cut: address_of(cut, "web1"), lambda ip: ip is None, 4)
            time.sleep(3)
        print(number, heard)
        eventually(lambda cut=cut: standing(cut), lambda code: code == "N210", 3)
        assert other.get(address) == "web1"
        assert address_of(other, "web1") == address
        assert leased(lab, address)
        cut.netc("down", "web1")
        assert releases(lab, address) == given_back, "it has nothing to release"
        cut, other = other, cut


def test_turned_on_again_at_home_it_takes_the_address_back_only_when_told_so(sites: Sites) -> None:
    one, two, _ = sites
    address = one.up("web1")
    one.netc("move", "web1", "--to", engine_of(two))
    with listened(one.lab, address), visited(one.lab, address) as visits:
        done = one.run("up", "web1", "eth1")
        assert done.returncode == 1, done.stderr
        assert "it was not turned on" in done.stderr
        assert "netc move web1 --from HOST" in done.stderr
        assert one.leftovers() == []
        time.sleep(1)
    assert visits["longest"] < 1.0, visits
    assert two.events("web1").count("standby") == 1, "before the move alone"
    with listened(one.lab, address):
        assert one.up("web1", "eth1", "--seed", engine_id(one)) == address
        eventually(lambda: standing(two), lambda code: code == "N210", 10)
        time.sleep(2)
    assert one.get(address) == "web1"


def test_only_who_took_the_place_of_another_says_so_on_the_lan(site: Site) -> None:
    """Also after another start."""
    address = site.up("web1")
    mac = site.show("web1")["mac"]
    assert told_of(site.lab, mac) is None
    site.netc("move", "web1", "--to-service", "web2")
    assert str(told_of(site.lab, mac)).startswith(f"06:{mac[3:5]}:")
    site.docker("restart", "netc-web2")
    eventually(lambda: site.get(address), lambda page: page == "web2", 20)
    assert str(told_of(site.lab, mac)).startswith(f"06:{mac[3:5]}:")


def told_of(lab: Lab, mac: str) -> str | None:
    """Who says within three seconds on the LAN that it holds an identity, by its MAC address."""
    octets = [int(octet, 16) for octet in mac.split(":")[2:]]
    address = ".".join(map(str, (240 | octets[0] & 7, *octets[1:])))
    nobody = "02:00:00:00:00:01"
    arp = ("busybox", "arp", "-i", "eth0")
    lab.client([*arp, "-s", address, nobody, "temp"])
    time.sleep(3)
    known = lab.client(["cat", "/proc/net/arp"]).stdout.splitlines()
    lab.client([*arp, "-d", address])
    [heard] = [line.split()[3] for line in known if line.startswith(f"{address} ")]
    return None if heard == nobody else heard


def test_a_host_that_comes_back_stands_by(sites: Sites) -> None:
    one, two, _ = sites
    address = one.up("web1")
    seed = seed_of(one)
    lab = one.lab
    with listened(lab, address):
        lab.host(one.host).power_off()
        assert take_over(two, seed) == address
        lab.host(one.host).power_on()
        eventually(lambda: standing(one), lambda health: health == "N210", 30)
        time.sleep(2)
    assert two.get(address) == "web1"


@pytest.mark.slow
def test_a_lease_that_ran_out_in_a_cut_off_host_is_not_taken_back(sites: Sites) -> None:
    """It asks the server again, which knows its client-id, and would be the one that was bound
    last."""
    one, two, _ = sites
    lab = one.lab
    lab.stop_dhcp()
    server = ScriptedServer(
        enter(lab.layout, "lan"), "br0", lifetime=20, addresses=["10.77.0.150", "10.77.0.151"]
    )
    try:
        address = one.up("web1")
        seed = seed_of(one)
        with listened(lab, address):
            lab.host(one.host).cut(silently=True)
            assert take_over(two, seed) == address
            eventually(lambda: address_of(one, "web1"), lambda ip: ip is None, 30)
            lab.host(one.host).heal()
            eventually(lambda: standing(one), lambda code: code == "N210", 60)
            time.sleep(3)
        assert two.get(address) == "web1"
        assert "rival" not in two.events("web1"), "it never had it again"
        assert server.count("release") == 0
    finally:
        server.close()


def standing(site: Site) -> str | None:
    """The code of what is wrong with web1's network container."""
    done = site.run("show", "web1", "--json")
    if done.returncode:
        return None
    found: dict[str, Any] = json.loads(done.stdout)["network_container"]["health"]
    return (found["finding"] or {}).get("code")


def test_a_gateway_that_is_away_is_no_matter(site: Site) -> None:
    """One that merely boots takes nobody off the LAN."""
    address = site.up("web1")
    with visited(site.lab, address) as visits:
        site.lab.lan(["ip", "addr", "del", f"{site.lab.SERVER_IP}/24", "dev", "br0"])
        time.sleep(4)
        site.lab.lan(["ip", "addr", "add", f"{site.lab.SERVER_IP}/24", "dev", "br0"])
        time.sleep(2)
    assert visits["longest"] < 1.0, visits
    assert "standby" not in site.events("web1")
