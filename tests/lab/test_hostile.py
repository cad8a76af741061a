"""Hostile input: a DHCP server that sends anything, labels and logs that are made to hurt."""

import io
import json
import socket
import struct
import sys
import tarfile
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

# Each of these comes with an address that can be used, and must end in a service that answers.
# udhcpc reads no more than 388 bytes of options, so not all can be in one packet.
PAYLOADS: dict[str, dict[str, Options]] = {
    "text": {
        "for a shell": dict.fromkeys((HOSTNAME, DOMAIN, 17), SHELL),
        "for a shell, in odd places": dict.fromkeys((43, 56, 66), SHELL),
        "for a terminal": dict.fromkeys((HOSTNAME, DOMAIN, 17, 40, 56, 64, 66), ESCAPES),
        "in place of numbers": {T1: SHELL, T2: SHELL[:20], ROUTES: SHELL, 119: SHELL},
        "that looks like facts": {HOSTNAME: FACTS, DOMAIN: FACTS, 17: FACTS},
        "very long": {DOMAIN: b"a." * 90 + SHELL},
        "none": {HOSTNAME: b"", DOMAIN: b"", ROUTER: b"", T1: b"", ROUTES: b"", 6: b""},
    },
    "router": {
        "many": {ROUTER: ip(*(f"10.77.0.{n}" for n in range(1, 40)))},
        "some bytes left": {ROUTER: ip("10.77.0.1") + b"\x0a"},
        "half of one": {ROUTER: b"\x0a\x4d"},
        "0.0.0.0": {ROUTER: ip("0.0.0.0")},
        "the address itself": {ROUTER: ip(IP)},
        "off the link": {ROUTER: ip("192.0.2.1")},
    },
    "mask and server": {
        "no server-id": {SERVER_ID: None},
        "server-id of three bytes": {SERVER_ID: b"\x0a\x4d\x00"},
        "server-id 255.255.255.255": {SERVER_ID: ip("255.255.255.255")},
        "no mask": {MASK: None},
        "mask with a hole": {MASK: ip("255.0.255.0")},
        "mask of two bytes": {MASK: b"\xff\xff"},
        "mask 0.0.0.0": {MASK: ip("0.0.0.0")},
        "mask 255.255.255.255": {MASK: ip("255.255.255.255")},
    },
    "times": {
        "none": {LEASE: None},
        "0": {LEASE: u32(0)},
        "for ever": {LEASE: u32(0xFFFFFFFF)},
        "nearly for ever": {LEASE: u32(0xFFFFFFFE)},
        "two bytes": {LEASE: b"\x02\x58"},
        "T1 and T2 of odd lengths": {T1: b"\x01\x02\x03", T2: b"\0" * 8},
        "T1 after T2 after the lease": {T1: u32(9000), T2: u32(7000)},
        "T1 and T2 0": {T1: u32(0), T2: u32(0)},
    },
    "routes": {
        "cut off": {ROUTES: b"\x18\x0a\x4e"},
        "of 33 bits": {ROUTES: b"\x21" + ip("10.78.0.0", "10.77.0.1")},
        "through 0.0.0.0": {ROUTES: b"\x00" + ip("0.0.0.0")},
        "into the service's network": {ROUTES: b"\x10\xac\x11" + ip("10.77.0.66")},
        "to the service": {ROUTES: b"\x20\xac\x11\x00\x02" + ip("10.77.0.66")},
        "very many": {ROUTES: b"".join(bytes([24, 10, 79, n]) + ip(IP) for n in range(30))},
    },
}
NO_ADDRESSES = ("0.0.0.0", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "172.17.0.2")


def archive(name: str, text: str) -> str:
    """A tar archive of one file; as text, which is what a Site's commands take."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(text.encode())
        tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue().decode()


@pytest.fixture
def netc(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Netc:
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
    site: Site, options: Options = SANE, address: str = IP, **fields: bytes
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


@pytest.mark.parametrize("kind", PAYLOADS)
def test_whatever_the_server_sends_the_service_answers(site: Site, netc: Netc, kind: str) -> None:
    site.lab.stop_dhcp()
    for number, (name, payload) in enumerate(PAYLOADS[kind].items()):
        print(f"--- {name}")  # shown when it fails
        with server(site, payload):
            if number == 0:
                assert site.up("web1") == IP
            else:
                site.docker("restart", "netc-web1")
                eventually(lambda: json.loads(netc("leases", "--json"))["leases"][0]["ip"] == IP)
            assert site.get(IP) == "web1"
            assert_unharmed(site, netc)
    assert site.get(IP, 8080, 0.3) is None  # still closed but for the port


def test_hostile_header_fields(site: Site, netc: Netc) -> None:
    site.lab.stop_dhcp()
    with server(site, sname=TEXT[:64], file=TEXT[:128]):
        assert site.up("web1") == IP
        assert_unharmed(site, netc)


def test_an_address_that_no_machine_can_have_is_not_used(site: Site, netc: Netc) -> None:
    site.lab.stop_dhcp()
    for address in NO_ADDRESSES:
        with server(site, address=address):
            error = site.run("up", "web1", "eth1", "--timeout", "1")
            assert (error.returncode, address in error.stderr) == (4, True), error
            assert_unharmed(site, netc)
            assert site.show("web1")["ip"] is None
            bound = site.docker("exec", "netc-web1", "ip", "-4", "addr", "show", "eth1")
            assert "inet" not in bound
        site.docker("rm", "-f", "-v", "netc-web1")


def test_after_an_address_that_cannot_be_used_a_good_one_is_taken(site: Site, netc: Netc) -> None:
    site.lab.stop_dhcp()
    with server(site, address="224.0.0.1"):
        site.netc("up", "web1", "eth1", "--timeout", "1.5", code=4)
    with server(site):
        assert eventually(lambda: site.show("web1")["ip"], seconds=20) == IP
        assert site.get(IP) == "web1"
        assert_unharmed(site, netc)


def test_labels_that_make_no_sense_are_no_trouble(site: Site, netc: Netc) -> None:
    odd = {"netc.schema": "x", "netc.ports": "';reboot'", "netc.service": "\x1b[31mweb1"}
    half = {
        "netc.schema": "1",
        "netc.service": "web1",
        "com.docker.compose.project": "\x1b]0;x\x07",
    }
    for name, labels in (("odd", odd), ("half", half)):
        options = [f"--label={key}={value}" for key, value in labels.items()]
        site.docker("run", "-d", "--name", name, *options, "netc-lab/worker")
    for command in (["ls"], ["ls", "--all"], ["leases"], ["ls", "--json"], ["leases", "--json"]):
        assert_plain(netc(*command))
    # What is no network container is a service like any other.
    assert "odd exposes no ports" in site.run("up", "odd", "eth1").stderr
    address = site.up("web1")
    assert site.get(address) == "web1"
    site.netc("down", "web1")
    assert site.docker("ps", "--format={{.Names}}", "--filter=name=odd") == "odd"


def test_a_container_that_only_has_the_name_is_left_alone(site: Site, netc: Netc) -> None:
    made = site.docker("run", "-d", "--name", "netc-web1", "netc-lab/worker")
    for command in (["up", "web1", "eth1"], ["down", "web1"]):
        error = site.run(*command)
        assert error.returncode == 1
        assert error.stderr.startswith("netc: the name netc-web1 is taken by a container")
        assert error.stderr.count("\n") == 1
    state = site.docker("inspect", "-f", "{{.Id}} {{.State.Status}}", "netc-web1")
    assert state == f"{made} running"
    assert site.leftovers() == []


FORGED_IMAGE = "netc-sidecar:forged"
FORGED = (
    "\x1b[2J\x1b]0;owned\x07",
    '{"event":"bound","time":"2026-01-01T00:00:00Z","ip":"\x1b[31m10.0.0.1"}',
    '{"event":"bound"}',
    "[" * 100_000,
    '{"event":"bound","time":"2026-01-01T00:00:00Z","prefix":' + "9" * 5000 + "}",
    # The last one is well formed, so it is believed, but not printed as it is.
    json.dumps(
        {
            "event": "no_offer",
            "time": "2026-01-01T00:00:00Z",
            "message": "\x1b[31mbad\x9b2J\u202e\x7f\nnetc: done",
            "ip": "\x1b[2J10.0.0.1",
            "prefix": 10**30,
            "gateway": "\r\n",
            "server": "\x9b31m",
            "target": "\u202e1.1.1.1",
            "expires_at": "0001-01-01T00:00:00+14:00",
        }
    ),
)


@pytest.mark.parametrize("forged", [False, True], ids=["log", "log and labels"])
def test_a_forged_log_and_forged_rules_are_shown_harmless(
    site: Site, netc: Netc, forged: bool
) -> None:
    site.up("web2")
    format = "{{json .Config.Labels}}"
    labels: dict[str, str] = json.loads(site.docker("inspect", "-f", format, "netc-web2"))
    site.netc("down", "web2")
    if forged:
        labels |= {"netc.mac": "\x1b[31m", "netc.hostname": "\u202e\x9b", "netc.ports": "80\x1b"}
    options = [f"--label={name}={value}" for name, value in labels.items()]
    rules = "*nat\n[1:2] -A NETC\x1b[31m -d \x9b2J -j \x1b]0;owned\x07\n"
    script = (
        "mkdir /netc; echo 'printf %s \"$RULES\"' >/netc/counters;"
        "head -c 300000 /dev/zero | tr '\\0' x; echo;"
        "cat /forged; trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"
    )
    own = ("--name", "netc-web2", "-e", f"RULES={rules}")
    # Only what runs an image of that name is a network container.
    site.docker("tag", "netc-lab/worker", FORGED_IMAGE)
    site.docker("create", *own, *options, FORGED_IMAGE, "sh", "-c", script)
    copied = site.lab.exec(
        ["docker", "cp", "-", "netc-web2:/"], input=archive("forged", "\n".join(FORGED) + "\n")
    )
    assert copied.returncode == 0, copied.stderr
    site.docker("start", "netc-web2")
    eventually(lambda: "netc: done" in site.docker("logs", "netc-web2"))
    commands = [["ls"], ["leases"], ["show", "web2"], ["rules", "web2"]]
    if forged:  # who has such labels is no network container, and is left alone
        assert json.loads(netc("leases", "--json"))["leases"] == []
        commands = commands[:2]
    for command in commands:
        assert_plain(netc(*command))
        printed = netc(*command, "--json")
        assert_plain(printed)
        assert json.loads(printed)["schema"] == 1
    if forged:
        assert "netc-web2 is taken" in site.run("down", "web2").stderr
        site.docker("rm", "-f", "-v", "netc-web2")
    else:
        site.netc("down", "web2")
    site.docker("rmi", FORGED_IMAGE)
    assert site.leftovers() == []
