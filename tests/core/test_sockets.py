"""What listens, from the lines of /proc/net as kernels write them."""

import ipaddress
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.ports import Forward, parse_all
from netc_tui.core.sockets import Socket, of, parse, unheard

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
TAIL = "00000000:00000000 00:00000000 00000000     0        0 14567 1 0000000000000000 100 0 0 10 0"
ZERO = "0" * 32


def line(local: str, state: str, remote: str | None = None) -> str:
    address = local.partition(":")[0]
    return f"   0: {local} {remote or '0' * len(address) + ':0000'} {state} {TAIL}"


def table(proto: str, *lines: str) -> str:
    return "\n".join([proto, HEAD, *lines, ""])


SEEN = [
    ("tcp", "00000000:0050", "0A", "0.0.0.0:80", False),
    ("tcp", "0100007F:1F90", "0A", "127.0.0.1:8080", True),
    ("tcp", "0B00007F:9C4F", "0A", "127.0.0.11:40015", True),
    ("tcp", "020011AC:0016", "0A", "172.17.0.2:22", False),
    ("tcp6", f"{ZERO}:0050", "0A", "[::]:80", False),
    ("tcp6", "00000000000000000000000001000000:1538", "0A", "[::1]:5432", True),
    ("tcp6", "0000000000000000FFFF00000100007F:1F90", "0A", "[::ffff:7f00:1]:8080", True),
    ("tcp6", "B80D0120000000000000000001000000:0050", "0A", "[2001:db8::1]:80", False),
    ("udp", "00000000:0035", "07", "0.0.0.0:53", False),
    ("udp6", f"{ZERO}:0035", "07", "[::]:53", False),
]


@pytest.mark.parametrize(("file", "local", "state", "text", "loopback"), SEEN)
def test_one_that_listens(file: str, local: str, state: str, text: str, loopback: bool) -> None:
    (found,) = parse(table(file, line(local, state)))
    written = str(found).replace("::ffff:127.0.0.1", "::ffff:7f00:1")  # from Python 3.13 on
    assert (found.proto, written, found.loopback) == (file[:3], text, loopback)


@pytest.mark.parametrize(
    ("file", "state"),
    [("tcp", "01"), ("tcp", "06"), ("tcp", "07"), ("udp", "01"), ("udp", "0A"), ("tcp6", "01")],
)
def test_what_is_connected_does_not_listen(file: str, state: str) -> None:
    local = "0100007F:1F90" if file != "tcp6" else f"{ZERO}:1F90"
    assert parse(table(file, line(local, state))) == ()


def test_all_files_one_after_the_other() -> None:
    both = [line("00000000:0050", "0A"), line("0100007F:0050", "01", "0100007F:D431")]
    text = (
        table("tcp", *both)
        + table("tcp6", line(f"{ZERO}:0050", "0A"))
        + table("udp", line("00000000:0035", "07"), line("00000000:0035", "07"))  # SO_REUSEPORT
        + table("udp6")
    )
    found = parse(text)
    assert [f"{one.proto} {one}" for one in found] == [
        *("tcp 0.0.0.0:80", "tcp [::]:80", "udp 0.0.0.0:53"),
    ]
    assert of(found, "tcp", 80) == found[:2]
    assert of(found, "udp", 53) == found[2:]
    assert of(found, "udp", 80) == ()


def test_lines_before_any_name_of_a_file_are_nobody_s() -> None:
    assert parse(line("00000000:0050", "0A")) == ()


@pytest.mark.parametrize(
    "local", ["", ":", "00000000", "0000:0050", "xyz:0050", "00000000:", "é:1"]
)
def test_a_line_that_makes_no_sense_is_passed_over(local: str) -> None:
    good = line("00000000:0050", "0A")
    (found,) = parse(f"tcp\n 0: {local} 00000000:0000 0A\n{good}\n")
    assert found == Socket("tcp", ipaddress.IPv4Address("0.0.0.0"), 80)


WORD = st.sampled_from(
    ["tcp", "udp6", "0:", "0A", "07", "00000000:0050", "FF:FFFFF", ":", "0A:-1", f"{ZERO}:+1"]
)


@given(st.lists(st.lists(st.one_of(WORD, st.text(max_size=12)), max_size=6)))
def test_junk_never_raises(lines: list[list[str]]) -> None:
    for found in parse("\n".join(" ".join(words) for words in lines)):
        assert str(found)
        assert 0 <= found.port <= 65535


@given(st.text())
def test_any_text_never_raises(text: str) -> None:
    parse(f"tcp\n{text}")


@pytest.mark.parametrize(
    ("file", "kind", "address"),
    [
        ("tcp", socket.SOCK_STREAM, "127.0.0.1"),
        ("udp", socket.SOCK_DGRAM, "127.0.0.1"),
        ("tcp", socket.SOCK_STREAM, "0.0.0.0"),
        # Not ::1, which a machine may be without that has IPv6.
        ("tcp6", socket.SOCK_STREAM, "::"),
        ("udp6", socket.SOCK_DGRAM, "::"),
    ],
)
def test_a_socket_of_this_process_is_found(
    file: str, kind: socket.SocketKind, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as own:
        own.bind((address, 0))
        if kind is socket.SOCK_STREAM:
            own.listen()
        port = own.getsockname()[1]
        there = parse(f"{file}\n{Path('/proc/net', file).read_text()}")
        wanted = Socket(file[:3], ipaddress.ip_address(address), port)
        assert wanted in of(there, file[:3], port)
    gone = parse(f"{file}\n{Path('/proc/net', file).read_text()}")
    assert of(gone, file[:3], port) == ()


def listens(*told: tuple[str, str, int]) -> tuple[Socket, ...]:
    return tuple(Socket(proto, ipaddress.ip_address(at), port) for proto, at, port in told)


@pytest.mark.parametrize(
    ("forward", "sockets", "said"),
    [
        ("80", [("tcp", "0.0.0.0", 80)], []),
        ("80", [("tcp", "::", 80)], []),
        ("80:8080", [("tcp", "0.0.0.0", 80)], ["nothing listens on 8080/tcp in web now"]),
        ("53/udp", [("tcp", "0.0.0.0", 53)], ["nothing listens on 53/udp in web now"]),
        (
            "80",
            [("tcp", "127.0.0.1", 80)],
            ["web listens on 127.0.0.1:80/tcp alone, which nobody else reaches"],
        ),
        ("80", [("tcp", "127.0.0.1", 80), ("tcp", "172.17.0.2", 80)], []),
        ("50-60", [("tcp", "0.0.0.0", 53)], ["nothing listens on 10 of 50-60/tcp in web now"]),
        ("5000-5010", [], ["nothing listens on 5000-5010/tcp in web now"]),
        ("80/sctp", [], []),
    ],
)  # fmt: skip
def test_forwards_that_lead_where_nobody_listens(
    forward: str, sockets: list[tuple[str, str, int]], said: list[str]
) -> None:
    assert list(unheard("web", parse_all([forward]), listens(*sockets))) == said


@given(st.integers(1, 65535), st.sampled_from(("tcp", "udp")), st.booleans())
def test_a_port_is_warned_of_unless_others_reach_it(port: int, proto: str, inside: bool) -> None:
    found = listens((proto, "127.0.0.1" if inside else "0.0.0.0", port))
    assert bool(unheard("web", (Forward(proto, port, port),), found)) == inside
    assert unheard("web", (Forward(proto, port, port),), ())
