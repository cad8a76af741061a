"""What will come of a choice, as lines."""

import msgspec

from netc_tui.core.errors import NetcError
from netc_tui.operations.up import Request
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.screens.outlook import Fate, Outlook, summed, told
from tests.core.samples import ONE, WEB
from tests.tui.drawn import plain

OFF = msgspec.structs.replace(WEB, name="db", network_container=None)
ON = msgspec.structs.replace(WEB, network_container=ONE)


def outlook(service: object, interface: str = "eth0", why: str = "") -> Outlook:
    error = NetcError(why) if why else None
    return Outlook(service, Request("web", interface), error)  # type: ignore[arg-type]


def test_what_becomes_of_a_service() -> None:
    assert outlook(OFF).fate is Fate.ON
    assert outlook(ON).fate is Fate.STAYS
    assert outlook(ON, why="no ports").fate is Fate.REFUSED


def test_of_several_each_has_a_line_and_what_changes_comes_first() -> None:
    found = [outlook(ON), outlook(OFF), outlook(ON, why="no ports")]
    lines = [plain(line) for line in told(found, [], 60, UNICODE)]
    assert lines[:3] == ["✗ web  left out", "● db  turned on: eth0", "  web  stays on eth0"]
    assert "no ports" in lines
    assert summed(found) == "1 left out, 1 turned on, 1 stays"
    assert summed(found[:1]) == ""


def test_what_is_to_be_warned_of_is_said_with_it() -> None:
    lines = [plain(line) for line in told([outlook(OFF)], [["nobody listens"]], 60, UNICODE)]
    assert lines == ["nobody listens", "Nothing to do: it is as wanted."]
