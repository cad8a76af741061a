"""Hosts by name: declared, contexts, urls; and which wins."""

import json
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine.endpoint import Endpoint
from netc_tui.engine.hosts import Host, every, mended, named, names
from tests.engine.contexts import context

pytestmark = pytest.mark.usefixtures("home")

DECLARED = {"nas": "ssh://root@nas", "db.lan": "tcp://10.0.0.5:2375", "here": "unix:///run/d.sock"}


def test_a_declared_one() -> None:
    assert named("nas", DECLARED) == Host(
        "nas", Endpoint("ssh://root@nas", "the host nas", local=False)
    )
    assert named("here", DECLARED).endpoint.local is None, "it may be this machine"


def test_a_context_and_that_a_declared_one_of_its_name_wins(home: Path) -> None:
    context(home / ".docker", "office", {"Host": "ssh://me@office"})
    context(home / ".docker", "nas", {"Host": "ssh://other@nas"})
    found = Endpoint("ssh://me@office", "the Docker context office", local=False)
    assert named("office", DECLARED) == Host("office", found)
    assert named("nas", DECLARED).endpoint.url == "ssh://root@nas"
    assert named("default", {}).endpoint.url == "unix:///var/run/docker.sock"


def test_an_url() -> None:
    url = "ssh://root@10.0.0.5"
    assert named(url, DECLARED) == Host(url, Endpoint(url, "--host", local=False))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nass", "there is no host 'nass'; did you mean nas?"),
        ("zzz", "there is no host 'zzz'; there are: nas, db.lan, here, default ("),
        ("", "there is no host ''; there are: nas,"),
    ],
)
def test_a_name_that_nobody_has(name: str, said: str) -> None:
    with pytest.raises(NetcError) as caught:
        named(name, DECLARED)
    assert caught.value.code is Exit.USAGE
    assert caught.value.message.startswith(said)


@pytest.mark.parametrize("url", ["http://a:1", "foo://a", "tcp://", "ssh://u:p@a", "unix://"])
def test_an_url_that_is_none(url: str) -> None:
    with pytest.raises(NetcError) as caught:
        named(url, {})
    assert caught.value.code is Exit.ENGINE


def test_all_of_them(home: Path) -> None:
    context(home / ".docker", "office10", {"Host": "ssh://me@office10"})
    context(home / ".docker", "office9", {"Host": "ssh://me@office9"})
    context(home / ".docker", "nas", {"Host": "ssh://other@nas"})
    context(home / ".docker", "again", {"Host": "unix:///run/d.sock"})
    found = every(DECLARED)
    assert [host.name for host in found] == [*DECLARED, "default", "office9", "office10"]
    assert found[0].endpoint.url == "ssh://root@nas"
    assert [host.name for host in every(DECLARED, contexts=False)] == list(DECLARED)
    assert names(DECLARED) == (*DECLARED, "default", "again", "office9", "office10")


def test_one_that_cannot_be_used_is_among_them_and_says_why(home: Path) -> None:
    context(home / ".docker", "office", {"Host": "tcp://h:2376", "SkipTLSVerify": False}, tls=True)
    for file in (home / ".docker/contexts/tls").rglob("*.pem"):
        file.unlink()
    broken = home / ".docker/contexts/meta/broken"
    broken.mkdir()
    (broken / "meta.json").write_text("{")
    found = {host.name: host.endpoint for host in every({"odd": "ssh://a b", "ok": "ssh://a"})}
    assert list(found) == ["odd", "ok", "default", "office"]
    assert "is no address for ssh" in found["odd"].fault
    assert "certificates cannot be read" in found["office"].fault
    assert found["ok"].fault == found["default"].fault == ""


def test_a_context_whose_file_says_another_name_is_known_by_it(home: Path) -> None:
    context(home / ".docker", "office", {"Host": "ssh://o"})
    (meta,) = (home / ".docker").rglob("meta.json")
    facts = json.loads(meta.read_text())
    facts["Name"] = ""
    meta.write_text(json.dumps(facts))
    assert names({}) == ("default",)


def test_what_could_not_be_used_is_looked_at_again(home: Path) -> None:
    """Its certificates, for one, come while the screen is open."""
    url = "tcp://10.0.0.5:2376"
    (home / ".docker").mkdir(exist_ok=True)
    (far, odd, nas) = every({"far": url, "odd": "ssh://a b", "nas": "ssh://nas"}, contexts=False)
    assert "certificates cannot be read" in mended(far).fault
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (home / ".docker" / name).touch()
    assert mended(far).fault == ""
    assert mended(far).certificates is not None
    assert "is no address for ssh" in mended(odd).fault
    assert mended(nas) is nas.endpoint
