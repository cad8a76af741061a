"""Which files an archive has, and that nobody's secrets are in them."""

import io
import json
import tarfile
import tomllib
from pathlib import Path

import msgspec
import pytest

from netc_tui.operations.support import archive, assemble
from tests.operations.support.helping import assembled, files, gathered
from tests.twin import FakeEngine

SECRET = "hunter2-of-the-shop"


def test_all_of_it(engine: FakeEngine) -> None:
    before = engine.shape()
    found = gathered({"NETC_THEME": "light", "PATH": "/bin"})
    assert found.missing == []
    texts = files(found)
    own = [f"network-containers/netc-{name}" for name in ("db", "web")]
    kinds = ("plan.txt", "log.jsonl", "rules.txt", "lease.json")
    assert sorted(texts) == sorted(
        [
            *("README.txt", "doctor.txt", "doctor.json", "versions.txt", "services.json"),
            *("networks.json", "interfaces.json", "settings.toml"),
            *(f"{folder}/{kind}" for folder in own for kind in kinds),
        ]
    )
    assert next(iter(texts)) == "README.txt"
    documents = {name: json.loads(text) for name, text in texts.items() if name.endswith(".json")}
    assert {document["schema"] for document in documents.values()} == {1}
    services = {each["name"]: each for each in documents["services.json"]["services"]}
    assert sorted(services) == ["db", "off", "web"]
    assert services["web"]["project"] == "shop"
    assert len(documents["doctor.json"]["services"]) == 2
    assert "the host:\n" in texts["doctor.txt"]
    assert "tcp/80: open" in texts["doctor.txt"]
    assert documents[f"{own[1]}/lease.json"]["network_container"]["service"] == "web"
    assert "eth0" in texts["interfaces.json"]
    assert "netc-lan-eth0" in texts["networks.json"]
    assert "-A " in texts[f"{own[1]}/rules.txt"]
    assert "NETC_BASE_RULES=" in texts[f"{own[1]}/plan.txt"]
    assert "netc.service=web" in texts[f"{own[1]}/plan.txt"]
    assert [json.loads(line)["event"] for line in texts[f"{own[1]}/log.jsonl"].splitlines()]
    assert tomllib.loads(texts["settings.toml"])["theme"] == "light"
    assert "28.5.2 local" in texts["versions.txt"]
    assert "  NETC_THEME=light\n" in texts["versions.txt"]
    assert "/bin" not in texts["versions.txt"]
    assert "Could not be read:\n- nothing\n" in texts["README.txt"]
    for kind in (*kinds, "versions.txt", "settings.toml"):
        assert f"\n{kind} " in texts["README.txt"]
    assert engine.shape() == before, "nothing stays behind"


def test_a_secret_is_nowhere(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'# {SECRET}\nbase = "me:{SECRET}@registry.example/alpine"\n')
    host = f"tcp://user:{SECRET}@docker.example:2375"
    monkeypatch.setenv("DOCKER_HOST", host)
    engine.engine = msgspec.structs.replace(engine.engine, host=host)
    engine.run("shop", image=f"me:{SECRET}@registry.example/shop:1", labels={"auth": SECRET})
    engine.network("side", labels={"auth": SECRET})
    own = engine.own("web")
    own.labels |= {"auth": SECRET, "netc.auth": SECRET}
    own.log.append((0.0, f"cannot ask {host}, {SECRET}".encode()))
    environ = {"NETC_CONFIG": str(settings), "DOCKER_HOST": host, "TOKEN": SECRET}
    found = gathered({**environ, "NETC_BASE": f"me:{SECRET}@registry.example/alpine"})
    content = archive.pack(assembled(found), "top", found.at)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        for member in tar.getmembers():
            part = tar.extractfile(member)
            assert part is not None
            assert SECRET.encode() not in part.read(), member.name
    texts = files(found)
    assert '"registry.example/shop:1"' in texts["services.json"]
    assert 'base = "registry.example/alpine"' in texts["settings.toml"]
    assert "  DOCKER_HOST=tcp://docker.example:2375\n" in texts["versions.txt"]


def test_its_name_tells_host_and_time(engine: FakeEngine) -> None:
    found = gathered()
    at = f"{found.at.astimezone():%Y%m%d-%H%M%S}"
    assert assemble.name_of(found) == f"netc-support-docker-host-{at}"


def test_a_log_that_is_no_text_has_its_limit(engine: FakeEngine) -> None:
    box = engine.own("web")
    box.log += [(0.0, b"\xff" * 9_000)] * 900
    found = assembled(gathered())
    assert 900_000 < len(found["network-containers/netc-web/log.jsonl"]) <= 1_000_000
