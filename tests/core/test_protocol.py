"""What netc and a network container say to each other: the shell's files against core.protocol."""

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from netc_tui.core import protocol
from netc_tui.core.findings import KINDS
from netc_tui.core.lease import parse
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


def test_each_code_is_one_of_the_catalogue() -> None:
    assert set(re.findall(r"\bN[0-9]{3}\b", CODE)) <= set(KINDS)


def test_whatever_is_wrong_has_a_code() -> None:
    """Where it is found: each text that is put into a variable that tells of a broken hop."""
    told = r"(?:\b[a-z]+_trouble=|\bwhy=|\bdifference=|\bdistrust )[\"']([^\"']+)"
    said = re.findall(told, CODE)
    assert len(said) > 25
    for text in said:
        assert re.match("N[0-9]{3} [^ ]|\\$", text), text


@pytest.mark.parametrize(
    "code", [*KINDS, "", "N", "N1", "N1234", "n102", "N10x", "N\u0661\u0662\u0663", "x N102"]
)
def test_what_has_the_form_of_a_code_is_one(code: str) -> None:
    line = json.dumps({"event": "health", "time": "2026-01-01T00:00:00Z", "code": code})
    event = parse(line)
    assert event is not None
    assert event.code == (code if code in KINDS else None)


def test_files_and_commands_are_there() -> None:
    more = (protocol.CLIENTS, protocol.RENEW, protocol.TAKE)
    for command in (protocol.PROBE, protocol.EXAMINE, protocol.COUNTERS, *more):
        assert command[1].removeprefix("/netc/") in COMMANDS
    moving = (protocol.OFFER, protocol.HANDED, protocol.YIELD)
    for name in (protocol.RULES, protocol.STATE, protocol.ADDRESS, protocol.FORMER, *moving):
        assert f"$VOLUME/{name}" in CODE
    assert f"CLAIM={protocol.CLAIM_LINK}\n" in CODE
    assert f"VOLUME:={protocol.FOLDER}" in CODE
    assert f"VOLUME {protocol.FOLDER}" in (FOLDER / "Dockerfile").read_text()


def test_a_sign_of_life_comes_as_often_as_is_promised() -> None:
    assert f"life_up=$((now + {protocol.SIGN_OF_LIFE * 100}))" in CODE


def test_counts_come_as_seldom_as_is_promised() -> None:
    assert f"counts_up=$((now + {protocol.COUNTS * 100}))" in CODE


def test_only_trouble_and_warnings_that_exist() -> None:
    assert set(Said) >= protocol.TROUBLE | protocol.WARNINGS
    assert not protocol.TROUBLE & protocol.WARNINGS
