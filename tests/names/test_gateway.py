"""etcd's gateway: TLS, passwords, and what its errors mean."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.publication import own_key
from netc_tui.names.etcd import Etcd
from netc_tui.names.gateway import Gateway, Granted, Range
from netc_tui.settings.declared import DnsSettings
from tests.names.conftest import publication, refused
from tests.names.etcds import PASSWORD, EtcdServer, authority, pair
from tests.names.servers import HOST, free_port


def settings(**given: Any) -> DnsSettings:
    return DnsSettings(publish="etcd", **given)


@pytest.fixture
def user(guarded: EtcdServer, secret_file: Callable[..., Path]) -> Callable[..., Etcd]:
    def make(name: str = "netc", password: str = PASSWORD, **given: Any) -> Etcd:
        file = str(secret_file(f"{password}\n"))
        return Etcd(guarded.settings(user=name, password_file=file, **given))

    return make


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "dns.server: say where etcd is"),
        ({"server": "10.0.0.1"}, "dns.server: '10.0.0.1' is not http(s)://HOST:2379"),
        ({"server": "http://u:p@10.0.0.1"}, "is not http(s)://"),
        ({"server": "http://a..b"}, "is not http(s)://"),
        ({"server": "http://a/path"}, "is not http(s)://"),
        ({"server": "http://a:65536"}, "is not http(s)://"),
        ({"server": "http://[]:2379"}, "is not http(s)://"),
        ({"server": "http://[1:2]"}, "is not http(s)://"),
        ({"server": "http://a", "user": "u"}, "dns.user and dns.password_file go together"),
        ({"server": "http://a", "password_file": "/x"}, "go together"),
        ({"server": "https://a", "ca": "/nonexistent"}, "/nonexistent: No such file"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, str], said: str) -> None:
    with pytest.raises(NetcError) as caught:
        Gateway(settings(**given))
    assert caught.value.code is Exit.USAGE
    assert said in caught.value.message


def test_with_tls_and_a_password(guarded: EtcdServer, user: Callable[..., Etcd]) -> None:
    wanted, by = publication(), user()
    by.publish(wanted)
    assert guarded.a(wanted.name) == [wanted.address]
    assert PASSWORD not in repr(vars(by)) + repr(vars(by._gateway))
    # Its tokens are gone when it is started anew.
    guarded.process.kill()
    guarded.process.start()
    assert by.withdraw(wanted).done == (f"{own_key(wanted)} removed",)


def test_a_password_that_is_wrong_or_missing(
    guarded: EtcdServer, user: Callable[..., Etcd]
) -> None:
    wanted = publication()
    said = refused(lambda: user(password="other").publish(wanted), "N904")
    assert "etcd does not take the password of netc; write the right one" in said
    assert "password of nobody" in refused(lambda: user("nobody").publish(wanted), "N904")
    said = refused(lambda: Etcd(guarded.settings()).publish(wanted), "N904")
    assert "set dns.user" in said
    said = refused(lambda: user("other").publish(wanted), "N904")
    assert "etcd does not let user other change that key (permission denied)" in said


def test_a_password_that_is_not_asked_for(
    etcd_server: EtcdServer, secret_file: Callable[..., Path]
) -> None:
    file = str(secret_file("x"))
    by = Etcd(etcd_server.settings(user="netc", password_file=file))
    assert by.publish(publication()).done


def test_a_certificate_of_another_authority(
    guarded: EtcdServer, user: Callable[..., Etcd], tmp_path: Path
) -> None:
    other = authority(tmp_path / "other")
    wanted = publication()
    said = refused(lambda: user(ca=str(other / "ca.pem")).publish(wanted), "N907")
    assert (
        f"the certificate of etcd at {guarded.url} is of an authority that is not trusted" in said
    )
    assert "set dns.ca" in said
    said = refused(lambda: user(ca="").publish(wanted), "N907")
    assert "not trusted" in said
    theirs = {
        "certificate": str(other / "client.pem"),
        "certificate_key": str(other / "client.key"),
    }
    said = refused(lambda: user(**theirs).publish(wanted), "N907")
    assert "does not take our certificate" in said
    said = refused(lambda: user(certificate="", certificate_key="").publish(wanted), "N907")
    assert "does not take our certificate; set dns.certificate" in said


def test_a_certificate_that_names_somebody_goes_with_no_password(
    guarded: EtcdServer, user: Callable[..., Etcd]
) -> None:
    assert guarded.certificates is not None
    named = {
        "certificate": str(guarded.certificates / "named.pem"),
        "certificate_key": str(guarded.certificates / "named.key"),
    }
    said = refused(lambda: user(**named).publish(publication()), "N904")
    assert "set dns.certificate to one without a CN" in said


def test_a_certificate_for_another_name(guarded: EtcdServer, user: Callable[..., Etcd]) -> None:
    at = guarded.url.replace(HOST, "localhost")
    said = refused(lambda: user(server=at).publish(publication()), "N907")
    assert f"the certificate of etcd at {at} is for another name" in said


def test_a_key_that_others_may_read_is_refused(
    guarded: EtcdServer, user: Callable[..., Etcd]
) -> None:
    assert guarded.certificates is not None
    path = guarded.certificates / "client.key"
    path.chmod(0o640)
    try:
        with pytest.raises(NetcError, match=f"run: chmod 600 {path}"):
            user()
    finally:
        path.chmod(0o600)


def test_tls_where_there_is_none_and_none_where_there_is(
    etcd_server: EtcdServer, guarded: EtcdServer
) -> None:
    plain = Etcd(settings(server=etcd_server.url.replace("http:", "https:"), timeout=2))
    assert "speaks no TLS; http:// perhaps?" in refused(lambda: plain.held(publication()), "N906")
    secure = Etcd(settings(server=guarded.url.replace("https:", "http:"), timeout=2))
    assert "https:// perhaps?" in refused(lambda: secure.held(publication()), "N906")


def test_one_that_hangs_up_is_asked_without_tls_before_it_is_said_to_want_a_certificate(
    etcd_server: EtcdServer, guarded: EtcdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reset(*_: Any, **__: Any) -> None:
        raise requests.exceptions.ConnectionError(ConnectionResetError())

    monkeypatch.setattr(requests.Session, "post", reset)
    plain = Etcd(settings(server=etcd_server.url.replace("http:", "https:"), timeout=2))
    assert "speaks no TLS; http:// perhaps?" in refused(lambda: plain.held(publication()), "N906")
    secure = Etcd(settings(server=guarded.url, timeout=2))
    assert "does not take our certificate" in refused(lambda: secure.held(publication()), "N907")
    nobody = Etcd(settings(server=f"https://{HOST}:{free_port()}", timeout=2))
    assert "does not take our certificate" in refused(lambda: nobody.held(publication()), "N907")


def test_the_next_one_is_asked_when_one_is_away(etcd_server: EtcdServer) -> None:
    at = f"http://{HOST}:{free_port()}, {etcd_server.url}/"
    wanted, by = publication(), Etcd(etcd_server.settings(server=at))
    assert by.publish(wanted).done
    assert etcd_server.a(wanted.name) == [wanted.address]


def test_an_etcd_that_hangs(etcd_server: EtcdServer) -> None:
    by = Etcd(etcd_server.settings(timeout=1.0))
    with etcd_server.process.stopped():
        started = time.monotonic()
        said = refused(lambda: by.publish(publication()), "N906")
        assert time.monotonic() - started < 4
    assert f"etcd at {etcd_server.url} does not answer within 1 s" in said


def test_an_etcd_without_a_majority(tmp_path: Path) -> None:
    wanted = publication()
    with pair(tmp_path / "pair") as (server, other):
        by = Etcd(server.settings(timeout=30.0))
        assert by.publish(wanted).done
        other.kill()
        until = time.monotonic() + 20
        while "no leader" not in (said := refused(lambda: by.publish(publication()), "N906")):
            assert time.monotonic() < until, said
        started = time.monotonic()
        said = refused(lambda: by.withdraw(wanted), "N906")
        assert time.monotonic() - started < 2, "it says so at once"
        assert f"etcd at {server.url} has no leader: most of its members are away" in said
        other.start()
        assert by.withdraw(wanted).done


@contextmanager
def speaking(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            # Who closes with something unread has the kernel drop what was not taken yet.
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Location", "http://example.org/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (200, b"<html>", "N906", "answers something else; is it etcd 3.4 or later?"),
        (200, b"{}", "N906", "answers something else"),
        (200, b'{"ID":"x"}', "N906", "answers something else"),
        (200, b"[" * 100_000, "N906", "answers something else"),
        (200, b"[]", "N906", "answers something else"),
        (302, b"", "N906", "something else"),
        (404, b"404 page not found", "N906", "something else"),
        (
            503,
            json.dumps({"code": 14, "message": "etcdserver: no leader"}).encode(),
            "N906",
            "has no leader: most of its members are away",
        ),
        (400, b'{"error":"bad","code":3}', "N904", "etcd refuses the call (bad)"),
        (400, b"{}", "N904", "etcd refuses the call (no reason)"),
        (400, b'{"message":"a\\nb\\u001b[2J"}', "N904", "refuses the call (a?b?[2J)"),
    ],
)
def test_an_answer_that_is_none(status: int, body: bytes, code: str, said: str) -> None:
    with speaking(status, body) as at:
        by = Gateway(settings(server=at, timeout=2))
        assert said in refused(lambda: by.call("lease/grant", {}, Granted), code)


@pytest.fixture(scope="module")
def nobody() -> Iterator[None]:
    """No name is looked up outside of this machine."""

    def unknown(host: str, *words: Any, **options: Any) -> Any:
        if host == HOST:
            return look(host, *words, **options)
        host.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    look = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", unknown)
        yield


@given(st.text(max_size=12))
def test_any_address_is_refused_or_away(nobody: None, text: str) -> None:
    """127.0.0.1:1 is where nothing listens."""
    urls = f"http://{HOST}:1/{text}", f"http://{HOST}:{text}", f"http://{text}.invalid"
    for url in (*urls, f"https://[{text}]:1"):
        try:
            Gateway(settings(server=url, timeout=1)).call("kv/range", {}, Range)
        except NetcError as error:
            said = error.message
        assert "\n" not in said


def test_what_is_for_the_internet_is_not_asked(
    etcd_server: EtcdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{HOST}:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    assert Etcd(etcd_server.settings()).publish(publication()).done
