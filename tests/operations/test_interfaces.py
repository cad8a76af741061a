"""Interfaces and engines that cannot carry a LAN network are refused."""

from typing import Any

import msgspec
import pytest

from netc_tui.core.errors import Exit
from tests.operations.turning import refused, turn_on, world
from tests.twin import LOCAL, FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


@pytest.mark.parametrize(
    ("interface", "words"),
    [("eth7", "no interface"), ("dark0", "no carrier"), ("lo", "loopback")],
)
def test_unfit_interfaces(interface: str, words: str) -> None:
    engine = world()
    refused(turn_on(engine, "web", interface), Exit.INTERFACE, words)
    assert engine.shape() == {"containers": {}, "networks": {}}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"host": "ssh://server", "local": False}, "remote"),
        ({"host": "unix:///run/forwarded.sock", "local": False}, "remote"),
        ({"rootless": True}, "rootless"),
        ({"desktop": True}, "Docker Desktop"),
        ({"desktop": True, "local": False}, "Docker Desktop"),
    ],
)
def test_an_engine_without_this_machine_s_interfaces(facts: dict[str, Any], words: str) -> None:
    engine = world(FakeEngine(msgspec.structs.replace(LOCAL, **facts)))
    refused(turn_on(engine, "web"), Exit.INTERFACE, words)
    assert engine.shape() == {"containers": {}, "networks": {}}
