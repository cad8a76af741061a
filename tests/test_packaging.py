"""What is installed: the versions that are locked, and the licence."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
RUN = PROJECT["project"]["dependencies"]
BUILD = GROUPS["build"]
WANTED = {"all": [*RUN, *GROUPS["dev"], *BUILD], "build": BUILD, "run": RUN}


def text(part: str) -> str:
    return (ROOT / f".ci/locked/{part}.txt").read_text(encoding="utf-8")


def locked(part: str) -> dict[str, Requirement]:
    """By name, of what is installed on Linux."""
    lines = re.findall(r"^([\w.-]+==[^\\\n]+?) \\$", text(part), re.MULTILINE)
    found = [Requirement(line) for line in lines]
    linux = {"sys_platform": "linux"}
    return {one.name: one for one in found if not one.marker or one.marker.evaluate(linux)}


@pytest.mark.parametrize("part", WANTED)
def test_all_that_is_asked_for_is_locked(part: str) -> None:
    versions = {name: next(iter(one.specifier)).version for name, one in locked(part).items()}
    for wanted in map(Requirement, WANTED[part]):
        assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)]), wanted


@pytest.mark.parametrize("part", WANTED)
def test_each_has_hashes_and_no_index_is_named(part: str) -> None:
    blocks = re.split(
        r"^(?=[a-z])", re.sub(r"^ *#.*\n", "", text(part), flags=re.MULTILINE), flags=re.MULTILINE
    )
    for block in filter(None, blocks):
        pin, *hashes = block.split(" \\\n")
        assert re.match(r"[a-z0-9-]+==[\w.]+( ; |$)", pin), pin
        assert hashes, pin
        for one in hashes:
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}\n?", one), pin
    assert not re.search(r"://|^-", text(part), re.MULTILINE)


@pytest.mark.parametrize("part", ["build", "run"])
def test_the_parts_are_of_one_lock(part: str) -> None:
    assert locked(part).items() <= locked("all").items()


def test_what_users_get_has_no_tools_of_developers() -> None:
    tools = {canonicalize_name(Requirement(one).name) for one in (*GROUPS["dev"], *BUILD)}
    assert not tools & locked("run").keys()


def test_it_is_built_with_what_is_locked() -> None:
    assert set(PROJECT["build-system"]["requires"]) <= set(BUILD)


def test_the_licence_is_the_one_that_is_declared() -> None:
    (name,) = PROJECT["project"]["license-files"]
    assert PROJECT["project"]["license"] == "MIT"
    assert (ROOT / name).read_text(encoding="utf-8").startswith("MIT License\n\nCopyright")
