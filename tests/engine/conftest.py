"""Engines that are no more than a socket."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.far import Far
from tests.engine.heard import Heard
from tests.engine.wire import Wire


@pytest.fixture
def heard() -> Iterator[Heard]:
    with Heard() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(params=["unix", "tcp"])
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    made = Wire(tmp_path / "engine.sock" if request.param == "unix" else None)
    yield made
    made.listener.close()


@pytest.fixture
def path() -> Iterator[Path]:
    """Of a socket; short, as they have to be."""
    folder = Path(tempfile.mkdtemp(prefix="netc-"))
    yield folder / "d.sock"
    shutil.rmtree(folder)


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    """Another machine, with nothing on it yet."""
    made = Far(monkeypatch)
    yield made
    made.close()


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without any files of Docker's client, and nothing of it in the environment."""
    for name in list(os.environ):
        if name.startswith("DOCKER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path
