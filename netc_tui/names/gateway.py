"""etcd's API v3 over its JSON gateway: endpoints, TLS, password, and what its errors mean."""

import base64
import ipaddress
import json
import re
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import requests

from netc_tui.core.errors import Exit, NetcError
from netc_tui.names import secrets, trouble
from netc_tui.names.secrets import Secret
from netc_tui.names.trouble import NameTrouble
from netc_tui.settings.declared import DnsSettings

T = TypeVar("T")
_UNAUTHENTICATED = 16
"""gRPC's code for a token that is not valid any more: etcd was started anew."""
_DENIED = 7
_URL = re.compile(
    r"https?://(?:\[([0-9A-Fa-f:.]*)\]|[\w-]{1,63}(?:\.[\w-]{1,63})*)(?::(\d{1,5}))?", re.ASCII
)
_AWAY = frozenset((4, 8, 13, 14))
"""gRPC's codes for: too late, exhausted, internal, unavailable (no leader, for one)."""
_AT_ONCE = {"Grpc-Metadata-hasleader": "true"}
"""Have a member that sees too few others say so, rather than wait for them."""
_NO_LEADER = "no leader"
_NO_AUTH = "authentication is not enabled"
_WANTS_TLS = "HTTP request to an HTTPS server"
"""In the words of Go."""


class KeyValue(msgspec.Struct, frozen=True):
    """A key with what stands there. As JSON its octets are in base64."""

    key: bytes
    mod_revision: int
    """Of etcd, when it was last written."""
    value: bytes = b""
    lease: int = 0
    """Of etcd's, that it goes with; 0: none."""


class Range(msgspec.Struct, frozen=True):
    """The keys that were asked for."""

    kvs: tuple[KeyValue, ...] = ()


class InTransaction(msgspec.Struct, frozen=True):
    """What one request of a transaction found."""

    response_range: Range = Range()


class Transaction(msgspec.Struct, frozen=True):
    """What a transaction came to."""

    succeeded: bool = False
    """Did its comparisons hold?"""
    responses: tuple[InTransaction, ...] = ()


class Granted(msgspec.Struct, frozen=True):
    """A lease of etcd's."""

    id: int = msgspec.field(name="ID")


class Left(msgspec.Struct, frozen=True):
    """How long one lasts."""

    seconds: int = msgspec.field(name="TTL", default=0)


class _Token(msgspec.Struct, frozen=True):
    token: str


class _Error(msgspec.Struct, frozen=True):
    code: int = 0
    message: str = ""
    error: str = ""


class _Failed(Exception):
    """An answer of etcd that is an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Gateway:
    """Calls etcd, one endpoint after the other until one answers. Which was silent is called last
    from then on."""

    def __init__(self, settings: DnsSettings) -> None:
        """Reads the secrets. Raises NetcError (usage)."""
        urls = (part.strip().rstrip("/") for part in settings.server.split(","))
        self.endpoints = list(filter(None, urls))
        for url in self.endpoints:
            match = _URL.fullmatch(url)
            if match is None or not 0 < int(match[2] or 2379) < 65536 or not _sound(match[1]):
                raise NetcError(f"dns.server: {url!r} is not http(s)://HOST:2379", Exit.USAGE)
        if not self.endpoints:
            raise NetcError("dns.server: say where etcd is, https://HOST:2379", Exit.USAGE)
        if bool(settings.user) != bool(settings.password_file):
            raise NetcError("dns.user and dns.password_file go together", Exit.USAGE)
        self._user, self._seconds = settings.user, settings.timeout
        self._password = secrets.password(settings.password_file) if settings.user else Secret(b"")
        self._token: Secret | None = None
        self._session = requests.Session()
        self._session.trust_env = False  # REQUESTS_CA_BUNDLE and proxies are not for the LAN
        if settings.ca:
            self._session.verify = secrets.readable(settings.ca)
        if settings.certificate:
            key = settings.certificate_key
            own = secrets.readable(settings.certificate)
            self._session.cert = (own, secrets.check_private(key)) if key else own

    def call(self, path: str, body: Mapping[str, Any], kind: type[T]) -> T:
        """One call of the API; the answer as a structure. Raises NameTrouble."""
        try:
            for _ in range(2):
                if self._user and self._token is None:
                    self._authenticate()
                try:
                    return self._post(path, body, kind)
                except _Failed as error:
                    if error.code != _UNAUTHENTICATED or self._token is None:
                        raise
                    self._token = None
            return self._post(path, body, kind)
        except _Failed as error:
            raise self._meaning(error) from error

    def _authenticate(self) -> None:
        body = {"name": self._user, "password": self._password.reveal().decode()}
        try:
            told = self._post("auth/authenticate", body, _Token)
            self._token = Secret(told.token.encode())
        except _Failed as error:
            if _NO_AUTH in error.message:
                self._token = Secret(b"")
                return
            if "authentication failed" in error.message:
                raise NameTrouble(
                    trouble.REFUSED, f"etcd does not take the password of {self._user}",
                    "write the right one into dns.password_file",
                ) from error  # fmt: skip
            raise

    def _post(self, path: str, body: Mapping[str, Any], kind: type[T]) -> T:
        silent: list[str] = []
        for url in tuple(self.endpoints):
            try:
                return self._at(url, path, body, kind)
            except NameTrouble as error:
                if error.finding.code != trouble.AWAY:
                    raise
                silent.append(error.finding.cause)
                self.endpoints.remove(url)
                self.endpoints.append(url)
        raise NameTrouble(trouble.AWAY, "; ".join(silent), "is dns.server right, and does it run?")

    def _at(self, url: str, path: str, body: Mapping[str, Any], kind: type[T]) -> T:
        token = self._token.reveal().decode() if self._token else ""
        try:
            answer = self._session.post(
                f"{url}/v3/{path}",
                data=json.dumps(body),
                headers=_AT_ONCE | ({"Authorization": token} if token else {}),
                timeout=self._seconds,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            raise _tls(url, error) from error
        except requests.exceptions.Timeout as error:
            raise _away(url, f"does not answer within {self._seconds:g} s") from error
        except requests.exceptions.RequestException as error:
            raise _broken(url, error) from error
        except OSError as error:  # files of TLS that cannot be read
            raise NetcError(
                f"dns.ca, dns.certificate: {error}".split("\n")[0], Exit.USAGE
            ) from error
        if answer.status_code == requests.codes.bad_request and "CommonName" in answer.text:
            raise NameTrouble(
                trouble.REFUSED,
                f"etcd at {url} takes no password over a certificate that names somebody (CN)",
                "set dns.certificate to one without a CN in its subject",
            )
        if _WANTS_TLS in answer.text[:200]:
            raise _away(url, "ends the connection; https:// perhaps?")
        try:
            if answer.ok:
                # Of numbers the gateway makes texts.
                return msgspec.json.decode(answer.content, type=kind, strict=False)
            told = msgspec.json.decode(answer.content, type=_Error)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise _away(url, "answers something else; is it etcd 3.4 or later?") from error
        raise _failed(url, told)

    def _meaning(self, error: _Failed) -> NameTrouble:
        who = f"user {self._user}" if self._user else "who has no password"
        if error.code == _DENIED or "user name is empty" in error.message:
            return NameTrouble(
                trouble.REFUSED, f"etcd does not let {who} change that key ({error.message})",
                "set dns.user, or grant it a role that may read and write the folder",
            )  # fmt: skip
        return NameTrouble(
            trouble.REFUSED, f"etcd refuses the call ({error.message})", "its own log says why"
        )


def _failed(url: str, told: _Error) -> Exception:
    message = (told.message or told.error or "no reason").removeprefix("etcdserver: ")
    if message == _NO_LEADER:
        return _away(url, "has no leader: most of its members are away")
    if told.code in _AWAY and _UNSURE not in message:
        return _away(url, f"cannot do it now ({message})")
    return _Failed(told.code, message)


_UNSURE = "authentication"
"""etcd 3.4 says some of what is about passwords with the code for an internal error."""


def _away(url: str, why: str) -> NameTrouble:
    return NameTrouble(trouble.AWAY, f"etcd at {url} {why}")


def _broken(url: str, error: BaseException) -> NameTrouble:
    """What it means that a connection could not be made, or ended."""
    inside = _inside(error)
    if any(isinstance(each, ConnectionRefusedError) for each in inside):
        return _away(url, "does not run: the connection is refused")
    if any(isinstance(each, ConnectionResetError | BrokenPipeError) for each in inside):
        if url.startswith("https:"):
            # With TLS 1.3 it says so after the handshake, or hangs up. So does one without TLS.
            return _without_tls(url) if _plain(url) else _unwelcome(url)
        return _away(url, "ends the connection; https:// perhaps?")
    return _away(url, "cannot be reached")


def _tls(url: str, error: BaseException) -> NameTrouble:
    """What it means that TLS failed."""
    inside = _inside(error)
    for each in inside:
        if isinstance(each, ssl.SSLCertVerificationError):
            why = _VERIFY.get(each.verify_code, "is of an authority that is not trusted")
            return NameTrouble(
                trouble.NOT_TRUSTED, f"the certificate of etcd at {url} {why}",
                "set dns.ca to the certificate of its authority, dns.server to a name that it has",
            )  # fmt: skip
    words = " ".join(map(str, inside))
    if any(sign in words for sign in ("WRONG_VERSION_NUMBER", "UNEXPECTED_EOF", "record layer")):
        return _without_tls(url)
    return _unwelcome(url)


def _without_tls(url: str) -> NameTrouble:
    return _away(url, "speaks no TLS; http:// perhaps?")


def _plain(url: str) -> bool:
    """Does it answer without TLS? It is asked for its version, and told nothing."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            plain = url.replace("https:", "http:", 1)
            answer = session.get(f"{plain}/version", timeout=1, allow_redirects=False)
    except (OSError, requests.exceptions.RequestException):
        return False
    return _WANTS_TLS not in answer.text[:200]


_VERIFY = {10: "has run out", 62: "is for another name", 64: "is for another name"}
"""OpenSSL's X509_V_ERR_..., as far as they need words of their own."""


def _unwelcome(url: str) -> NameTrouble:
    return NameTrouble(
        trouble.NOT_TRUSTED, f"etcd at {url} does not take our certificate",
        "set dns.certificate and dns.certificate_key to one of its authority",
    )  # fmt: skip


def _inside(error: BaseException) -> Sequence[BaseException]:
    """An exception with all that it wraps."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            waiting += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
    return found


def _sound(address: str | None) -> bool:
    """Is it an address of IPv6, if it stands where one does?"""
    if address is None:
        return True
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True


def encoded(text: str) -> str:
    """A key or a value as the gateway takes it."""
    return base64.b64encode(text.encode()).decode()
