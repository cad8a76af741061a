"""What is told of this machine and of what runs netc."""

from pathlib import Path

import pytest

from netc_tui.operations.support.system import system
from tests.operations.support.helping import files, gathered
from tests.twin import FakeEngine

SECRET = "hunter2-of-the-shop"


def test_settings_that_are_not_sound_are_not_shown(engine: FakeEngine, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'theme = "{SECRET}"\n')
    texts = files(gathered({"NETC_CONFIG": str(settings)}))
    assert "settings.toml" not in texts
    assert "- settings.toml: the settings file is not sound" in texts["README.txt"]
    assert SECRET not in str(texts)


def test_a_library_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netc_tui.operations.support.system.LIBRARIES", ("docker", "no-such-one"))
    found = system({"NETC_CONFIG": "", "HOME": "/nonexistent"}).libraries
    assert found["docker"][0].isdigit()
    assert found["no-such-one"] == "not there"
