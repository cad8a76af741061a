"""Names keep to the glossary (``netc_tui.core``): words that had no meaning, or three, are gone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import netc_tui
import netc_tui.core

ROOT = Path(netc_tui.__file__).parent
GONE = ("companion", "toggle")
"""Words for what has another name."""
AS_IT_WAS = ("settings/keys.py", "test_load.py")
"""Where it is said that a key has another name now."""


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield str(path.relative_to(ROOT)), path.read_text()


def names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """All names that are given, and the lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno


def test_words_that_are_gone_do_not_come_back() -> None:
    found = [
        f"{name}: {word}"
        for name, text in sources()
        for word in GONE
        if name not in AS_IT_WAS and re.search(rf"(?i)\b{word}s?\b|_{word}|{word}_", text)
    ]
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        if path != Path(__file__) and path.name not in AS_IT_WAS:
            text = path.read_text()
            found += [f"{path.name}: {word}" for word in GONE if re.search(rf"\b{word}s?\b", text)]
    pages = [ROOT.parent / "README.md", *(ROOT / "guide").glob("*.md")]
    told = "".join(page.read_text() for page in pages).lower()
    assert found + [word for word in GONE if word in told] == []


def test_one_is_the_first_of_two_at_most() -> None:
    found = []
    for name, text in sources():
        tree = ast.parse(text)
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                given = dict(names(function))
                if "one" in given and "other" not in given:
                    found.append(f"{name}:{given['one']}")
    assert found == []


def test_what_is_exposed_are_ports() -> None:
    found = {
        given
        for _, text in sources()
        for given, _ in names(ast.parse(text))
        if re.search(r"(?i)exposed", given)
    }
    assert found == {"exposed", "as_exposed"}  # of engine and of core.ports


def test_a_name_of_a_class_is_given_once() -> None:
    seen: dict[str, str] = {}
    twice = []
    for name, text in sources():
        tree = ast.parse(text)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                given = node.name
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                given = node.targets[0].id
                if not given[0].isupper() or given.isupper():
                    continue
            else:
                continue
            if given.startswith("_"):
                continue
            if given in seen:
                twice.append(f"{given}: {seen[given]} and {name}")
            seen[given] = name
    assert twice == []


def test_each_word_has_a_meaning() -> None:
    text = str(netc_tui.core.__doc__)
    words = re.findall(r"(?m)^(\w[\w, ]*?)  +\S", text)
    assert len(words) == len(set(words))
    assert {"service", "network container", "lease", "hop", "desk", "deed"} <= set(words)
