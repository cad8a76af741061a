"""Options that several commands take."""

from typing import Any

import pytest

from netc_tui.core.errors import Exit
from tests.operations.looking import world

pytestmark = pytest.mark.usefixtures("machine")


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf"])
@pytest.mark.parametrize(
    "words",
    [
        ("up", "web", "eth0", "--timeout"),
        ("up", "web", "eth0", "--wait"),
        ("rules", "web", "--interval"),
    ],
)
def test_seconds_are_a_number_that_ends(netc: Any, words: tuple[str, ...], seconds: str) -> None:
    engine = world()
    assert netc(engine, *words, seconds)[0] == Exit.USAGE
    assert not engine.calls
