"""The example of a settings file, and the schema of one."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from netc_tui.settings.declared import FREE, HOSTS, SETTINGS, TABLES, Setting, Settings
from netc_tui.settings.keys import Key

HOST = 'nas = "ssh://root@nas.example"'


def example(keys: Iterable[Key]) -> str:
    """A file with all settings, commented out."""
    lines = _commented(SETTINGS)
    for name, settings in TABLES.items():
        lines += ["", f"[{name}]", *_commented(settings)]
    lines += ["", "[hosts]", f"# {HOSTS}", f"# {HOST}"]
    lines += ["", "# Textual's names of keys, or single characters; several with commas.", "[keys]"]
    for key in keys:
        lines += [f"# {key.help}", f"#{key.id} = {_toml(key.key)}"]
    return "\n".join(lines) + "\n"


def _commented(settings: Iterable[Setting]) -> list[str]:
    return [
        line
        for setting in settings
        for line in (f"# {setting.about}", f"#{setting.name} = {_toml(setting.default)}")
    ]


def in_words(settings: Settings) -> str:
    """A file that says what is in force."""
    given = msgspec.to_builtins(settings)
    tables = {name: given.pop(name) for name in (*TABLES, *FREE)}
    lines = [f"{name} = {_toml(value)}" for name, value in given.items()]
    for name, table in tables.items():
        lines += [
            "",
            f"[{name}]",
            *(f"{_key(key)} = {_toml(value)}" for key, value in table.items()),
        ]
    return "\n".join(lines) + "\n"


def schema(keys: Iterable[Key]) -> dict[str, Any]:
    """The JSON schema of the file (TOML has the same types): for editors, and for who makes it."""
    (found,), parts = msgspec.json.schema_components([Settings], ref_template="#/$defs/{name}")
    made = parts[found["$ref"].rpartition("/")[2]]
    properties = made["properties"]
    for name in TABLES:
        table = properties[name]
        properties[name] = parts[table.pop("$ref").rpartition("/")[2]] | table
    properties["keys"] |= {
        "properties": {
            key.id: {"type": "string", "default": key.key, "description": key.help} for key in keys
        },
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of netc's terminal UI",
        "type": "object",
        "properties": properties,
        "required": [],
        "additionalProperties": False,
    }


def _key(name: str) -> str:
    """A key as TOML writes it: what has a point in it would be a table's."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: object) -> str:
    """A default as TOML writes it; JSON writes these types the same."""
    return msgspec.json.encode(value).decode()
