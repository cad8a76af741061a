"""``netc`` on an engine in memory, and as a process of its own."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from netc_tui.cli import main
from netc_tui.cli.run import ended
from netc_tui.engine import Endpoint
from netc_tui.operations import check
from tests.cli import process
from tests.twin import FakeEngine


@pytest.fixture
def netc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """`netc` on an engine in memory: exit code, stdout, stderr."""
    monkeypatch.setattr(check, "SETTLE", 0.2)
    monkeypatch.setenv("COLUMNS", "80")

    def call(engine: FakeEngine, *arguments: str) -> tuple[int, str, str]:
        async def connect(endpoint: Endpoint) -> FakeEngine:
            return engine

        monkeypatch.setattr("netc_tui.engine.connect", connect)
        with pytest.raises(SystemExit) as over:
            ended(lambda: main.app([*arguments], prog_name="netc"))
        printed = capsys.readouterr()
        return int(over.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture(scope="session")
def ran() -> "dict[tuple[str, ...], subprocess.CompletedProcess[str]]":
    """All of ``process.COMMANDS``, several at a time."""
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda words: process.netc(*words), process.COMMANDS)
        return dict(zip(process.COMMANDS, found, strict=True))
