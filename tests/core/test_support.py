"""What is left out of an archive for somebody who helps."""

import time

import pytest

from netc_tui.core import support
from netc_tui.core.model import Container, Made


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("no engine at tcp://user:s3cret@host:2375; is", "no engine at tcp://host:2375; is"),
        ("ssh://me@host", "ssh://host"),
        ("tcp://u:p@ss/w@rd@host:1", "tcp://host:1"),
        ("user:s3cret@registry.example/app:1", "registry.example/app:1"),
        ("image user:s3cret@registry:5000/app", "image registry:5000/app"),
        ('{"image":"user:s3cret@r.example/app","a":"b@c"}', '{"image":"r.example/app","a":"b@c"}'),
        ("NETC_BASE=user:s3cret@r.example/app", "NETC_BASE=r.example/app"),
        ("https://user:s3cret@r.example/app", "https://r.example/app"),
        ('"/the/end\\nme:s3cret@host/app"', '"/the/end\\nhost/app"'),
        ("dom\\me:s3cret@host/app", "host/app"),
        ("nginx:1@sha256:0123", "nginx:1@sha256:0123"),
        ("registry:5000/app:1@sha256:0123", "registry:5000/app:1@sha256:0123"),
        ('"unix:///run/docker.sock","x@y"', '"unix:///run/docker.sock","x@y"'),
        ("10.77.0.5:80 at eth0", "10.77.0.5:80 at eth0"),
    ],
)
def test_addresses_lose_who_asks(text: str, clean: str) -> None:
    assert support.cleaned(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            "GET https://r.example/v2?access_token=s3cret&x=1",
            "GET https://r.example/v2?access_token=...&x=1",
        ),
        ("NETC_PASSWORD=s3cret; next", "NETC_PASSWORD=...; next"),
        ('"run --registry-token=s3cret\\n"', '"run --registry-token=...\\n"'),
        ("X-Amz-Signature=abc&X-Amz-Date=1", "X-Amz-Signature=...&X-Amz-Date=1"),
        ('{"said":"apikey=s3cret"}', '{"said":"apikey=..."}'),
        ("Authorization: Bearer eyJhbGc.e30.s3cret==", "Authorization: Bearer ..."),
        ("authorization: Basic dXNlcjpw", "authorization: Basic ..."),
        ("bearer eyJhbGciOi.x-y_z was refused", "bearer ... was refused"),
        ("the bearer is down", "the bearer is down"),
        ("tokens and passwords are left out", "tokens and passwords are left out"),
    ],
)
def test_what_is_called_a_secret_is_left_out(text: str, clean: str) -> None:
    assert support.cleaned(text) == clean


def test_a_password_that_is_known_is_nowhere() -> None:
    known = support.secrets_in("tcp://user:p%40ss@host:2375")
    assert support.cleaned("user='user:p@ss' p%40ss p@ss", known) == "user='...' ... ..."
    assert support.secrets_in("user:hunter2@host") == ("user:hunter2", "hunter2")
    for plain in (
        "",
        "tcp://host:2375",
        "unix:///run/x@y/docker.sock",
        "tcp://@host",
        "ssh://root@host",
    ):
        assert support.secrets_in(plain) == ()


def test_only_variables_of_netc_s_and_the_engine_s() -> None:
    given = {"NETC_BASE": "host", "DOCKER_HOST": "x", "DOCKER_AUTH": "y", "PATH": "z"}
    assert support.environment(given) == {"DOCKER_HOST": "x", "NETC_BASE": "host"}


def test_only_labels_of_netc_s() -> None:
    given = {"netc.schema": "1", "netc.client-id": "ff", "netc.token": "x", "traefik.auth": "y"}
    assert support.own_labels(given) == {"netc.schema": "1", "netc.client-id": "ff"}


def test_names_lead_to_no_other_folder() -> None:
    assert support.file_name("netc-web_1.a") == "netc-web_1.a"
    assert support.file_name("../../etc/x") == "_.._etc_x"
    assert support.file_name("..") == "_"
    assert len(support.file_name("x" * 999)) == 128


def test_a_plan_has_what_netc_chose() -> None:
    container = Container(
        "1", "netc-web", "netc-sidecar:1", "running", "Up", "bridge", {"bridge": "172.17.0.3"},
        labels={"netc.service": "web", "other": "hunter2"},
    )  # fmt: skip
    made = Made("sha256:1", {"NETC_BASE_RULES": "a\nb"}, {"Memory": 1}, {}, ("l",), ("volume /x",))
    text = support.plan(container, made)
    assert text[:2] == ["netc-web: Up", "image netc-sidecar:1 (sha256:1)"]
    assert text[2:4] == ["labels:", "  netc.service=web"]
    assert "  bridge: 172.17.0.3" in text
    assert text[text.index("environment:") + 1 :][:2] == ["  NETC_BASE_RULES=a", "    b"]
    assert "hunter2" not in str(text)
    assert "  netc.service=web" in support.plan(container, None)


def test_what_is_too_long_is_cut_where_it_can_be_read() -> None:
    assert support.last_lines([b"%d" % n for n in range(2000)])[0] == b"1000"
    assert support.last_lines([b"aaa", b"bbb", b"ccc"], 8) == (b"bbb", b"ccc")
    assert support.first_lines(["aaa", "bbb", "ccc"], 8) == "aaa\nbbb\n"
    assert support.fitting(range(100), lambda rows: str(list(rows)), 40) == str(list(range(12)))
    assert support.fitting([1], str, 40) == "[1]"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 500_000,
        "{" * 500_000,
        "a:" * 250_000,
        "+:" * 250_000,
        "token" * 100_000,
        "bearer" * 70_000,
    ],
)
def test_a_hostile_text_takes_no_long_time(text: str) -> None:
    begun = time.process_time()
    assert support.cleaned(text) == text
    assert time.process_time() - begun < 5
