"""Ports: what an operator may write, and what becomes of it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.ports import (
    PROTOCOLS,
    REMAPPED_AT_MOST,
    Forward,
    Port,
    as_exposed,
    as_text,
    parse,
    parse_all,
    unasked,
)
from tests.core.strategies import exposed_ports, forward, forwards


@given(forward())
def test_what_is_written_is_read_back(one: Forward) -> None:
    assert parse(str(one)) == one
    assert parse(f"  {str(one).upper()} ") == one


@given(forwards())
def test_a_label_is_read_back(all_of_them: tuple[Forward, ...]) -> None:
    text = as_text(all_of_them)
    assert parse_all(filter(None, text.split(","))) == all_of_them


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", Forward("tcp", 80, 80)),
        ("80:8080", Forward("tcp", 80, 8080)),
        ("53/udp", Forward("udp", 53, 53)),
        ("5000-5010/udp", Forward("udp", 5000, 5000, 11)),
        ("5000-5010:6000-6010/sctp", Forward("sctp", 5000, 6000, 11)),
        ("1-65535", Forward("tcp", 1, 1, 65535)),
        ("80-80:81", Forward("tcp", 80, 81)),
        ("1-256:257-512", Forward("tcp", 1, 257, 256)),
    ],
)
def test_forms(text: str, expected: Forward) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "65536",
        "80:0",
        "80:65536",
        "65000-65536",
        "10-5",
        "10-12:20-21",
        "10-12:20",
        "1-257:301-557",
        "80/icmp",
        "80/",
        "/tcp",
        ":80",
        "80:",
        "80-",
        "-80",
        "80::81",
        "80/tcp/udp",
        "8 0",
        "80,81",
        "http",
        "٨٠",
        "1" * 6,
        "80\n81",
        "80/tcp; rm -rf /",
    ],
)
def test_what_makes_no_sense_is_a_usage_error(text: str) -> None:
    with pytest.raises(NetcError) as caught:
        parse(text)
    assert caught.value.code == Exit.USAGE
    assert "\n" not in caught.value.message


NEARLY = st.text(st.sampled_from("0123456789-:/tcpudsTCP ,"), max_size=24)


@given(st.one_of(NEARLY, st.text()))
@example("\udcff80")
@example("9" * 5000)
def test_any_text_is_ports_or_a_usage_error(text: str) -> None:
    code, one = None, Forward("tcp", 1, 1)
    try:
        one = parse(text)
    except NetcError as error:
        code = error.code
    assert code in (None, Exit.USAGE)
    assert one.proto in PROTOCOLS
    assert 1 <= one.public <= one.last <= 65535
    assert 1 <= one.private <= one.private + one.count - 1 <= 65535
    assert one.public == one.private or one.count <= REMAPPED_AT_MOST


@given(st.lists(forward(), max_size=6))
def test_a_public_port_is_named_once(several: list[Forward]) -> None:
    distinct = set(several)
    named = [
        (one.proto, port)
        for one in distinct
        for port in (one.public, one.last)
        for other in distinct
        if other != one and other.proto == one.proto and other.public <= port <= other.last
    ]
    if named:
        with pytest.raises(NetcError, match="overlap") as caught:
            parse_all(map(str, several))
        assert caught.value.code == Exit.USAGE
    else:
        assert set(parse_all(map(str, several))) == distinct


def test_the_same_number_with_another_protocol_is_no_overlap() -> None:
    assert len(parse_all(["53/udp", "53/tcp", "53/sctp"])) == 3


@given(exposed_ports())
def test_exactly_what_is_exposed_is_forwarded(ports: list[Port]) -> None:
    found = [
        (single.proto, single.public, single.private)
        for one in as_exposed(ports)
        for single in one.singles()
    ]
    assert sorted(found) == sorted({(p.proto, p.port, p.port) for p in ports})
    # Neighbours are joined: no range ends where the next begins.
    ranges = as_exposed(ports)
    assert not {(r.proto, r.last + 1) for r in ranges} & {(r.proto, r.public) for r in ranges}
    assert parse_all(map(str, ranges)) == ranges


# --- where Docker publishes a port


@pytest.mark.parametrize(
    ("published", "texts", "host_only"),
    [
        ((), (), False),
        (("0.0.0.0:8080", "[::]:8080"), ("8080/udp",), False),
        (("[::]:8080",), ("8080/udp",), False),
        (("127.0.0.1:8080",), ("127.0.0.1:8080/udp",), True),
        (("127.0.0.1:8080", "[::1]:8080"), ("127.0.0.1:8080/udp", "[::1]:8080/udp"), True),
        (("127.0.0.1:53", "10.0.0.2:53"), ("10.0.0.2:53/udp", "127.0.0.1:53/udp"), False),
        (("0.0.0.0:80", "127.0.0.1:80", "0.0.0.0:9"), ("9/udp", "80/udp"), False),
    ],
)
def test_each_published_port_is_told_once(
    published: tuple[str, ...], texts: tuple[str, ...], host_only: bool
) -> None:
    port = Port(53, "udp", published)
    assert port.published_text == texts
    assert port.host_only == host_only
    assert bool(unasked([port])) != host_only
