"""What is gathered for somebody who helps, what is left out, and how it is written."""

import asyncio
import io
import json
import os
import stat
import tarfile
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netc_tui.cli.support import _forms
from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import Endpoint, Refused
from netc_tui.operations import support
from netc_tui.operations.support import Gathered
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.doctors import LISTENS, sound
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")
SECRET = "hunter2-of-the-shop"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    sound(monkeypatch)
    made = FakeEngine()
    made.prints = lambda name, command: LISTENS
    for name in ("web", "db"):
        made.run(name, ports=("80/tcp",), labels={"com.docker.compose.project": "shop"})
        run(up(made, Request(name, "eth0")))
    made.run("off")

    async def connect(_: Endpoint) -> FakeEngine:
        return made

    monkeypatch.setattr("netc_tui.engine.connect", connect)
    return made


def gathered(environ: Mapping[str, str] | None = None) -> Gathered:
    return run(support.gather({"NETC_CONFIG": "", "HOME": "/nonexistent", **(environ or {})}))


def files(found: Gathered) -> dict[str, str]:
    return {name: text.decode() for name, text in support.assemble(found, _forms()).items()}


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
    assert "this host:\n" in texts["doctor.txt"]
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
    content = support.pack(support.assemble(found, _forms()), "top", found.at)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        for member in tar.getmembers():
            part = tar.extractfile(member)
            assert part is not None
            assert SECRET.encode() not in part.read(), member.name
    texts = files(found)
    assert '"registry.example/shop:1"' in texts["services.json"]
    assert 'base = "registry.example/alpine"' in texts["settings.toml"]
    assert "  DOCKER_HOST=tcp://docker.example:2375\n" in texts["versions.txt"]


def test_settings_that_are_not_sound_are_not_shown(engine: FakeEngine, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'theme = "{SECRET}"\n')
    texts = files(gathered({"NETC_CONFIG": str(settings)}))
    assert "settings.toml" not in texts
    assert "- settings.toml: the settings file is not sound" in texts["README.txt"]
    assert SECRET not in str(texts)


def test_what_cannot_be_read_is_a_line(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    sound(monkeypatch, root=False)

    def before(call: tuple[str, ...]) -> None:
        if call[0] == "made":
            raise Refused("not today")
        if call[:2] == ("execute", "netc-db"):
            raise NetcError("the engine is away", Exit.ENGINE)

    engine.before = before
    found = gathered()
    texts = files(found)
    assert "plan.txt: not today" in texts["README.txt"]
    assert "- what needs root: DHCP" in texts["README.txt"]
    assert "netc.service=web" in texts["network-containers/netc-web/plan.txt"]
    assert "netc-db/rules.txt: the engine is away" in texts["README.txt"]
    assert "network-containers/netc-db/rules.txt" not in texts
    assert "network-containers/netc-db/lease.json" in texts
    assert found.away is None


def test_a_log_that_hangs_holds_up_nothing_else(engine: FakeEngine) -> None:
    plain = engine.log

    async def log(name: str, tail: int | None = None) -> tuple[bytes, ...]:
        if name in ("netc-db", engine.own("db").id):
            await asyncio.sleep(3600)
        return await plain(name, tail)

    engine.log = log  # type: ignore[method-assign]
    texts = files(gathered())
    assert "netc-db/log.jsonl: not there within" in texts["README.txt"]
    assert "network-containers/netc-db/log.jsonl" not in texts
    assert '"phase":"bound"' in texts["network-containers/netc-db/lease.json"], "of its volume"
    assert "network-containers/netc-web/log.jsonl" in texts


def test_paths_that_take_too_long_are_counted(engine: FakeEngine) -> None:
    plain = engine.execute

    async def execute(name: str, command: Any) -> str:
        if name == "netc-db":
            await asyncio.sleep(3600)
        return await plain(name, command)

    engine.execute = execute  # type: ignore[method-assign]
    found = gathered()
    assert [looked.network_container.service for looked in found.paths] == ["web"]
    assert "doctor.txt: 1 of 2 paths were not looked at" in found.missing


def test_without_an_engine_there_is_what_this_host_tells(engine: FakeEngine) -> None:
    engine.away = "it is off"
    found = gathered()
    assert found.away is not None
    assert found.away.code is Exit.ENGINE
    texts = files(found)
    assert {"versions.txt", "interfaces.json", "doctor.txt", "settings.toml"} < set(texts)
    assert "services.json" not in texts
    assert [each["code"] for each in json.loads(texts["doctor.json"])["host"]] == ["N801"]
    assert "all that the engine tells: it is off" in texts["README.txt"]


def test_an_engine_that_hangs_is_given_up(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(_: Endpoint) -> FakeEngine:
        await asyncio.sleep(3600)
        return engine

    monkeypatch.setattr("netc_tui.engine.connect", connect)
    found = gathered()
    assert found.away is not None
    assert "did not answer within" in found.away.message


def test_an_archive_is_one_folder_for_its_owner_alone() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    content = support.pack({"README.txt": b"a", "x/y": b"b"}, "top", at)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == ["top/README.txt", "top/x/y"]
    assert {(member.mode, member.mtime) for member in members} == {(0o600, int(at.timestamp()))}


@pytest.mark.parametrize("nameless", [True, False])
def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nameless: bool
) -> None:
    if not nameless:

        def refuse(path: Path, content: bytes) -> None:
            raise OSError(95, "not supported")

        monkeypatch.setattr(support, "_save_nameless", refuse)
    path = tmp_path / "a.tar.gz"
    before = os.umask(0)
    try:
        support.save(path, b"one")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(NetcError, match="is there already"):
        support.save(path, b"two")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NetcError, match="is there already"):
        support.save(link, b"two")
    with pytest.raises(NetcError, match="No such file or directory"):
        support.save(tmp_path / "none" / "a", b"two")

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    monkeypatch.setattr(os, "link", stop)
    if nameless:
        with pytest.raises(KeyboardInterrupt):
            support.save(tmp_path / "b", b"three")
    else:
        with pytest.raises(TypeError):
            support.save(tmp_path / "b", "no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"one"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar.gz", "link"]


def test_its_name_tells_host_and_time(engine: FakeEngine) -> None:
    found = gathered()
    at = f"{found.at.astimezone():%Y%m%d-%H%M%S}"
    assert support.name_of(found) == f"netc-support-docker-host-{at}"


def test_a_log_that_is_no_text_has_its_limit(engine: FakeEngine) -> None:
    box = engine.own("web")
    box.log += [(0.0, b"\xff" * 9_000)] * 900
    found = support.assemble(gathered(), _forms())
    assert 900_000 < len(found["network-containers/netc-web/log.jsonl"]) <= 1_000_000
