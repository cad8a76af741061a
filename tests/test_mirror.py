"""Tests mirror the modules: those of a module are found by its name."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "netc_tui"
FOLDERS = {"lab": "lab_tool"}
"""Folders that have another name here: ``tests/lab`` has what is tried on real parts."""
ON_REAL_PARTS = {
    # Namespaces, mounts, cgroups, a real engine: a lab that is made, and gone again.
    "test_lab": (
        *("cli/lab", "lab/api", "lab/building", "lab/cleanup", "lab/dhcp", "lab/engine"),
        *("lab/folders", "lab/lock", "lab/network", "lab/services", "lab/status"),
    ),
    # The same with several Docker hosts, and what befalls them.
    "test_hosts_lab": ("lab/host", "lab/ssh"),
    # The same with a terminal in front.
    "test_demo": ("cli/demo", "lab/demo"),
    # Only the kernel knows whether a route leads there.
    "test_reach": ("host/routes",),
}
"""What is tried in ``tests/lab`` alone: the file, its modules, and above them the reason."""


def does_something(module: Path) -> bool:
    """Has it code of its own? Names, values and protocols have none."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    steps = (step for node in ast.walk(tree) if isinstance(node, functions) for step in node.body)
    # A docstring, or the three dots of a protocol, do nothing.
    return not all(isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in steps)


def modules() -> list[str]:
    """Their paths in the package, without suffix."""
    found = (path for path in PACKAGE.rglob("*.py") if does_something(path))
    return sorted(str(path.relative_to(PACKAGE).with_suffix("")) for path in found)


def named(module: str) -> Path:
    """The file of its tests; a package's is in the package's folder, under its name."""
    *folders, name = Path(module).parts
    if name == "__init__":
        name = folders[-1]
    folders[:1] = [FOLDERS.get(first, first) for first in folders[:1]]
    return ROOT.joinpath("tests", *folders, f"test_{name.strip('_')}.py")


def has_tests(file: Path) -> bool:
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return "\ndef test_" in text or "\nasync def test_" in text


@pytest.mark.parametrize("module", modules())
def test_each_module_has_tests_of_its_name(module: str) -> None:
    file = named(module)
    for lab, tried in ON_REAL_PARTS.items():
        if module in tried:
            assert not file.exists(), f"{module} need not be an exception"
            file = ROOT / "tests/lab" / f"{lab}.py"
    assert has_tests(file), f"no tests of netc_tui/{module}.py in {file.relative_to(ROOT)}"


def test_each_exception_is_a_module() -> None:
    assert {module for tried in ON_REAL_PARTS.values() for module in tried} <= set(modules())
