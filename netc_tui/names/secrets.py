"""Secrets, from files that only their owner may read. They are shown nowhere."""

import base64
import binascii
import os
import re
import stat
from pathlib import Path

import msgspec

from netc_tui.core.errors import Exit, NetcError

_LARGEST = 65_536
ALGORITHMS = (
    *("hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1"),
    "hmac-md5",
)
"""Of TSIG, as key files name them."""


class Secret:
    """Octets that are not shown, whoever prints what they are a part of."""

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def reveal(self) -> bytes:
        """The octets, for the one call that needs them."""
        return self._octets

    def __repr__(self) -> str:
        return "Secret(...)"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


class TsigKey(msgspec.Struct, frozen=True):
    """What signs an update (RFC 8945)."""

    name: str
    algorithm: str
    """One of ALGORITHMS."""
    secret: Secret


def private(name: str) -> Secret:
    """What a file holds that nobody but its owner may read or write. Raises NetcError (usage)."""
    path, lent = _found(name)
    try:
        # Not blocked by a FIFO that stands in its place.
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            facts = os.fstat(file)
            _check(path, facts, lent=lent)
            return Secret(os.read(file, _LARGEST))
        finally:
            os.close(file)
    except (OSError, ValueError) as error:
        raise _wrong(path, getattr(error, "strerror", None) or "no name of a file") from error


def check_private(name: str) -> str:
    """The path of such a file, for a library that reads it itself. Raises NetcError (usage)."""
    private(name)
    return str(_found(name)[0])


def _path(name: str) -> Path:
    return Path(os.path.expanduser(name))  # noqa: PTH111 - never raises


def _found(name: str) -> tuple[Path, bool]:
    """Where the file is, and whether a service manager lends it (systemd.exec(5), LoadCredential):
    a user that it makes up for a service may not read the original."""
    path = _path(name)
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    lent = Path(folder) / path.name
    return (lent, True) if folder and os.path.lexists(lent) else (path, False)


def _check(path: Path, facts: os.stat_result, *, lent: bool) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise _wrong(path, "is no file")
    # Of what is lent the bits of the group stand for the one user who may (acl(5), MASK).
    if facts.st_mode & (stat.S_IRWXO | (0 if lent else stat.S_IRWXG)):
        raise _wrong(path, f"others than its owner may use this secret; run: chmod 600 {path}")
    if facts.st_size > _LARGEST:
        raise _wrong(path, "too large for a secret")


def _wrong(path: Path, why: str) -> NetcError:
    return NetcError(f"{path}: {why}", Exit.USAGE)


_COMMENT = re.compile(r'("[^"\n]*")|/\*.*?\*/|(?:(?<![\w+/])//|#)[^\n]*', re.DOTALL)
"""Or what stands in quotes, and is none: a secret may have two slashes."""
_KEY = re.compile(r'key\s+"?([^\s"{]+)"?\s*\{(.*?)\}\s*;?', re.DOTALL)
_CLAUSE = re.compile(r'(algorithm|secret)\s+"?([^\s";]+)"?\s*;')


def tsig_key(name: str) -> TsigKey:
    """The key of a file as ``tsig-keygen`` prints it. Raises NetcError (usage), which never shows
    what stands in the file."""
    path = _path(name)
    try:
        text = _COMMENT.sub(lambda found: found[1] or "", private(name).reveal().decode())
    except UnicodeDecodeError as error:
        raise _wrong(path, "is no text; tsig-keygen prints one as it must be") from error
    keys = _KEY.findall(text)
    if len(keys) != 1:
        raise _wrong(
            path, f"has {len(keys)} keys and must have one; tsig-keygen NAME prints a file of one"
        )
    called, inside = keys[0]
    clauses = dict(_CLAUSE.findall(inside))
    if set(clauses) != {"algorithm", "secret"}:
        raise _wrong(path, "the key must have an algorithm and a secret, as tsig-keygen prints it")
    algorithm = clauses["algorithm"].lower()
    if algorithm not in ALGORITHMS:
        raise _wrong(path, f"the algorithm of the key is none of {', '.join(ALGORITHMS)}")
    try:
        octets = base64.b64decode(clauses["secret"], validate=True)
    except binascii.Error:
        raise _wrong(path, "the secret of the key is not in base64") from None
    # RFC 1035 2.3.1, with what people write into names of keys.
    if not re.fullmatch(r"[\w-]{1,63}(\.[\w-]{1,63}){0,9}\.?", called, re.ASCII):
        raise _wrong(path, "the name of the key is no name of the DNS")
    return TsigKey(called.rstrip(".").lower(), algorithm, Secret(octets))


def password(name: str) -> Secret:
    """The password that stands alone in a file. Raises NetcError (usage)."""
    octets = private(name).reveal().removesuffix(b"\n").removesuffix(b"\r")
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = "\0"
    if not text or not text.isprintable():
        raise _wrong(Path(name), "must have a password in its only line")
    return Secret(octets)


def readable(name: str) -> str:
    """The path of a file that is no secret. Raises NetcError (usage) when it cannot be read."""
    path = _path(name)
    try:
        path.open("rb").close()
    except (OSError, ValueError) as error:
        raise _wrong(path, getattr(error, "strerror", None) or "no name of a file") from error
    return str(path)
