"""What netc and a network container say to each other: the shell's files against core.protocol."""

import re
from importlib import resources
from pathlib import Path

from netc_tui.core import protocol
from netc_tui.core.protocol import Env, Hop, Said
from netc_tui.sidecar import COMMANDS, PARTS

FOLDER = Path(str(resources.files("netc_tui.sidecar")))
TEXT = "\n".join((FOLDER / name).read_text() for name in ("entry", *COMMANDS, *PARTS))
CODE = "\n".join(line.partition(" # ")[0] for line in TEXT.splitlines() if line[:1] != "#")


def test_each_event_that_is_said_is_known_and_each_that_is_known_is_said() -> None:
    said = set(re.findall(r"\bemit ([a-z0-9_]+)", CODE)) | {"renewing", "rebinding"}  # emit "$1"
    assert said == set(Said)


def test_the_environment_is_the_same_on_both_sides() -> None:
    used = set(re.findall(r"\bNETC_[A-Z0-9_]+", CODE)) - {"NETC_CLEAN"}
    assert used == set(Env)


def test_what_is_passed_on_when_the_environment_is_made_clean_is_all_of_it() -> None:
    entry = (FOLDER / "entry").read_text()
    assert {name for name in Env if f'{name}="${{{name}-}}"' in entry} == set(Env)


def test_hops_are_named_alike() -> None:
    assert set(re.findall(r"\bhop=([a-z]+)", CODE)) == set(Hop)


def test_files_and_commands_are_there() -> None:
    for command in (protocol.PROBE, protocol.COUNTERS, protocol.RENEW):
        assert command[1].removeprefix("/netc/") in COMMANDS
    for name in (protocol.RULES, protocol.STATE, protocol.ADDRESS):
        assert f"$VOLUME/{name}" in CODE
    assert f"VOLUME:={protocol.FOLDER}" in CODE
    assert f"VOLUME {protocol.FOLDER}" in (FOLDER / "Dockerfile").read_text()


def test_a_sign_of_life_comes_as_often_as_is_promised() -> None:
    assert f"life_up=$((now + {protocol.SIGN_OF_LIFE * 100}))" in CODE


def test_only_trouble_and_warnings_that_exist() -> None:
    assert set(Said) >= protocol.TROUBLE | protocol.WARNINGS
    assert not protocol.TROUBLE & protocol.WARNINGS
