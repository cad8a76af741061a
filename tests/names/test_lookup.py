"""What the LAN's DNS says, asked of real servers and of silent ones."""

import socket
import time

import pytest

from netc_tui.names.lookup import InDns, Pointing, look
from netc_tui.names.messages import NameServer, servers
from tests.names.conftest import publication
from tests.names.servers import HOST, REVERSE, RealServer, free_port


def at(server: RealServer) -> tuple[NameServer, ...]:
    return servers(server.at, "")


def by_hand(server: RealServer, name: str, *addresses: str, ptr: bool = True) -> None:
    server.by_hand(*(f"update add {name}.home.lan. 60 A {each}" for each in addresses))
    if ptr:
        octets = ".".join(reversed(addresses[0].split(".")))
        server.by_hand(f"update add {octets}.in-addr.arpa. 60 PTR {name}.home.lan.", zone=REVERSE)


def test_a_name_that_points_here(server: RealServer) -> None:
    own = publication()
    by_hand(server, own.name.split(".")[0], own.address)
    wanted = InDns(own.name, Pointing.HERE, (own.address,), (own.name,))
    assert look(own.address, servers=at(server)) == wanted
    assert look(own.address, own.name, at(server)) == wanted
    assert wanted.finding(own.address) is None


def test_a_name_that_somebody_else_has(server: RealServer) -> None:
    found = look("192.168.9.9", "printer.home.lan", at(server))
    assert found == InDns(
        "printer.home.lan", Pointing.ELSEWHERE, ("192.168.0.9",), (), ("printer.home.lan",)
    )
    finding = found.finding("192.168.9.9")
    assert finding is not None
    assert (finding.code, finding.cause) == (
        "N909",
        "in the DNS printer.home.lan leads to 192.168.0.9 (printer.home.lan), not to 192.168.9.9",
    )


def test_a_name_that_somebody_else_has_as_well(server: RealServer) -> None:
    own, other = publication(), publication()
    by_hand(server, own.name.split(".")[0], own.address, other.address)
    found = look(own.address, own.name, at(server))
    assert found.pointing is Pointing.ALSO
    assert found.others == ()
    assert str(found.finding(own.address)).startswith(
        f"in the DNS {own.name} leads also to {other.address}; choose another name"
    )


def test_an_address_that_is_called_by_another_s_name(server: RealServer) -> None:
    found = look("192.168.0.9", servers=at(server))
    assert (found.name, found.pointing) == ("printer.home.lan", Pointing.HERE)
    found = look("192.168.0.9", publication().name, at(server))
    assert (found.pointing, found.called) == (Pointing.NOWHERE, ("printer.home.lan",))


def test_what_the_dns_does_not_have(server: RealServer) -> None:
    own = publication()
    assert look(own.address, servers=at(server)) == InDns("", Pointing.NOWHERE)
    assert look(own.address, own.name, at(server)) == InDns(own.name, Pointing.NOWHERE)


def test_what_nobody_tells_in_time_is_not_known() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind((HOST, 0))
        port = silent.getsockname()[1]
        started = time.monotonic()
        found = look("192.168.0.9", "web.home.lan", [NameServer(HOST, port)], within=0.4)
        assert found == InDns("web.home.lan", Pointing.UNKNOWN)
        assert found.finding("192.168.0.9") is None
        assert look("192.168.0.9", "", [NameServer(HOST, free_port())], within=0.4) == InDns(
            "", Pointing.UNKNOWN
        )
        assert time.monotonic() - started < 4


def test_the_next_one_is_asked_and_the_silent_one_last_from_then_on(server: RealServer) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind((HOST, 0))
        both = [NameServer(HOST, silent.getsockname()[1]), *at(server)]
        found = look("192.168.0.9", servers=both, within=4)
        assert found.pointing is Pointing.HERE
        silent.setblocking(False)
        assert silent.recv(512), "the first question"
        with pytest.raises(BlockingIOError):
            silent.recv(512)


def test_without_servers_those_of_this_machine_are_asked(
    server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netc_tui.names.messages.own_resolvers", lambda: at(server))
    assert look("192.168.0.9").name == "printer.home.lan"
    monkeypatch.setattr("netc_tui.names.messages.own_resolvers", lambda: ())
    assert look("192.168.0.9").pointing is Pointing.UNKNOWN
