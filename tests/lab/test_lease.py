"""A lease through its life (RFC 2131 4.4), against real servers."""

from datetime import datetime
from pathlib import Path

import pytest

from .conftest import Site, eventually
from .kea import kea

pytestmark = pytest.mark.core


def phases(site: Site) -> str:
    return str(site.show("web1")["phase"])


def test_renewed_at_t1_and_followed_through_rebinding_and_expiry(
    site: Site, tmp_path: Path
) -> None:
    with kea(site.lab, tmp_path) as server:
        server.start(pool="10.77.0.200 - 10.77.0.210", lifetime=16, t1=4, t2=9)
        address = site.up("web1")
        bound = site.show("web1")
        spans = [
            (
                datetime.fromisoformat(bound[name]) - datetime.fromisoformat(bound["bound_at"])
            ).seconds
            for name in ("renew_at", "rebind_at", "expires_at")
        ]
        assert spans == [4, 9, 16]

        # T1: renewed, though udhcpc by itself takes no lease as shorter than two minutes. It asks
        # by a socket that is connected to the server and closed at once: an answer that comes
        # within those microseconds, as it can on one machine, is lost, and T2 asks again.
        eventually(lambda: site.events("web1"), lambda seen: "renewing" in seen, 5)
        eventually(lambda: site.events("web1"), lambda seen: "renewed" in seen, 8)
        assert site.get(address) == "web1"

        server.stop()
        eventually(lambda: phases(site), lambda phase: phase == "renewing", 8)
        eventually(lambda: phases(site), lambda phase: phase == "rebinding", 8)
        assert site.get(address) == "web1", "the address is ours as long as the lease runs"
        eventually(lambda: phases(site), lambda phase: phase == "expired", 12)
        assert site.show("web1")["ip"] is None
        assert site.get(address) is None, "an address whose lease ran out is not ours any more"

        server.start(pool="10.77.0.200 - 10.77.0.210", lifetime=16, t1=4, t2=9)
        eventually(lambda: site.show("web1")["ip"], lambda ip: ip == address, 15)
        assert site.get(address) == "web1"


def test_a_server_that_returns_during_rebinding_keeps_the_address(
    site: Site, tmp_path: Path
) -> None:
    with kea(site.lab, tmp_path) as server:
        server.start(pool="10.77.0.200 - 10.77.0.210", lifetime=20, t1=3, t2=6)
        address = site.up("web1")
        server.stop()
        eventually(lambda: phases(site), lambda phase: phase == "rebinding", 12)
        server.start(pool="10.77.0.200 - 10.77.0.210", lifetime=20, t1=3, t2=6)
        eventually(lambda: site.events("web1"), lambda seen: "renewed" in seen, 12)
        assert site.show("web1")["ip"] == address
        assert "expired" not in site.events("web1")


def test_nak_after_the_range_of_the_server_changed(site: Site, tmp_path: Path) -> None:
    old = site.up("web1")
    site.lab.stop_dhcp()
    log = tmp_path / "dnsmasq.log"
    other = site.lab.popen(
        "lan",
        ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root",
         "--interface=br0", "--bind-interfaces", "--no-ping", "--dhcp-authoritative",
         "--pid-file=", f"--dhcp-leasefile={tmp_path / 'leases'}", f"--log-facility={log}",
         "--dhcp-range=10.77.0.220,10.77.0.230,2m"],
    )  # fmt: skip
    try:
        eventually(lambda: log.exists() and "DHCP" in log.read_text())
        site.netc("renew", "web1", "--timeout", "20")
    finally:
        other.kill()
        other.wait()
    assert "DHCPNAK" in log.read_text()
    assert "nak" in site.events("web1")
    new = site.show("web1")["ip"]
    assert new in {f"10.77.0.{last}" for last in range(220, 231)}
    assert (site.get(new), site.get(old, seconds=1)) == ("web1", None)


def test_a_renewal_asked_for_in_vain_does_not_cost_the_address(site: Site) -> None:
    address = site.up("web1")
    site.lab.stop_dhcp()
    failed = site.run("renew", "web1", "--timeout", "2")
    assert failed.returncode == 4
    assert "kept" in failed.stderr
    # udhcpc gives up a while later and starts over; asked again, at once.
    assert site.run("renew", "web1", "--timeout", "9").returncode == 4
    assert site.show("web1")["ip"] == address
    assert site.get(address) == "web1"
    site.lab.start_dhcp()
    site.netc("renew", "web1", "--timeout", "20")
    assert site.show("web1")["ip"] == address
    assert "bound" not in site.events("web1")[site.events("web1").index("bound") + 1 :]


def test_renew_says_until_when(site: Site) -> None:
    address = site.up("web1")
    before = site.show("web1")["bound_at"]
    eventually(lambda: site.netc("renew", "web1"), lambda out: f"ip={address} expires=" in out)
    assert site.show("web1")["bound_at"] >= before
    assert site.lab.dhcp_log.read_text().count("DHCPREQUEST") >= 2


def test_an_address_in_use_is_declined(site: Site) -> None:
    # A squatter sits on the very address that the server will offer.
    # Asked in the same way, and without a memory, it offers the same as before.
    options = ("--dhcp-range=10.77.0.150,10.77.0.150,2m", "--dhcp-sequential-ip")
    site.lab.stop_dhcp()
    site.lab.lease_file.unlink(missing_ok=True)
    site.lab.start_dhcp(*options)
    first = site.up("web1")
    site.netc("down", "web1")
    site.lab.client(["ip", "addr", "add", f"{first}/24", "dev", "eth0"])
    try:
        site.lab.stop_dhcp()
        site.lab.lease_file.unlink(missing_ok=True)
        site.lab.start_dhcp(*options)
        second = site.up("web1")
    finally:
        site.lab.client(["ip", "addr", "del", f"{first}/24", "dev", "eth0"])
    assert second != first
    assert "conflict" in site.events("web1")
    assert f"DHCPDECLINE(br0) {first}" in site.lab.dhcp_log.read_text()
    assert site.get(second) == "web1"


def test_the_lease_is_released_when_turned_off(site: Site) -> None:
    address = site.up("web1")
    mac = site.show("web1")["mac"]
    site.netc("down", "web1")
    assert f"DHCPRELEASE(br0) {address} {mac}" in site.lab.dhcp_log.read_text()
    assert address not in site.lab.lease_file.read_text()
    assert site.leftovers() == []


def _neighbour_knows(site: Site, address: str, mac: str) -> None:
    """The LAN machine has the address in its ARP table as somebody else's."""
    site.lab.client(
        ["ip", "neigh", "replace", address, "lladdr", mac, "dev", "eth0", "nud", "reachable"]
    )


@pytest.mark.parametrize("cause", ["restart", "kill", "down and up", "engine restart"])
def test_the_same_address_again_and_the_neighbour_reaches_it_at_once(
    site: Site, cause: str
) -> None:
    address = site.up("web1")
    identity = {key: site.show("web1")[key] for key in ("mac", "client_id", "hostname")}
    match cause:
        case "restart":
            _neighbour_knows(site, address, "02:00:00:00:00:01")
            site.docker("restart", "netc-web1")
        case "kill":
            _neighbour_knows(site, address, "02:00:00:00:00:01")
            site.docker("kill", "netc-web1")
            site.docker("start", "netc-web1")
        case "down and up":
            site.netc("down", "web1")
            _neighbour_knows(site, address, "02:00:00:00:00:01")
            site.up("web1")
        case "engine restart":
            _neighbour_knows(site, address, "02:00:00:00:00:01")
            site.lab.restart_engine()
    eventually(lambda: site.show("web1")["ip"], lambda ip: ip == address, 15)
    assert site.get(address, seconds=1) == "web1"
    assert {key: site.show("web1")[key] for key in identity} == identity


def test_the_address_it_had_is_asked_for_when_the_server_has_forgotten(site: Site) -> None:
    address = site.up("web1")
    site.lab.stop_dhcp()
    site.lab.lease_file.unlink()
    site.lab.start_dhcp("--dhcp-sequential-ip")
    site.docker("kill", "netc-web1")
    site.docker("start", "netc-web1")
    eventually(lambda: site.show("web1")["ip"], seconds=10)
    assert site.show("web1")["ip"] == address
