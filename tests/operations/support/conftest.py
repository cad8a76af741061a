"""The engine that the archive is about."""

import pytest

from tests.operations.support.helping import reached
from tests.twin import FakeEngine


@pytest.fixture
def engine(machine: None, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return reached(monkeypatch)
