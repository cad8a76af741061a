"""Which endpoint is in force: what the environment and the files of Docker's client say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import Endpoint
from netc_tui.engine.endpoint import Certificates
from netc_tui.engine.endpoints import DEFAULT, at, contexts, in_force, of_context
from tests.engine.contexts import certificates, context

pytestmark = pytest.mark.usefixtures("home")


def current(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(text)


def files(folder: Path, *, verify: bool) -> Certificates:
    certificate, key, authority = (str(folder / f"{name}.pem") for name in ("cert", "key", "ca"))
    return Certificates(certificate, key, authority, verify)


def test_nothing_is_said() -> None:
    assert in_force() == Endpoint(DEFAULT, "the default context")


@pytest.mark.parametrize(
    ("host", "url", "local", "socket"),
    [
        ("unix:///run/d.sock", "unix:///run/d.sock", None, Path("/run/d.sock")),
        ("http+unix:///run/d.sock", "unix:///run/d.sock", None, Path("/run/d.sock")),
        ("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375", False, None),
        ("ssh://me@server", "ssh://me@server", False, None),
        ("", DEFAULT, None, Path("/var/run/docker.sock")),
    ],
)
def test_docker_host(
    monkeypatch: pytest.MonkeyPatch, host: str, url: str, local: bool | None, socket: Path | None
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    found = in_force()
    assert (found.url, found.local, found.socket) == (url, local, socket)
    assert found.certificates is None


def test_docker_host_goes_before_a_context(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    current(home / ".docker", '{"currentContext": "gone"}')
    monkeypatch.setenv("DOCKER_CONTEXT", "gone, too")
    monkeypatch.setenv("DOCKER_HOST", "tcp://h:1")
    assert in_force() == Endpoint("tcp://h:1", "DOCKER_HOST", local=False)


@pytest.mark.parametrize(("verify", "checked"), [("1", True), ("0", True), ("", False)])
def test_certificates_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, home: Path, verify: str, checked: bool
) -> None:
    """Any value but an empty one counts: so it is for Docker's client."""
    folder = certificates(home / "mine")
    monkeypatch.setenv("DOCKER_HOST", "tcp://h:2376")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(folder))
    monkeypatch.setenv("DOCKER_TLS_VERIFY", verify)
    assert in_force().certificates == files(folder, verify=checked)
    (folder / "ca.pem").unlink()
    if checked:
        with pytest.raises(NetcError, match="certificates cannot be read"):
            in_force()
    else:
        assert in_force().certificates == files(folder, verify=False)


def test_certificates_are_in_the_home(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://h:2376")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    folder = certificates(home / ".docker")
    assert in_force().certificates == files(folder, verify=True)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("named", [False, True])
def test_the_context_in_force(
    monkeypatch: pytest.MonkeyPatch, home: Path, elsewhere: bool, named: bool
) -> None:
    folder = home / ("config" if elsewhere else ".docker")
    if elsewhere:
        monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    if named:
        monkeypatch.setenv("DOCKER_CONTEXT", "office")
    else:
        current(folder, '{"auths": {}, "currentContext": "office"}')
    tls = context(folder, "office", {"Host": "tcp://h:2376", "SkipTLSVerify": False}, tls=True)
    source = "the Docker context office"
    assert in_force() == Endpoint("tcp://h:2376", source, files(tls, verify=True), local=False)


@pytest.mark.parametrize("text", ["{}", '{"currentContext": ""}', '{"currentContext": 1}', "{", ""])
def test_no_context_is_current(home: Path, text: str) -> None:
    current(home / ".docker", text)
    assert in_force() == Endpoint(DEFAULT, "the default context")


@pytest.mark.parametrize("docker", [{}, {"Host": ""}, {"Host": "npipe:////./pipe/docker_engine"}])
def test_a_context_without_a_host_of_this_kind(
    monkeypatch: pytest.MonkeyPatch, home: Path, docker: dict[str, Any]
) -> None:
    context(home / ".docker", "plain", docker)
    monkeypatch.setenv("DOCKER_CONTEXT", "plain")
    assert in_force() == Endpoint(DEFAULT, "the Docker context plain")


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"Endpoints": {"docker": []}}', '{"Endpoints": {"docker": {"Host": 1}}}']
)
def test_a_context_that_is_damaged(monkeypatch: pytest.MonkeyPatch, home: Path, text: str) -> None:
    context(home / ".docker", "office", {})
    (meta,) = (home / ".docker").rglob("meta.json")
    meta.write_text(text)
    monkeypatch.setenv("DOCKER_CONTEXT", "office")
    with pytest.raises(NetcError, match="'office' cannot be read") as caught:
        in_force()
    assert caught.value.code is Exit.ENGINE


def test_it_is_told_without_the_sdk() -> None:
    code = (
        "import sys; from netc_tui.engine.endpoints import in_force; in_force();"
        "print({'docker', 'requests'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("left", [("ca",), ("ca", "cert"), ()])
def test_a_context_for_tls_is_never_spoken_to_without(
    monkeypatch: pytest.MonkeyPatch, home: Path, left: tuple[str, ...]
) -> None:
    folder = context(
        home / ".docker", "far", {"Host": "tcp://10.0.0.1:2376", "SkipTLSVerify": False}, tls=True
    )
    monkeypatch.setenv("DOCKER_CONTEXT", "far")
    assert in_force().certificates is not None
    for file in folder.iterdir():
        if file.stem not in left:
            file.unlink()
    with pytest.raises(
        NetcError, match="is for TLS, but its certificates cannot be read"
    ) as caught:
        in_force()
    assert caught.value.code is Exit.ENGINE


def test_what_a_context_says_of_others_is_none_of_ours(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    context(home / ".docker", "both", {"Host": "unix:///run/docker.sock"})
    (meta,) = (home / ".docker/contexts/meta").glob("*/meta.json")
    facts = json.loads(meta.read_text())
    facts["Endpoints"]["kubernetes"] = {"Host": None, "SkipTLSVerify": "maybe"}
    meta.write_text(json.dumps(facts))
    monkeypatch.setenv("DOCKER_CONTEXT", "both")
    assert in_force().url == "unix:///run/docker.sock"


@pytest.mark.parametrize("url", ["unix://", "unix:///"])
def test_a_socket_without_a_name(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", url)
    with pytest.raises(NetcError, match="DOCKER_HOST names no socket"):
        in_force()


def test_tcp_is_with_tls_where_the_environment_says_so_and_at_the_port_kept_for_it(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    assert at("tcp://h:2375", "x") == Endpoint("tcp://h:2375", "x", local=False)
    with pytest.raises(NetcError, match="tcp://h:2376 is for TLS, but its certificates"):
        at("tcp://h:2376", "x")
    folder = certificates(home / ".docker")
    assert at("tcp://h:2376", "x").certificates == files(folder, verify=True)
    assert at("tcp://h:2375", "x").certificates is None
    own = certificates(home / "own")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(own))
    assert at("tcp://h:2375", "x").certificates == files(own, verify=False)
    assert at("ssh://h", "x").certificates is None


def test_the_default_context_is_docker_host_where_that_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert of_context("default") == Endpoint(DEFAULT, "the default context")
    monkeypatch.setenv("DOCKER_HOST", "tcp://h:1")
    assert of_context("default") == Endpoint("tcp://h:1", "DOCKER_HOST", local=False)


def test_contexts_are_listed_without_those_that_cannot_be_read(home: Path) -> None:
    assert contexts() == ("default",)
    for name in ("n10", "n9", "broken"):
        context(home / ".docker", name, {"Host": "ssh://a"})
    for meta in (home / ".docker").rglob("meta.json"):
        if "broken" in meta.read_text():
            meta.write_bytes(b"\xff")
    assert contexts() == ("default", "n9", "n10")
