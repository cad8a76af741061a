"""What the guide promises of security is tried by the tests that it names; links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "netc_tui/guide"


def rows() -> list[list[str]]:
    """The table on who can do what, without its head."""
    page = (GUIDE / "security.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ")]
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


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(GUIDE.glob("*.md"))], ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        file, _, heading = link.partition("#")
        there = page.parent / file if file else page
        assert there.exists(), link
        if heading:
            titles = re.findall(r"^#+ (.*)", there.read_text(encoding="utf-8"), re.M)
            known = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
            assert heading in known, link


def test_the_readme_leads_to_each_page() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in GUIDE.glob("*.md") if f"guide/{page.name})" not in text] == []
