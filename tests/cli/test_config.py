"""What ``netc config`` prints."""

import json
import subprocess
import tomllib

import pytest

from netc_tui.cli import main
from netc_tui.core.errors import NetcError
from netc_tui.settings.example import schema
from netc_tui.settings.keys import KEYS


def test_config_is_an_example(
    ran: "dict[tuple[str, ...], subprocess.CompletedProcess[str]]",
) -> None:
    path = ran[("config", "--path")].stdout
    text = ran[("config",)].stdout
    assert path.endswith("/netc/config.toml\n")
    assert text.startswith(f"# {path.strip()} (")
    assert tomllib.loads(text) == {"dns": {}, "watch": {}, "hosts": {}, "keys": {}}
    assert '\n#theme = "dark"\n' in text
    assert '\n#on_off = "space"\n' in text


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    main.app(["config", "--schema"], prog_name="netc", standalone_mode=False)
    assert json.loads(capsys.readouterr().out) == schema(KEYS)
    with pytest.raises(NetcError, match="exclude each other"):
        main.app(["config", "--schema", "--path"], prog_name="netc", standalone_mode=False)
