"""A setting is declared once: wherever it can be said, it is there with what was declared of it."""

import inspect
import json
import re
import tomllib
from typing import Any

import msgspec
import pytest

from netc_tui.cli import main
from netc_tui.core.errors import NetcError
from netc_tui.settings.declared import SETTINGS, Flags, Settings
from netc_tui.settings.example import example, schema
from netc_tui.settings.keys import KEYS

NAMES = [field.name for field in msgspec.structs.fields(Settings) if field.name != "keys"]


def uncommented() -> dict[str, Any]:
    return tomllib.loads(re.sub(r"(?m)^#(?! )", "", example(KEYS)))


def test_everywhere_are_all_of_them_and_no_other() -> None:
    assert [setting.name for setting in SETTINGS] == NAMES
    assert list(uncommented()) == [*NAMES, "keys"]
    assert list(schema(KEYS)["properties"]) == [*NAMES, "keys"]
    flags = [name for name in inspect.signature(main.netc).parameters if name in NAMES]
    assert flags == NAMES
    assert {setting.variable for setting in SETTINGS} == {f"NETC_{name.upper()}" for name in NAMES}


def test_the_example_is_the_defaults_and_has_a_line_on_each() -> None:
    found = uncommented()
    assert found.pop("keys") == {key.id: key.key for key in KEYS}
    assert Settings(**found) == Settings()
    for setting in SETTINGS:
        assert f"# {setting.about}\n#{setting.name} = " in example(KEYS)
        assert setting.about


def test_the_schema_says_what_was_declared() -> None:
    made = schema(KEYS)
    assert made["additionalProperties"] is False
    assert made["required"] == []
    for setting in SETTINGS:
        property = made["properties"][setting.name]
        assert property["default"] == setting.default
        assert property["description"] == setting.about
    kinds = {name: each.get("type") for name, each in made["properties"].items()}
    assert kinds == {
        **dict.fromkeys(NAMES, "boolean"),
        **dict.fromkeys(("interface", "base", "screenshots"), "string"),
        **dict.fromkeys(("theme", "sort"), None),
        "timeout": "number",
        "keys": "object",
    }
    assert made["properties"]["theme"]["enum"] == ["dark", "light", "terminal"]
    assert (
        made["properties"]["timeout"] | {"minimum": 1, "maximum": 600}
        == (made["properties"]["timeout"])
    )
    keys = made["properties"]["keys"]
    assert keys["additionalProperties"] is False
    assert {name: each["default"] for name, each in keys["properties"].items()} == {
        key.id: key.key for key in KEYS
    }


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.id)
def test_a_deed_has_one_name(key: Any) -> None:
    said = key.label.replace(" ", "_").replace("/", "_")
    assert key.id == said
    action = key.action.partition("(")[0]
    if "(" not in key.action and key.id != "palette":  # that is Textual's own
        assert action == key.id


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    main.app(["config", "--schema"], prog_name="netc", standalone_mode=False)
    assert json.loads(capsys.readouterr().out) == schema(KEYS)
    with pytest.raises(NetcError, match="exclude each other"):
        main.app(["config", "--schema", "--path"], prog_name="netc", standalone_mode=False)


def test_a_flag_is_taken_under_each_of_its_names() -> None:
    def opened(*flags: str) -> Flags:
        found: list[Flags] = []

        def open_tui(given: Flags) -> int:
            found.append(given)
            return 0

        main.app([*flags], prog_name="netc", standalone_mode=False, obj=open_tui)
        return found[0]

    assert opened("--base", "host").given == {"base": "host"}
    assert opened("-i", "eth1", "--no-mouse", "--timeout", "7").given == {
        "interface": "eth1",
        "mouse": False,
        "timeout": 7.0,
    }
    assert opened("--config", "x.toml") == Flags({}, "x.toml")
    for setting in SETTINGS:
        if setting.kind is bool:
            assert opened(setting.flag).given == {setting.name: True}
            assert opened(f"--no{setting.flag[1:]}").given == {setting.name: False}
