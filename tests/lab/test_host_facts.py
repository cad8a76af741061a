"""What the Docker host tells of its LAN: DHCP servers, neighbours, packets that go astray."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netc_tui.core.diagnosis.facts import Neighbour, Server, Surroundings
from netc_tui.core.errors import Exit
from netc_tui.host.routes import PROTOCOL
from netc_tui.lab.dhcp import BOOTPS
from tests.faults.dhcp import Neighbour as Machine
from tests.faults.dhcp import ScriptedServer

from .conftest import Site, eventually
from .test_errors import NOBODY

SERVER, HOST, CLIENT, MAC = "10.77.0.1", "10.77.0.10", "10.77.0.2", "02:77:00:00:00:01"
HEAD = (
    "import asyncio, json, msgspec, sys, time\n"
    "from netc_tui.core.errors import NetcError\n"
    "from netc_tui.host import dhcp, surroundings\n"
    "words = json.loads(sys.argv[1])\n"
    "begun = time.monotonic()\n"
    "def told(found):\n"
    "    print(msgspec.json.encode([found, time.monotonic() - begun]).decode())\n"
    "def run(work):\n"
    "    try: told(asyncio.run(work))\n"
    "    except NetcError as error: print(error.message); sys.exit(int(error.code))\n"
)
SERVERS = f"{HEAD}for _ in range(words.pop()): run(dhcp.servers(*words))\n"
LOOK = f"{HEAD}told(surroundings.look(*words))\n"
ASTRAY = f"{HEAD}print('ready', flush=True); run(surroundings.astray(*words))\n"


def here(code: str, *words: Any) -> list[str]:
    """A command that runs code of ours, for the Docker host."""
    return [sys.executable, "-c", code, json.dumps(words)]


def heard(site: Site, *words: Any, times: int = 1) -> tuple[list[Server], float]:
    """The servers that answer, and how long it took to ask."""
    done = site.lab.exec(here(SERVERS, *words, times))
    assert done.returncode == 0, done
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=tuple[list[Server], float])


def seen(site: Site, *words: Any, before: tuple[str, ...] = ()) -> Surroundings:
    done = site.lab.exec([*before, *here(LOOK, *words)])
    assert done.returncode == 0, done
    found, seconds = msgspec.json.decode(done.stdout, type=tuple[Surroundings, float])
    assert seconds < 3, "with what takes time to load"
    return found


@contextmanager
def another_server(site: Site, **script: Any) -> Iterator[tuple[Machine, ScriptedServer]]:
    machine = Machine(site.lab, address=script["server"])
    try:
        server = ScriptedServer(machine.prefix, "eth0", **script)
        try:
            yield machine, server
        finally:
            server.close()
    finally:
        machine.close()


def test_the_server_is_named_and_no_lease_is_taken(site: Site) -> None:
    before = site.lab.lease_file.read_text()
    found, seconds = heard(site, "eth1", HOST, 0.5, times=10)
    (server,) = found
    assert (server.address, server.mac) == (SERVER, MAC)
    assert (server.prefix, server.gateway) == (24, SERVER)
    assert server.offer is not None
    assert server.offer.startswith("10.77.0.1")
    assert site.lab.lease_file.read_text() == before
    # Each time for the same client, who was offered the same address.
    again, _ = heard(site, "eth1", None, 0.5)
    assert again == found
    assert seconds < 10 * 0.5 + 5


def test_each_server_on_the_wire_is_named(site: Site) -> None:
    script = {"server": "10.77.0.66", "addresses": ["10.77.0.90"], "router": "10.77.0.66"}
    with another_server(site, **script) as (machine, server):
        found, _ = heard(site, "eth1", HOST, 1.0)
        assert [one.address for one in found] == [SERVER, "10.77.0.66"]
        assert found[1] == Server(
            address="10.77.0.66",
            mac=machine.mac,
            offer="10.77.0.90",
            prefix=24,
            gateway="10.77.0.66",
        )
        assert {message["message"] for message in server.heard} <= {"discover", "8"}, "no request"
        # On the other LAN there is only one.
        other, _ = heard(site, "eth2", "10.78.0.10", 1.0)
        assert [one.address for one in other] == ["10.78.0.1"]


def test_a_server_whose_pool_is_empty_is_named_without_an_offer(site: Site, tmp_path: Path) -> None:
    leases = tmp_path / "leases"
    leases.write_text("4000000000 02:00:00:00:00:77 10.77.0.100 other *\n")
    options = ("--dhcp-range=10.77.0.100,10.77.0.100", f"--dhcp-leasefile={leases}", "--no-ping")
    plain = ("--conf-file=/dev/null", "--pid-file=", "--user=root", "--port=0", "--interface=br0")
    died = ("setpriv", "--pdeathsig", "KILL")
    site.lab.stop_dhcp()
    server = site.lab.popen(
        "lan", [*died, "dnsmasq", "-k", "--bind-interfaces", *plain, *options], stderr=-1
    )
    try:
        eventually(lambda: BOOTPS in site.lab.lan(["cat", "/proc/net/udp"]).stdout)
        found, seconds = heard(site, "eth1", HOST, 0.5)
        assert found == [Server(address=SERVER, mac=MAC)]
        assert seconds > 3.9, "an offer may come late"
    finally:
        server.kill()
        server.communicate()


def test_a_server_that_knows_whom_it_answers_is_not_seen(site: Site) -> None:
    """A limit: nothing that is sent makes it speak."""
    site.lab.start_dhcp("--dhcp-ignore=tag:!known")
    try:
        assert heard(site, "eth1", HOST, 0.5)[0] == []
    finally:
        site.lab.start_dhcp()


def test_a_server_that_pings_before_it_offers_is_waited_for(site: Site) -> None:
    script = {"server": "10.77.0.66", "addresses": ["10.77.0.90"], "delay": 3}
    site.lab.stop_dhcp()
    with another_server(site, **script):
        # Who has no address on the interface cannot ask otherwise whether there is one.
        found, seconds = heard(site, "eth1", None, 0.5)
    assert [(one.address, one.offer) for one in found] == [("10.77.0.66", "10.77.0.90")]
    assert seconds > 2.9


def test_no_server(site: Site) -> None:
    site.lab.stop_dhcp()
    found, seconds = heard(site, "eth1", HOST, 1.0)
    assert found == []
    assert 1 <= seconds < 3.9


def test_a_liar_on_the_lan_does_no_harm(site: Site) -> None:
    """Options that make no sense, an offer of no address, netmask and router that are none."""
    options = [[1, "ff00ff00"], [3, "0a"], [54, "0a4d"], [12, "1b5b324a" * 40], [3, "00000000"]]
    script = {"server": "10.77.0.66", "addresses": ["10.77.0.90"]}
    with another_server(site, **script, options=options) as (machine, _):
        found, _ = heard(site, "eth1", HOST, 0.5)
    assert found[1] == Server(address="10.77.0.66", mac=machine.mac, offer="10.77.0.90")


def test_who_is_not_root_is_told_so(site: Site) -> None:
    for code, words in (
        (SERVERS, ("eth1", HOST, 0.5, 1)),
        (ASTRAY, ("eth1", "10.77.0.150", MAC, 0.2)),
    ):
        done = site.lab.exec([*NOBODY, *here(code, *words)])
        assert done.returncode == Exit.FAILED, done
        assert done.stdout.splitlines()[-1] == "it needs root: run it with sudo"
        assert done.stderr == ""


def test_an_interface_that_is_down_is_told(site: Site) -> None:
    site.lab.exec(["ip", "link", "set", "eth2", "down"])
    try:
        assert not seen(site, "eth2", None, None).up
        done = site.lab.exec(here(SERVERS, "eth2", None, 0.5, 1))
        assert done.returncode == Exit.INTERFACE
        assert done.stdout.strip() == "the interface eth2 is down"
    finally:
        site.lab.exec(["ip", "link", "set", "eth2", "up"])


@pytest.mark.parametrize("who", [(), NOBODY], ids=["root", "nobody"])
def test_the_host_s_surroundings(site: Site, who: tuple[str, ...]) -> None:
    host = seen(site, "eth1", SERVER, None, before=who)
    assert (host.there, host.up, host.carrier, host.unfit) == (True, True, True, None)
    assert host.addresses == (f"{HOST}/24",)
    assert host.gateway == Neighbour("reachable", MAC)
    assert host.address is None
    assert host.astray is None
    assert not host.routed
    gone = seen(site, "eth1", "10.77.0.99", None, before=who)
    assert gone.gateway is not None
    assert gone.gateway.state in ("incomplete", "failed")


def test_a_program_on_the_host_that_tried_in_vain_is_seen(site: Site) -> None:
    address = site.up("web1")
    assert seen(site, "eth1", SERVER, address).address is None, "nobody tried"
    asked = ["curl", "-s", "-m", "5", f"http://{address}/"]
    assert site.lab.exec(asked).returncode != 0
    host = seen(site, "eth1", SERVER, address)
    assert host.address is not None
    assert host.address.state in ("failed", "incomplete")
    assert not host.routed
    site.netc("route", "add", "web1")
    try:
        assert seen(site, "eth1", SERVER, address).routed
        shown = site.lab.exec(["ip", "route", "show", "proto", str(PROTOCOL)])
        assert address in shown.stdout
    finally:
        site.netc("route", "del", "web1")
    assert not seen(site, "eth1", SERVER, address).routed


def test_a_neighbour_with_an_old_mac_is_seen(site: Site) -> None:
    address = site.up("web1")
    mac = site.show("web1")["mac"]
    old = "02:99:99:99:99:99"

    def strays() -> list[list[str]]:
        ears = site.lab.popen("host", here(ASTRAY, "eth1", address, mac, 1.0), stdout=-1)
        assert ears.stdout is not None
        assert ears.stdout.readline() == "ready\n"
        ping = ["ping", "-c", "4", "-i", "0.3", "-W", "1", address]
        reached = site.lab.client(ping).returncode == 0
        out, _ = ears.communicate(timeout=10)
        found = json.loads(out)[0]
        assert reached is not bool(found)
        return list(found)

    assert strays() == []
    neighbour = ["dev", "eth0"]
    site.lab.client(
        ["ip", "neigh", "replace", address, "lladdr", old, *neighbour, "nud", "permanent"]
    )
    try:
        assert strays() == [[CLIENT, old]]
    finally:
        site.lab.client(["ip", "neigh", "del", address, *neighbour])
    assert strays() == []
