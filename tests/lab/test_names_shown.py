"""Which name the LAN's DNS has for a network container, as its DHCP server registers clients.

The lab's dnsmasq makes A and PTR of option 12, gives a name to whoever asked for it last, and tells
the one who had it nothing.
"""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.lab.conftest import Site, eventually


def named(site: Site, service: str) -> dict[str, Any]:
    """What `netc show --json` says of its name."""
    return json.loads(site.netc("show", service, "--json"))["name"]


def printed(site: Site, service: str, fact: str) -> str:
    """A line of `netc show`."""
    out = site.netc("show", service)
    (line,) = re.findall(rf"^{re.escape(fact):18} (.*)$", out, re.MULTILINE)
    return line


def take(site: Site, hostname: str) -> str:
    """Another machine of the LAN takes a lease under that hostname; its address."""
    ask = "busybox udhcpc -i eth0 -n -q -f -t 5 -s /bin/true -C -x 0x3d:01aabbccddeeff"
    done = site.lab.client([*ask.split(), "-x", f"hostname:{hostname}"])
    assert done.returncode == 0, done.stderr
    return re.findall("lease of ([0-9.]+) obtained", done.stderr + done.stdout)[0]


@contextmanager
def told(site: Site, *options: str) -> Iterator[None]:
    """The DHCP server tells these, too."""
    try:
        site.lab.start_dhcp(*options)
        yield
    finally:
        site.lab.start_dhcp()


def test_the_name_that_the_dhcp_server_registers_leads_here(site: Site) -> None:
    address = site.up("web1")
    (bound,) = [each for each in site.log("web1") if each["event"] == "bound"]
    assert (bound["domain"], bound["dns"]) == ("lab.lan", site.lab.SERVER_IP)
    assert named(site, "web1") == {
        "name": "web1.lab.lan", "state": "here", "addresses": [address], "called": ["web1.lab.lan"],
        "others": [], "servers": [site.lab.SERVER_IP], "published": None, "reason": None,
    }  # fmt: skip
    assert printed(site, "web1", "name") == "web1.lab.lan leads here"
    own = site.show("web1")
    assert (own["domain"], own["name_servers"]) == ("lab.lan", [site.lab.SERVER_IP])
    assert "\n  name     ok       web1.lab.lan leads here\n" in site.netc("doctor", "web1")


def test_a_name_that_another_machine_takes_is_told_with_who_has_it(site: Site) -> None:
    address = site.up("web1")
    other = take(site, "web1")
    assert other != address
    found = named(site, "web1")
    assert (found["state"], found["addresses"]) == ("elsewhere", [other])
    assert found["others"] == ["web1.lab.lan"], "the other is called that now"
    assert found["called"] is None, "this server has no name for it, and refuses to say so"
    assert printed(site, "web1", "name") == f"web1.lab.lan leads to {other}, not here"
    warning = printed(site, "web1", "warning")
    assert warning.startswith(f"in the DNS web1.lab.lan leads to {other}, not to {address}; ")
    # It is reached by its address, so its path is sound.
    report = site.netc("doctor", "web1", code=0)
    assert report.startswith(f"the path to web1 ({address} on eth1): healthy\n")
    assert "\n  N909 The name leads elsewhere: " in report
    # What the remedy names mends it.
    address = site.up("web1", "eth1", "--hostname", "shop")
    assert named(site, "web1")["name"] == "shop.lab.lan"
    assert printed(site, "web1", "name") == "shop.lab.lan leads here"
    assert "N909" not in site.netc("doctor", "web1", code=0)


def test_a_name_that_has_a_second_address_is_told_with_whose_that_is(site: Site) -> None:
    address, other = site.up("web1"), "10.77.0.66"
    by_hand = [f"--host-record=web1.lab.lan,{each}" for each in (address, other)]
    with told(site, *by_hand, "--ptr-record=66.0.77.10.in-addr.arpa,nas.lab.lan"):
        found = named(site, "web1")
        assert found["state"] == "also elsewhere"
        assert sorted(found["addresses"]) == sorted((address, other))
        assert "nas.lab.lan" in found["others"]
        name = printed(site, "web1", "name")
        assert name == f"web1.lab.lan leads here, and to {other} (nas.lab.lan)"
        assert "N909" in site.netc("doctor", "web1", code=0)


@pytest.mark.parametrize("silent", ["10.77.0.2", "10.77.0.250"])
def test_where_no_name_server_answers_nothing_is_known_and_nothing_waits(
    site: Site, silent: str
) -> None:
    """One where no name server runs, and an address that nobody has."""
    with told(site, f"--dhcp-option=option:dns-server,{silent}"):
        site.up("web1")
        quick, slow = [], []
        for _ in range(3):
            began = time.monotonic()
            site.netc("leases")
            quick.append(time.monotonic() - began)
            began = time.monotonic()
            found = named(site, "web1")
            slow.append(time.monotonic() - began)
        assert (found["name"], found["state"]) == ("web1.lab.lan", "unknown")
        assert (found["servers"], found["addresses"]) == ([silent], [])
        assert (found["called"], found["others"]) == (None, [])
        assert silent in found["reason"] or found["reason"] == "it is not told in time"
        assert printed(site, "web1", "name").startswith("web1.lab.lan: not known, ")
        # One second is what names may take; the rest is what the rest takes, rules above all.
        assert min(slow) < min(quick) + 1.0 + 1.5
        assert "N909" not in site.netc("doctor", "web1", code=0)


def test_a_lan_without_a_domain_and_name_servers_is_not_asked(site: Site) -> None:
    with told(site, "--dhcp-option=option:dns-server", "--dhcp-option=option:domain-name"):
        site.up("web1")
        found = named(site, "web1")
        why = "the DHCP server tells no domain and no name server"
        assert (found["state"], found["reason"]) == ("unknown", why)
        # It is told as soon as the server tells them.
        site.lab.start_dhcp()
        site.netc("renew", "web1")
        eventually(lambda: named(site, "web1")["state"], lambda state: state == "here")
