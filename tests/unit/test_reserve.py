"""Lines to paste elsewhere: what comes out of a shell, a JSON parser, dnsmasq's own grammar."""

import itertools
import json
import re
import shlex
import subprocess

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import identity, reserve
from netc_tui.core.health import Health, State
from netc_tui.core.lease import Phase
from netc_tui.core.model import NetworkContainer, Service
from netc_tui.core.ports import Forward, Port, as_exposed, parse_all
from netc_tui.core.words import command
from netc_tui.tui.screens.copy import copies
from tests.unit.strategies import forwards

OWN = identity.derive("A1:B2", "web")
ONE = NetworkContainer(
    name="netc-web",
    service="web",
    state="running",
    interface="eth1",
    phase=Phase.BOUND,
    ip="192.168.77.10",
    prefix=24,
    gateway="192.168.77.1",
    server="192.168.77.1",
    mac=OWN.mac,
    client_id=OWN.client_id,
    hostname=OWN.hostname,
    target="172.17.0.2",
    ports=(Forward("tcp", 80, 80),),
    bound_at=None,
    renew_at=None,
    rebind_at=None,
    expires_at=None,
    network="bridge",
    message=None,
    health=Health(State.HEALTHY),
)
WEB = Service("web", "i-web", "nginx", "running", (Port(80, "tcp"),), network_container=ONE)


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


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"hostname": "shop"}, ["--hostname", "shop"]),
        ({"mac": "02:00:5e:00:53:01"}, ["--mac", "02:00:5e:00:53:01"]),
        ({"ports": (Forward("udp", 53, 5353),)}, ["--port", "53:5353/udp"]),
        ({"network": "back end"}, ["--network", "back end"]),
    ],
)
def test_what_was_chosen_is_said(facts: dict[str, object], words: list[str]) -> None:
    one = msgspec.structs.replace(ONE, **facts)  # type: ignore[arg-type]
    made = shlex.split(
        reserve.command(msgspec.structs.replace(WEB, network_container=one), "A1:B2")
    )
    at = made.index(words[0])
    assert made[at : at + 2] == words


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


INJECTED = ("$(reboot)", "x;reboot", "`id`", "web,set:all,10.0.0.1", "'", '"', "-x", "a&b")
EVIL = st.sampled_from(INJECTED) | st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20
)
DNSMASQ = re.compile(r"dhcp-host=id:[0-9a-f:]+,[0-9a-f:]{17},[0-9.]+,[A-Za-z0-9-]+")


@given(EVIL, EVIL, EVIL, EVIL)
def test_forged_labels_put_nothing_into_what_is_copied(
    hostname: str, mac: str, client_id: str, name: str
) -> None:
    forged = msgspec.structs.replace(
        ONE, hostname=hostname, mac=mac, client_id=client_id, interface=name, network=name
    )
    found = copies(msgspec.structs.replace(WEB, network_container=forged), "A1:B2", "eth0")
    assert all(text.isprintable() for text in found.values())
    words = shlex.split(found["netc command"])
    assert words[:4] == ["netc", "up", "web", name]
    assert words[-2:] == ["--network", name]
    assert "dnsmasq" not in found or DNSMASQ.fullmatch(found["dnsmasq"])
    one = msgspec.structs.replace(ONE, hostname=hostname)
    found = copies(msgspec.structs.replace(WEB, network_container=one), "A1:B2", "eth0")
    line = found.get("dnsmasq")
    assert line is None or (DNSMASQ.fullmatch(line) and line.endswith(f",{hostname}"))


@given(st.lists(EVIL, min_size=1, max_size=4))
def test_a_command_that_is_shown_takes_each_name_for_one_word(names: list[str]) -> None:
    line = command("docker", "start", *names)
    assert shlex.split(line) == ["docker", "start", *names]
    done = subprocess.run(
        ["/bin/sh", "-c", line.replace("docker start", "printf '%s\\n'", 1)],
        capture_output=True, text=True, check=True, env={"PATH": "/nowhere"},
    )  # fmt: skip
    assert done.stdout.splitlines() == names
    assert done.stderr == ""
