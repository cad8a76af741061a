"""Exit codes: what scripts rely on is what the README says."""

import re
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_has_each_exit_code() -> None:
    text = README.read_text(encoding="utf-8").partition("Exit codes:\n")[2]
    told = {int(code) for code in re.findall(r"^\| (\d) \|", text.partition("\n\n`")[0], re.M)}
    assert told == set(Exit)


@pytest.mark.parametrize("code", Exit)
def test_an_error_is_its_one_line(code: Exit) -> None:
    error = NetcError("no such thing", code, details=["what", "was printed"])
    assert str(error) == error.message == "no such thing"
    assert (error.code, error.details) == (code, ("what", "was printed"))


def test_an_error_without_a_code_of_its_own_is_a_failure() -> None:
    assert NetcError("no").code is Exit.FAILED
