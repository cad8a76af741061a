"""What is asked for an archive, and what is left out when it is not there in time."""

import asyncio
import json
from typing import Any

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import Endpoint, Refused
from tests.operations.doctors import sound
from tests.operations.support.helping import files, gathered
from tests.twin import FakeEngine


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
