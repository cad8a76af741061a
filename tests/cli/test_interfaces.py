"""What `netc interfaces` prints."""

import json
from typing import Any

import msgspec
import pytest

from netc_tui import sidecar
from netc_tui.core.errors import Exit
from netc_tui.core.model import Image
from tests.machine import link
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


def test_those_of_another_machine(netc: Any) -> None:
    engine = world()
    engine.engine = msgspec.structs.replace(engine.engine, name="far", local=False)
    engine.links = (link("lan0"), link("dark0", 3, carrier=False))
    engine.images[sidecar.image()] = Image("sha256:x")
    found = json.loads(netc(engine, "interfaces", "--json")[1])["interfaces"]
    assert [each["name"] for each in found] == ["lan0", "dark0"]
    engine.images.clear()
    for box in engine.boxes.values():
        box.labels.clear()
    code, out, err = netc(engine, "interfaces")
    assert (code, out) == (Exit.INTERFACE, "")
    assert err.startswith("netc: the interfaces of far are not known before netc's image is there")
    assert err.count("\n") == 1
