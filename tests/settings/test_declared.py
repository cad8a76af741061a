"""A setting is declared once: wherever it can be said, it is there."""

import inspect

from netc_tui.cli import main
from netc_tui.settings.declared import SETTINGS
from netc_tui.settings.example import schema
from netc_tui.settings.keys import KEYS
from tests.settings.uncommented import NAMES, uncommented


def test_everywhere_are_all_of_them_and_no_other() -> None:
    assert [setting.name for setting in SETTINGS] == NAMES
    assert list(uncommented()) == [*NAMES, "keys"]
    assert list(schema(KEYS)["properties"]) == [*NAMES, "keys"]
    flags = [name for name in inspect.signature(main.netc).parameters if name in NAMES]
    assert flags == NAMES
    assert {setting.variable for setting in SETTINGS} == {f"NETC_{name.upper()}" for name in NAMES}
