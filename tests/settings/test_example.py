"""A setting is declared once: wherever it can be said, it is there with what was declared of it."""

import tomllib

import msgspec

from netc_tui.settings.declared import SETTINGS, TABLES, DnsSettings, Settings
from netc_tui.settings.example import example, in_words, schema
from netc_tui.settings.keys import KEYS
from tests.settings.uncommented import NAMES, uncommented


def test_the_example_is_the_defaults_and_has_a_line_on_each() -> None:
    found = uncommented()
    assert found.pop("keys") == {key.id: key.key for key in KEYS}
    assert msgspec.convert(found, Settings) == Settings()
    for setting in (*SETTINGS, *TABLES["dns"], *TABLES["watch"]):
        assert f"# {setting.about}\n#{setting.name} = " in example(KEYS)
        assert setting.about


def test_the_schema_says_what_was_declared() -> None:
    made = schema(KEYS)
    assert made["properties"]["hosts"]["additionalProperties"] == {"type": "string"}
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
        "hosts": "object",
        "dns": "object",
        "watch": "object",
    }
    table = made["properties"]["dns"]
    assert table["additionalProperties"] is False
    for setting in TABLES["dns"]:
        assert table["properties"][setting.name]["default"] == setting.default
        assert table["properties"][setting.name]["description"] == setting.about
    assert table["properties"]["publish"]["enum"] == ["etcd", "off", "rfc2136"]
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


def test_settings_in_force_are_written_as_a_file_has_them() -> None:
    given = Settings(
        theme="light",
        timeout=7.5,
        read_only=True,
        keys={"on_off": 't,"'},
        hosts={"nas": "ssh://root@nas", "db1.lan": "tcp://10.0.0.5:2376"},
        dns=DnsSettings(publish="etcd", server="https://10.0.0.1:2379", timeout=2.5),
    )
    assert msgspec.convert(tomllib.loads(in_words(given)), Settings) == given
