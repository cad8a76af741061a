"""What `netc interfaces` prints."""

import json
from typing import Any

import pytest

from tests.operations.looking import world

pytestmark = pytest.mark.usefixtures("machine")


def test_for_people_and_for_scripts(netc: Any) -> None:
    code, out, _ = netc(world(), "interfaces")
    assert code == 0
    found = json.loads(netc(world(), "interfaces", "--json")[1])["interfaces"]
    eth0 = next(each for each in found if each["name"] == "eth0")
    assert eth0["unfit"] is None
    (row,) = [line.split() for line in out.splitlines() if line.startswith("eth0 ")]
    assert "yes" in row
