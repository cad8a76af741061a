"""A setting is declared once: wherever it can be said, it is there."""

import inspect

import msgspec
import pytest

from netc_tui.cli import main
from netc_tui.settings.declared import FREE, SETTINGS, TABLES, DnsSettings, WatchSettings
from netc_tui.settings.example import schema
from netc_tui.settings.keys import KEYS
from tests.settings.uncommented import NAMES, uncommented


def test_everywhere_are_all_of_them_and_no_other() -> None:
    assert [setting.name for setting in SETTINGS] == NAMES
    assert list(uncommented()) == [*NAMES, *TABLES, "hosts", "keys"]
    assert list(schema(KEYS)["properties"]) == [*NAMES, *FREE, *TABLES]
    flags = [name for name in inspect.signature(main.netc).parameters if name in NAMES]
    assert flags == NAMES
    assert {setting.variable for setting in SETTINGS} == {f"NETC_{name.upper()}" for name in NAMES}


@pytest.mark.parametrize(("table", "kind"), [("dns", DnsSettings), ("watch", WatchSettings)])
def test_a_table_has_all_of_its_own_and_no_flag(table: str, kind: type[msgspec.Struct]) -> None:
    names = [field.name for field in msgspec.structs.fields(kind)]
    assert [setting.name for setting in TABLES[table]] == names
    assert list(uncommented()[table]) == names
    assert list(schema(KEYS)["properties"][table]["properties"]) == names
    assert {setting.variable for setting in TABLES[table]} == {
        f"NETC_{table}_{name}".upper() for name in names
    }
