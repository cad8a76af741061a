"""Whether the service answers where the forwards lead."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from netc_tui.core.path import Check
from netc_tui.core.sockets import Socket

from .facts import codes, lines, look


def tcp(address: str, port: int = 80) -> Socket:
    return Socket("tcp", ip_address(address), port)


def asked(answer: str, *sockets: Socket, **facts: Any) -> Check:
    return look(probe={"ports": {"tcp/80": answer}}, sockets=sockets, **facts)


def test_nothing_listens() -> None:
    check = asked("refused")
    assert codes(check) == ["N501"]
    assert "nor on another TCP port" in check.findings[0].cause
    check = asked("refused", tcp("0.0.0.0", 8080), tcp("127.0.0.1", 9))
    assert codes(check) == ["N501"]
    assert check.findings[0].cause == "refused: nothing in web listens there; it listens on 8080"


def test_it_listens_on_loopback_only() -> None:
    check = asked("refused", tcp("127.0.0.1"))
    assert codes(check) == ["N502"]
    assert "web listens on 127.0.0.1:80 alone" in check.findings[0].cause
    both = tcp("127.0.0.1"), Socket("tcp", IPv6Address("::1"), 80)
    assert codes(asked("refused", *both)) == ["N502"]
    assert codes(asked("refused", tcp("172.30.0.9"))) == ["N505"], "on another network of its"


def test_it_listens_and_is_silent() -> None:
    assert codes(asked("silent", tcp("0.0.0.0"))) == ["N503"]
    assert codes(asked("silent")) == ["N504"]


def test_what_listens_is_not_known() -> None:
    for answer, code in (("refused", "N505"), ("silent", "N504")):
        check = look(probe={"ports": {"tcp/80": answer}}, sockets="nobody could look")
        assert codes(check) == [code]


def test_udp_is_seen_to_listen_or_not() -> None:
    open53 = Socket("udp", IPv4Address(0), 53)
    check = look(other=("udp/53",), sockets=(open53,))
    assert "udp/53: listens on 0.0.0.0:53" in lines(check)
    assert codes(look(other=("udp/53",), sockets=())) == ["N501"]
    near = Socket("udp", IPv4Address("127.0.0.11"), 53)
    assert codes(look(other=("udp/53",), sockets=(near,))) == ["N502"]
    unknown = "udp/53: not checked (no answer of it can be told from silence)"
    assert unknown in lines(look(other=("udp/53",), sockets=""))
    assert codes(look(other=("udp/5-9", "sctp/7"), sockets="")) == []
    some = (Socket("udp", IPv4Address(0), 6), Socket("udp", IPv4Address(0), 8))
    assert "udp/5-9: listens on 2 of them" in lines(look(other=("udp/5-9",), sockets=some))
    assert codes(look(other=("udp/5-9",), sockets=())) == ["N501"]


def test_more_ports_than_are_asked() -> None:
    assert "2 more TCP ports: not checked (too many to ask each)" in lines(look(left_out=2))
