"""Secrets: from files that only their owner may read, as people write them; shown nowhere."""

import base64
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.names import secrets
from netc_tui.names.secrets import ALGORITHMS, Secret, TsigKey
from tests.names.servers import keygen

SECRET = base64.b64encode(b"a secret of 32 octets, no more..").decode()
KEY = f'key "netc" {{\n\talgorithm hmac-sha256;\n\tsecret "{SECRET}";\n}};\n'
Write = Callable[..., Path]


def wrong(act: Callable[[], object]) -> str:
    with pytest.raises(NetcError) as caught:
        act()
    assert caught.value.code is Exit.USAGE
    assert "\n" not in caught.value.message
    assert SECRET not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_as_bind_s_own_program_prints_it(tmp_path: Path, algorithm: str) -> None:
    found = secrets.tsig_key(str(keygen("Netc.home", tmp_path, algorithm)))
    assert (found.name, found.algorithm) == ("netc.home", algorithm)
    assert len(found.secret.reveal()) >= 16


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        KEY.replace('"', ""),
        KEY.replace('"' + SECRET + '"', SECRET),
        f"# of the LAN\n/* {KEY} */\n{KEY}// end",
        KEY.replace("\n", " ").replace("hmac-sha256", "HMAC-SHA256"),
        f'key netc{{secret "{SECRET}";algorithm hmac-sha256;}};',
    ],
)
def test_a_key_as_people_write_it(secret_file: Write, text: str) -> None:
    found = secrets.tsig_key(str(secret_file(text)))
    assert (found.name, found.algorithm) == ("netc", "hmac-sha256")
    assert base64.b64encode(found.secret.reveal()).decode() == SECRET


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has 0 keys and must have one; tsig-keygen NAME prints"),
        (KEY + KEY, "has 2 keys"),
        (SECRET, "has 0 keys"),
        (b"\xff\xfe", "is no text"),
        (KEY.replace("hmac-sha256", "hmac-sha999"), "the algorithm of the key is none of"),
        (KEY.replace("algorithm", "#"), "must have an algorithm and a secret"),
        (KEY.replace(SECRET, "not base64!"), "must have an algorithm and a secret"),
        (KEY.replace(SECRET, "x.x"), "not in base64"),
        (KEY.replace('"netc"', '"a..b"'), "the name of the key is no name"),
    ],
)
def test_what_is_no_key(secret_file: Write, text: str | bytes, said: str) -> None:
    path = secret_file(text)
    message = wrong(lambda: secrets.tsig_key(str(path)))
    assert message.startswith(f"{path}: ")
    assert said in message


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_file_is_a_key_or_an_error_of_one_line(
    tmp_path_factory: pytest.TempPathFactory, text: str | bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.key"
    path.touch(0o600)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    wrong(lambda: secrets.tsig_key(str(path)))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601, 0o777])
def test_a_file_that_others_may_use_is_refused(secret_file: Write, mode: int) -> None:
    path = secret_file(KEY, mode)
    for read in (secrets.tsig_key, secrets.password, secrets.check_private):
        message = wrong(lambda read=read: read(str(path)))  # type: ignore[misc]
        assert (
            message == f"{path}: others than its owner may use this secret; run: chmod 600 {path}"
        )
    path.chmod(0o400)
    assert secrets.tsig_key(str(path)).name == "netc"


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    assert "No such file" in wrong(lambda: secrets.private(str(tmp_path / "missing")))
    assert "no name of a file" in wrong(lambda: secrets.private("a\0b"))
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    assert "is no file" in wrong(lambda: secrets.private(str(fifo)))
    assert "is no file" in wrong(lambda: secrets.private(str(tmp_path)))
    large = tmp_path / "large"
    large.touch(0o600)
    large.write_bytes(b"x" * 65_537)
    assert "too large" in wrong(lambda: secrets.private(str(large)))


def test_a_file_in_the_home(secret_file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = secret_file("hunter2\n")
    monkeypatch.setenv("HOME", str(path.parent))
    assert secrets.password(f"~/{path.name}").reveal() == b"hunter2"
    assert (
        secrets.check_private(f"~/{path.name}") == secrets.readable(f"~/{path.name}") == str(path)
    )


@pytest.mark.parametrize("text", ["", "\n", "two\nlines", b"\xff", "a\0b", "tab\t"])
def test_what_is_no_password(secret_file: Write, text: str | bytes) -> None:
    assert "must have a password in its only line" in wrong(
        lambda: secrets.password(str(secret_file(text)))
    )


def test_a_password_with_whatever_one_can_type(secret_file: Write) -> None:
    assert secrets.password(str(secret_file("pä ss'\"\\\r\n"))).reveal() == "pä ss'\"\\".encode()


def test_a_secret_is_shown_nowhere() -> None:
    key = TsigKey("netc", "hmac-sha256", Secret(b"hunter2"))
    assert "hunter2" not in f"{key} {key!r} {key.secret} {key.secret!r} {[key]} {vars}"
    for write in (pickle.dumps, json.dumps, msgspec.json.encode):
        with pytest.raises((TypeError, pickle.PicklingError)):
            write(key.secret)  # type: ignore[operator]


def test_a_file_that_is_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("x")
    assert secrets.readable(str(path)) == str(path)
    assert "No such file" in wrong(lambda: secrets.readable(str(tmp_path / "missing")))


def test_what_a_service_manager_lends_goes_before_the_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent = tmp_path / "password"
    lent.write_text("hunter2")
    lent.chmod(0o440)  # systemd's own, for the one user of the service
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secrets.password("/etc/netc/password").reveal() == b"hunter2"
    assert secrets.check_private("/etc/netc/password") == str(lent)
    lent.chmod(0o444)
    with pytest.raises(NetcError, match="others than its owner"):
        secrets.password("/etc/netc/password")
    with pytest.raises(NetcError, match=r"/etc/netc/tsig\.key: No such file"):
        secrets.password("/etc/netc/tsig.key")


@pytest.mark.parametrize("quote", ['"', ""])
def test_a_secret_with_two_slashes_is_no_comment(secret_file: Write, quote: str) -> None:
    octets = b"abc" + b"\xff" * 30
    secret = base64.b64encode(octets).decode()
    assert "//" in secret
    text = f'key "netc" {{ // ours\n algorithm hmac-sha256;\n secret {quote}{secret}{quote};\n}};\n'
    assert secrets.tsig_key(str(secret_file(text))).secret.reveal() == octets
