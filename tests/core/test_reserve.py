"""Lines to paste elsewhere: what comes out of a shell, a JSON parser, dnsmasq's own grammar."""

import itertools
import json
import shlex

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import reserve
from netc_tui.core.ports import Forward, as_exposed, parse_all
from tests.core.samples import ONE, WEB
from tests.core.strategies import forwards


def test_dnsmasq() -> None:
    first, mac, ip, name = reserve.dnsmasq(ONE).removeprefix("dhcp-host=").split(",")
    assert first.startswith("id:")
    assert first[3:].replace(":", "") == ONE.client_id
    assert all(len(octet) == 2 for octet in first[3:].split(":"))
    assert (mac, ip, name) == (ONE.mac, ONE.ip, "web")


def test_without_an_address_the_name_alone_is_reserved() -> None:
    without = msgspec.structs.replace(ONE, ip=None)
    assert reserve.dnsmasq(without).endswith(f",{ONE.mac},web")
    assert json.loads(reserve.kea(without)) == {
        "client-id": ONE.client_id.upper(),
        "hostname": "web",
    }


def test_kea() -> None:
    assert json.loads(reserve.kea(ONE)) == {
        "client-id": ONE.client_id.upper(),
        "hostname": "web",
        "ip-address": "192.168.77.10",
    }
    # One identifier: a reservation with two is refused.
    assert "hw-address" not in reserve.kea(ONE)


def test_the_command_of_one_that_is_as_netc_chooses() -> None:
    assert reserve.command(WEB, "A1:B2") == "netc up web eth1 --network bridge"


def test_the_command_of_one_that_is_off() -> None:
    off = msgspec.structs.replace(WEB, network_container=None)
    assert reserve.command(off, "A1:B2") == "netc up web INTERFACE"
    assert reserve.command(off, "A1:B2", "eth2") == "netc up web eth2"


@given(forwards(), st.text(min_size=1), st.text(min_size=1))
def test_a_shell_reads_it_as_it_is_meant(
    ports: tuple[Forward, ...], name: str, network: str
) -> None:
    one = msgspec.structs.replace(ONE, ports=ports, network=network)
    service = msgspec.structs.replace(WEB, name=name, network_container=one)
    words = shlex.split(reserve.command(service, "A1:B2"))
    assert words[:4] == ["netc", "up", name, "eth1"]
    assert words[words.index("--network") + 1] == network
    pairs = itertools.pairwise(words[4:])
    given_ports = [after for word, after in pairs if word == "--port"]
    assert parse_all(given_ports) == (ports if ports != as_exposed(WEB.ports) else ())
