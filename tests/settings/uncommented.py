"""The names of all settings but those in tables, and the example as if it were in force."""

import re
import tomllib
from typing import Any

import msgspec

from netc_tui.settings.declared import FREE, TABLES, Settings
from netc_tui.settings.example import example
from netc_tui.settings.keys import KEYS

NAMES = [
    field.name for field in msgspec.structs.fields(Settings) if field.name not in (*FREE, *TABLES)
]


def uncommented() -> dict[str, Any]:
    return tomllib.loads(re.sub(r"(?m)^#(?! )", "", example(KEYS)))
