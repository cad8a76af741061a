"""The keys that are declared."""

from typing import Any

import pytest

from netc_tui.settings.keys import KEYS


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.id)
def test_a_deed_has_one_name(key: Any) -> None:
    said = key.label.replace(" ", "_").replace("/", "_")
    assert key.id == said
    action = key.action.partition("(")[0]
    if "(" not in key.action and key.id != "palette":  # that is Textual's own
        assert action == key.id
