"""The catalogue of what can be wrong."""

import re
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.findings import CONTAINER, HOPS, HOST, KINDS, NAME, Finding, explain
from tests.findings import PAGE, page

PACKAGE = Path(__file__).parents[2] / "netc_tui"
DIGITS = {**{hop: str(at) for at, hop in enumerate(HOPS, 1)}, CONTAINER: "7", HOST: "8", NAME: "9"}


@pytest.mark.parametrize("code", KINDS)
def test_a_kind(code: str) -> None:
    kind = KINDS[code]
    assert re.fullmatch(r"N[1-9]\d\d", code)
    assert code[1] == DIGITS[kind.hop], "the first digit is the hop"
    assert len(kind.title.split()) <= 5
    assert kind.explanation.endswith(".")


def test_each_is_found_by_some_code() -> None:
    """What nothing finds is no finding."""
    text = "".join(
        path.read_text()
        for path in PACKAGE.rglob("*")
        if path.is_file()
        and path.name not in ("findings.py", "advice.py")
        and "__" not in path.name
    )
    assert [code for code in KINDS if code not in text] == []


def test_a_code_is_explained_in_upper_or_lower_case() -> None:
    assert explain("n203") is KINDS["N203"]
    with pytest.raises(NetcError, match="no finding has the code 'N999'") as caught:
        explain("N999")
    assert caught.value.code is Exit.USAGE


def test_a_finding_in_one_line() -> None:
    found = Finding("N401", "web does not run (exited)", "start it with", "docker start web")
    assert str(found) == "web does not run (exited); start it with: docker start web"
    assert str(Finding("N401", "web does not run")) == "web does not run"


def test_the_page_has_all_of_them() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.findings"
