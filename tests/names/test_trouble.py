"""What can go wrong has a code, and its line is fit for a terminal."""

import pytest

from netc_tui.core import lookup
from netc_tui.core.errors import Exit
from netc_tui.core.findings import KINDS, NAME
from netc_tui.names import trouble
from netc_tui.names.trouble import NameTrouble

CODES = [
    *(value for name, value in vars(trouble).items() if name.isupper()),
    *(lookup.ELSEWHERE, lookup.UNHEARD_OF),
]


def test_each_code_is_of_the_name_and_each_of_the_name_has_one() -> None:
    assert sorted(CODES) == sorted(code for code, kind in KINDS.items() if kind.hop == NAME)


@pytest.mark.parametrize("code", CODES)
def test_a_trouble_in_one_line(code: str) -> None:
    found = NameTrouble(code, "x\x1b[2J\nis y", "do z", "netc z")
    assert found.message == "x?[2J?is y; do z: netc z"
    assert (found.finding.code, found.code) == (code, Exit.FAILED)


def test_what_somebody_else_wrote_is_told_as_far_as_anybody_reads() -> None:
    found = NameTrouble(trouble.TAKEN, f"web is taken: it leads to {'x' * 1_000_000}", "do z")
    assert found.message.startswith("web is taken: it leads to xxx")
    assert found.message.endswith("xxx...; do z")
    assert len(found.message) < 600
