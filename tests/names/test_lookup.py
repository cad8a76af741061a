"""What the LAN's DNS says, asked of real servers and of silent ones."""

import asyncio
import socket
import time

import msgspec
import pytest

from netc_tui.core.lookup import Pointing
from netc_tui.core.model import NetworkContainer
from netc_tui.names.lookup import look
from netc_tui.names.messages import NameServer, servers
from netc_tui.names.rfc2136 import Rfc2136
from netc_tui.operations.lookup import Inquiry
from netc_tui.operations.naming import Publishing
from tests.core.samples import ONE
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
    for found in (
        look(own.address, servers=at(server)),
        look(own.address, own.name, at(server)),
        look(own.address, own.name.upper(), at(server)),
    ):
        assert (found.name.lower(), found.pointing) == (own.name, Pointing.HERE)
        assert (found.addresses, found.called) == ((own.address,), (own.name,))
        assert (found.others, found.servers, found.why) == ((), (server.at,), "")
        assert found.finding() is None


def test_a_name_that_somebody_else_has(server: RealServer) -> None:
    found = look("192.168.9.9", "printer.home.lan", at(server))
    assert found.pointing is Pointing.ELSEWHERE
    assert (found.addresses, found.called) == (("192.168.0.9",), ())
    assert found.others == ("printer.home.lan",)
    finding = found.finding()
    assert finding is not None
    assert (finding.code, finding.cause) == (
        "N909",
        "in the DNS printer.home.lan leads to 192.168.0.9, not to 192.168.9.9",
    )


def test_a_name_that_somebody_else_has_as_well(server: RealServer) -> None:
    own, other = publication(), publication()
    by_hand(server, own.name.split(".")[0], own.address, other.address)
    found = look(own.address, own.name, at(server))
    assert found.pointing is Pointing.ALSO
    assert found.others == ()
    assert set(found.addresses) == {own.address, other.address}
    finding = found.finding()
    assert finding is not None
    assert str(finding).startswith(
        f"in the DNS {own.name} leads also to {other.address}; choose another name"
    )


def test_an_address_that_is_called_by_another_s_name(server: RealServer) -> None:
    found = look("192.168.0.9", servers=at(server))
    assert (found.name, found.pointing) == ("printer.home.lan", Pointing.HERE)
    found = look("192.168.0.9", publication().name, at(server))
    assert (found.pointing, found.called) == (Pointing.NOWHERE, ("printer.home.lan",))


def test_what_the_dns_does_not_have(server: RealServer) -> None:
    own = publication()
    for name in ("", own.name):
        found = look(own.address, name, at(server))
        assert (found.name, found.pointing, found.called) == (name, Pointing.NOWHERE, ())
        assert (found.addresses, found.others) == ((), ())


def test_what_nobody_tells_in_time_is_not_known() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind((HOST, 0))
        port = silent.getsockname()[1]
        started = time.monotonic()
        found = look("192.168.0.9", "web.home.lan", [NameServer(HOST, port)], within=0.4)
        assert (found.name, found.pointing, found.called) == (
            *("web.home.lan", Pointing.UNKNOWN),
            None,
        )
        assert found.why == f"{HOST}:{port} does not answer"
        assert found.finding() is None
        found = look("192.168.0.9", "", [NameServer(HOST, free_port())], within=0.4)
        assert (found.name, found.pointing) == ("", Pointing.UNKNOWN)
        assert time.monotonic() - started < 4


def test_a_server_that_does_not_answer_for_a_zone_is_quoted(server: RealServer) -> None:
    found = look("192.168.0.9", "web.example.com", at(server))
    assert found.pointing is Pointing.UNKNOWN
    assert found.why == f"{server.at} says REFUSED"
    assert found.called == ("printer.home.lan",), "what was told is"


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".lan", "\\x", ".", "a" * 63 + ".lan" * 60])
def test_what_is_no_name_is_asked_of_nobody(server: RealServer, name: str) -> None:
    assert look("192.168.0.9", name, at(server)).pointing in (Pointing.UNKNOWN, Pointing.NOWHERE)


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


def test_whether_a_name_is_netc_s_own_is_told_by_who_published_it(
    server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netc_tui.operations.lookup.WITHIN", 20)
    monkeypatch.setattr("netc_tui.names.messages.own_resolvers", lambda: at(server))
    wanted = publication()
    own = msgspec.structs.replace(
        ONE, ip=wanted.address, client_id=wanted.client_id, hostname=wanted.name.split(".")[0]
    )
    publisher = Rfc2136(server.settings())
    inquiry = Inquiry(lambda: Publishing(publisher, wanted.zone, shares=False))

    def told(own: NetworkContainer) -> tuple[str, str]:
        found = asyncio.run(inquiry(own))
        finding = found.finding()
        return str(found), finding.code if finding is not None else ""

    assert told(own) == (f"{wanted.name} is not in the DNS; not published by netc", "N910")
    publisher.publish(wanted)
    assert told(own) == (f"{wanted.name} leads here; published by netc", "")
    # Another host's, of the same name.
    other = msgspec.structs.replace(own, ip=publication().address, client_id="01aabbccddee")
    assert told(other) == (
        f"{wanted.name} leads to {wanted.address}, not here; not published by netc",
        "N909",
    )
    publisher.withdraw(wanted)
    assert told(own) == (f"{wanted.name} is not in the DNS; not published by netc", "N910")
