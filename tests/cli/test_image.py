"""What `netc image build` prints."""

import json
from typing import Any

import pytest

from netc_tui import sidecar
from tests.operations.looking import world

pytestmark = pytest.mark.usefixtures("machine")


def test_its_name_is_the_result(netc: Any) -> None:
    engine = world()
    assert netc(engine, "image", "build")[:2] == (0, f"{sidecar.image()}\n")
    built = json.loads(netc(engine, "image", "build", "--json")[1])
    assert built["image"] == sidecar.image()
