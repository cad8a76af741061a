"""Hostile input: a DHCP server that sends anything, labels and logs that are made to hurt."""

import json
import socket
import struct
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from netc_tui.cli.main import main

from .conftest import Site, eventually

SERVER = Path(__file__).with_name("dhcp_server.py")
IP = "10.77.0.150"
OWN = "touch /run/netc/owned"
SHELL = f"\"';$({OWN})`{OWN}`|{OWN}\n{OWN}&\\".encode()
ESCAPES = b"\x1b]0;owned\x07\x1b[31m\x1b[2J\x9b5n\x00\xff\xfe\xe2\x80\xae%s%n"
TEXT = SHELL + ESCAPES
FACTS = b'lab\nip=10.77.0.66\nserver=10.77.0.66"}\n{"event":"bound","ip":"10.77.0.66"}\n'

Options = Mapping[int, bytes | None]
Netc = Callable[..., str]


def ip(*addresses: str) -> bytes:
    return b"".join(map(socket.inet_aton, addresses))


def u32(*numbers: int) -> bytes:
    return struct.pack(f"!{len(numbers)}I", *numbers)


MASK, ROUTER, HOSTNAME, DOMAIN, LEASE, SERVER_ID, T1, T2, ROUTES = 1, 3, 12, 15, 51, 54, 58, 59, 121
SANE: Options = {
    SERVER_ID: ip("10.77.0.1"),
    LEASE: u32(600),
    MASK: ip("255.255.255.0"),
    ROUTER: ip("10.77.0.1"),
}

# udhcpc reads no more than 388 bytes of options, so not all can be in one packet.
# Each of these comes with an address that can be used, and must end in a service that answers.
PAYLOADS: dict[str, Options] = {
    "text for a shell": dict.fromkeys((HOSTNAME, DOMAIN, 17), SHELL),
    "text for a shell in odd places": dict.fromkeys((43, 56, 66), SHELL),
    "text for a terminal": dict.fromkeys((HOSTNAME, DOMAIN, 17, 40, 56, 64, 66), ESCAPES),
    "text in place of numbers": {T1: SHELL, T2: SHELL[:20], ROUTES: SHELL, 119: SHELL},
    "text that looks like facts": {HOSTNAME: FACTS, DOMAIN: FACTS, 17: FACTS},
    "very long text": {DOMAIN: b"a." * 90 + SHELL},
    "empty options": {HOSTNAME: b"", DOMAIN: b"", ROUTER: b"", T1: b"", ROUTES: b"", 6: b""},
    "many routers": {ROUTER: ip(*(f"10.77.0.{n}" for n in range(1, 40)))},
    "routers, some bytes left": {ROUTER: ip("10.77.0.1") + b"\x0a"},
    "half a router": {ROUTER: b"\x0a\x4d"},
    "router 0.0.0.0": {ROUTER: ip("0.0.0.0")},
    "router is the address itself": {ROUTER: ip(IP)},
    "router off the link": {ROUTER: ip("192.0.2.1")},
    "server-id 255.255.255.255": {SERVER_ID: ip("255.255.255.255")},
    "no mask": {MASK: None},
    "mask with a hole": {MASK: ip("255.0.255.0")},
    "mask of two bytes": {MASK: b"\xff\xff"},
    "mask 0.0.0.0": {MASK: ip("0.0.0.0")},
    "mask 255.255.255.255": {MASK: ip("255.255.255.255")},
    "no lease time": {LEASE: None},
    "lease time 0": {LEASE: u32(0)},
    "lease for ever": {LEASE: u32(0xFFFFFFFF)},
    "nearly for ever": {LEASE: u32(0xFFFFFFFE)},
    "lease time of two bytes": {LEASE: b"\x02\x58"},
    "T1 and T2 of odd lengths": {T1: b"\x01\x02\x03", T2: b"\0" * 8},
    "T1 after T2 after the lease": {T1: u32(9000), T2: u32(7000)},
    "T1 and T2 0": {T1: u32(0), T2: u32(0)},
    "routes cut off": {ROUTES: b"\x18\x0a\x4e"},
    "a route of 33 bits": {ROUTES: b"\x21" + ip("10.78.0.0", "10.77.0.1")},
    "a route through 0.0.0.0": {ROUTES: b"\x00" + ip("0.0.0.0")},
    "a route into the service's network": {ROUTES: b"\x10\xac\x11" + ip("10.77.0.66")},
    "a route to the service": {ROUTES: b"\x20\xac\x11\x00\x02" + ip("10.77.0.66")},
    "very many routes": {ROUTES: b"".join(bytes([24, 10, 79, n]) + ip(IP) for n in range(30))},
}
# RFC 2131 table 3: an answer has a server-id. What has none is no answer.
IGNORED: dict[str, Options] = {
    "no server-id": {SERVER_ID: None},
    "server-id of three bytes": {SERVER_ID: b"\x0a\x4d\x00"},
}
NO_ADDRESSES = ("0.0.0.0", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "172.17.0.2")


@pytest.fixture
def netc(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Netc:
    """The command line in this process, which is fast; what it printed on stdout and stderr."""
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    monkeypatch.setenv("DOCKER_HOST", site.lab.docker_host)

    def run(*arguments: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["netc", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert (ended.value.code or 0) == code, (arguments, out, err)
        return out + err

    return run


@contextmanager
def server(
    site: Site, options: Options = {}, address: str = IP, **fields: bytes
) -> Iterator[Callable[[], str]]:
    """A DHCP server with SANE options but for ``options``; yields what reads its next word."""
    merged = {**SANE, **options}
    wanted = {
        "ip": address,
        "options": [[code, value.hex()] for code, value in merged.items() if value is not None],
        **{name: value.hex() for name, value in fields.items()},
    }
    argv = [sys.executable, str(SERVER), "br0", json.dumps(wanted)]
    process = site.lab.popen("lan", argv, stdout=-1)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process.stdout.readline
    finally:
        process.kill()
        process.communicate()


def assert_plain(text: str) -> None:
    """Nothing in it can move a cursor, end a line early or turn the direction of writing."""
    bad = {c for c in text if unicodedata.category(c)[0] == "C" and c != "\n"}
    assert not bad, (bad, text)


def assert_unharmed(site: Site, netc: Netc, service: str = "web1") -> None:
    """It never went down, said nothing but JSON, ran nothing, and all output is fit to read."""
    name = f"netc-{service}"
    state = site.docker("inspect", "-f", "{{.State.Status}} {{.RestartCount}}", name)
    assert state == "running 0"
    logged = site.lab.exec(["docker", "logs", name])
    assert logged.stderr == ""
    assert_plain(logged.stdout)
    for line in logged.stdout.splitlines():
        assert isinstance(json.loads(line), dict), line
    files = site.docker("exec", name, "ls", "/run/netc", "/run", "/tmp", "/")
    assert "owned" not in files
    for command in (["show", service], ["ls"], ["leases"]):
        assert_plain(netc(*command))
        printed = netc(*command, "--json")
        assert_plain(printed)
        assert json.loads(printed)["schema"] == 1


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_whatever_the_server_sends_the_service_answers(
    site: Site, netc: Netc, payload: Options
) -> None:
    site.lab.stop_dhcp()
    with server(site, payload):
        assert site.up("web1") == IP
        assert site.get(IP) == "web1"
        assert_unharmed(site, netc)
        shown = site.show("web1")
    assert shown["ip"] == IP
    assert shown["mac"] in site.docker("exec", "netc-web1", "cat", "/sys/class/net/eth1/address")
    # The closed chains are still the ones in force.
    assert site.get(IP, 8080, 0.3) is None


@pytest.mark.parametrize("payload", IGNORED.values(), ids=IGNORED.keys())
def test_what_is_no_answer_is_ignored(site: Site, netc: Netc, payload: Options) -> None:
    site.lab.stop_dhcp()
    with server(site, payload):
        site.netc("up", "web1", "eth1", "--timeout", "1.5", code=4)
        assert_unharmed(site, netc)
        assert site.show("web1")["phase"] == "acquiring"


def test_hostile_header_fields(site: Site, netc: Netc) -> None:
    site.lab.stop_dhcp()
    with server(site, sname=TEXT[:64], file=TEXT[:128]):
        assert site.up("web1") == IP
        assert_unharmed(site, netc)


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_an_address_that_no_machine_can_have_is_not_used(
    site: Site, netc: Netc, address: str
) -> None:
    site.lab.stop_dhcp()
    with server(site, address=address):
        site.netc("up", "web1", "eth1", "--timeout", "1.5", code=4)
        assert_unharmed(site, netc)
        assert site.show("web1")["ip"] is None
        assert address not in site.docker("exec", "netc-web1", "ip", "-4", "addr", "show", "eth1")
    # It goes on trying, and takes a good address as soon as there is one.
    with server(site):
        assert eventually(lambda: site.show("web1")["ip"], seconds=15) == IP
        assert site.get(IP) == "web1"
        assert_unharmed(site, netc)
