"""What the README promises of security is tried by the tests that it names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def rows() -> list[list[str]]:
    """The table on who can do what, without its head."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Security\n")[1]
    lines = [line for line in section.split("\n## ")[0].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_each_line_names_tests_that_are_there() -> None:
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(
            r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.M
        )
    }
    assert len(rows()) > 8
    for who, can, cannot, tried in rows():
        assert who
        assert can or cannot
        named = re.findall(r"`([^`]+)`", tried)
        assert named, who
        assert set(named) <= defined, who
