"""Messages to name servers: whom to ask, for how long, and what an answer that is none means."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.names import messages
from netc_tui.names.messages import Exchange, NameServer
from netc_tui.names.rfc2136 import Rfc2136
from netc_tui.names.secrets import tsig_key
from netc_tui.settings.declared import DnsSettings
from tests.names.conftest import publication, refused
from tests.names.servers import HOST, REVERSE, ZONE, RealServer, bind, free_port

NAME = dns.name.from_text("web.home.lan.")


@contextmanager
def speaking(answer: Callable[[bytes], bytes | None]) -> Iterator[str]:
    """A server over TCP that says what a function makes of a message; None: it hangs up."""
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    link, _ = listening.accept()
                except OSError:
                    return
                with link:
                    (length,) = struct.unpack("!H", link.recv(2))
                    said = answer(link.recv(length))
                    if said is not None:
                        link.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        yield f"{HOST}:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def framed(message: dns.message.Message) -> bytes:
    wire = message.to_wire()
    return struct.pack("!H", len(wire)) + wire


def asked(*at: str, seconds: float = 1) -> Exchange:
    return Exchange(messages.servers(",".join(at), "dns.server"), None, seconds)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("10.0.0.1", (NameServer("10.0.0.1"),)),
        ("10.0.0.1:5353, ns1.home.lan", (NameServer("10.0.0.1", 5353), NameServer("ns1.home.lan"))),
        ("[fd00::1]:54,fd00::2", (NameServer("fd00::1", 54), NameServer("fd00::2"))),
    ],
)
def test_servers(text: str, found: tuple[NameServer, ...]) -> None:
    assert messages.servers(text, "dns.server") == found
    assert messages.servers(",".join(map(str, found)), "dns.server") == found


@pytest.mark.parametrize("text", ["a b", "10.0.0.1:0", "10.0.0.1:65536", "x:y", "http://a", "-o;a"])
def test_what_is_no_server(text: str) -> None:
    with pytest.raises(NetcError, match=r"dns\.server: .* is not ADDRESS") as caught:
        messages.servers(text, "dns.server")
    assert caught.value.code is Exit.USAGE


@given(st.text(max_size=30))
def test_any_text_is_servers_or_refused(text: str) -> None:
    found: tuple[NameServer, ...] = ()
    message = ""
    try:
        found = messages.servers(text, "dns.server")
    except NetcError as error:
        message = error.message
    assert "\n" not in message
    assert all(each.host and 0 < each.port < 65536 for each in found)


def test_a_server_that_is_away() -> None:
    started = time.monotonic()
    said = refused(lambda: asked(f"{HOST}:{free_port()}").query(NAME, "SOA"), "N906")
    assert "is there, but no name server runs on it" in said
    assert "is dns.server right" in said
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("name", ["a..b", "a" * 64, "no-such-host.invalid"])
def test_a_server_whose_name_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, *_: object) -> None:
        host.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert name in refused(lambda: asked(name).query(NAME, "SOA"), "N906")


def test_a_server_that_hangs(bind_server: RealServer) -> None:
    by = Rfc2136(bind_server.settings(timeout=1.0))
    with bind_server.process.stopped():
        started = time.monotonic()
        said = refused(lambda: by.publish(publication()), "N906")
        assert 0.9 < time.monotonic() - started < 4
    assert f"{bind_server.at} does not answer within 1 s" in said


def test_the_next_one_is_asked_when_one_is_away_or_hangs(
    bind_server: RealServer, tmp_path: Path
) -> None:
    with bind(tmp_path / "own") as hung, hung.process.stopped():
        both = f"{HOST}:{free_port()}, {hung.at}, {bind_server.at}"
        wanted, by = publication(), Rfc2136(bind_server.settings(server=both, timeout=2.0))
        started = time.monotonic()
        assert by.publish(wanted).doubts == ()
        assert time.monotonic() - started < 7, "once for the name and once for the address"
        assert bind_server.ask(wanted.name, "A") == [wanted.address]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (None, "ends the connection"),
        (b"\x00", "ends the connection"),
        (b"\x00\x05hello", "answers what cannot be read"),
        (b"\x00\x00", "answers what cannot be read"),
        (framed(dns.message.make_query("web.home.lan.", "A", id=7)), "answers something else"),
    ],
)
def test_a_server_that_is_no_name_server(said: bytes | None, why: str) -> None:
    with speaking(lambda _: said) as at:
        assert why in refused(lambda: asked(at).query(NAME, "SOA"), "N906")


def test_an_answer_that_trickles_is_not_waited_for() -> None:
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            link, _ = listening.accept()
            with link:
                link.sendall(b"\x01\x00")
                for _ in range(40):
                    try:
                        link.sendall(b"x")
                    except OSError:
                        return
                    time.sleep(0.05)

        threading.Thread(target=serve, daemon=True).start()
        started = time.monotonic()
        at = f"{HOST}:{listening.getsockname()[1]}"
        assert "does not answer within 0.3 s" in refused(
            lambda: asked(at, seconds=0.3).query(NAME, "SOA"), "N906"
        )
        assert time.monotonic() - started < 1.9


@pytest.mark.parametrize(
    ("code", "finding", "said"),
    [
        (dns.rcode.REFUSED, "N903", "does not answer for web.home.lan (REFUSED)"),
        (dns.rcode.SERVFAIL, "N906", "fails (SERVFAIL)"),
        (dns.rcode.NOTIMP, "N904", "refuses web.home.lan to who has no key (NOTIMP)"),
        (dns.rcode.FORMERR, "N906", "fails at web.home.lan (FORMERR)"),
        (dns.rcode.NOTZONE, "N903", "is not in charge of web.home.lan (NOTZONE)"),
        (dns.rcode.NOTAUTH, "N904", "takes no update of web.home.lan from who has no key"),
    ],
)
def test_an_answer_that_is_none(code: dns.rcode.Rcode, finding: str, said: str) -> None:
    def answer(wire: bytes) -> bytes:
        made = dns.message.make_response(dns.message.from_wire(wire))
        made.set_rcode(code)
        return framed(made)

    with speaking(answer) as at:
        assert said in refused(lambda: asked(at).query(NAME, "SOA"), finding)


def test_an_answer_that_is_not_signed_is_not_believed(bind_server: RealServer) -> None:
    code = dns.rcode.NOERROR

    def unsigned(wire: bytes) -> bytes:
        made = dns.message.make_response(dns.message.from_wire(wire, keyring=False))
        made.set_rcode(code)
        return framed(made)

    key = tsig_key(str(bind_server.key))
    with speaking(unsigned) as at:
        exchange = Exchange(messages.servers(at, ""), key, 1)
        for code in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.YXDOMAIN):  # noqa: B007
            assert "cannot be read" in refused(lambda: exchange.query(NAME, "A"), "N906")
        code = dns.rcode.REFUSED
        assert "does not answer for" in refused(lambda: exchange.query(NAME, "A"), "N903")
    assert "secret" not in repr(exchange.__dict__)


@pytest.mark.parametrize(
    ("zone", "primary", "contact"),
    [
        (".", "a.root-servers.net.", "nstld.example."),
        ("elsewhere.lan.", "ns.elsewhere.lan.", "admin.elsewhere.lan."),
        ("home.lan.", "home.lan.", "."),
        ("lan.", "localhost.", "nobody.invalid."),
        ("lan.", "prisoner.iana.org.", "hostmaster.root-servers.org."),
    ],
)
def test_what_is_no_zone_of_the_name_s(zone: str, primary: str, contact: str) -> None:
    def answer(wire: bytes) -> bytes:
        made = dns.message.make_response(dns.message.from_wire(wire))
        soa = f"{primary} {contact} 1 1 1 1 1"
        made.authority.append(dns.rrset.from_text(zone, 60, "IN", "SOA", soa))
        return framed(made)

    with speaking(answer) as at:
        said = refused(lambda: messages.zone_of(asked(at), NAME), "N903")
    assert f"{at} knows no zone of web.home.lan" in said


def test_the_zone_is_found_by_its_soa(server: RealServer) -> None:
    for name, zone in (("web.home.lan", ZONE), ("a.b.home.lan", ZONE), (f"7.0.{REVERSE}", REVERSE)):
        found, primary = messages.zone_of(asked(server.at), dns.name.from_text(f"{name}."))
        assert (found.to_text(), primary.to_text()) == (f"{zone}.", "ns.home.lan.")


def test_without_a_server_the_primary_is_found_as_the_machine_s_own_servers_have_it(
    bind_server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = messages.servers(bind_server.at, "")
    monkeypatch.setattr(messages, "own_resolvers", lambda: where)
    asked_at: list[str] = []

    def primary(exchange: Exchange, message: dns.message.Message) -> dns.message.Message:
        asked_at.append(str(exchange.servers[0]))
        if exchange.servers[0].port == 53:
            exchange.servers = list(where)  # the primary has a port of its own here
        return ask(exchange, message)

    ask = Exchange.ask
    monkeypatch.setattr(Exchange, "ask", primary)
    wanted = publication()
    assert Rfc2136(bind_server.settings(server="")).publish(wanted).doubts == ()
    assert HOST in asked_at
    assert bind_server.ask(wanted.name, "A") == [wanted.address]
    monkeypatch.setattr(messages, "own_resolvers", lambda: ())
    with pytest.raises(NetcError, match=r"dns\.server: say who takes names"):
        Rfc2136(DnsSettings(publish="rfc2136")).publish(wanted)


def test_this_machine_s_own_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own:
        def __init__(self) -> None:
            self.nameservers, self.port = ["10.0.0.1", "fd00::1"], 53

    monkeypatch.setattr("dns.resolver.Resolver", Own)
    assert messages.own_resolvers() == (NameServer("10.0.0.1"), NameServer("fd00::1"))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-7200, "is 2 h behind that of"), (1800, "is 30 min ahead of that of")],
)
def test_clocks_that_differ(
    server: RealServer, monkeypatch: pytest.MonkeyPatch, seconds: int, said: str
) -> None:
    wanted, by, now = publication(), Rfc2136(server.settings()), time.time
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now() + seconds)
        message = refused(lambda: by.publish(wanted), "N905")
    assert f"this machine's clock {said} {server.at} (BADTIME)" in message
    assert "set the one that is wrong" in message
    assert server.ask(wanted.name, "A") == []


def test_clocks_that_differ_a_little_do_no_harm(
    server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, by, now = publication(), Rfc2136(server.settings()), time.time
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now() + 200)
        assert by.publish(wanted).doubts == ()
