"""What of Textual is private and used all the same: a new Textual that has it not fails here."""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen

import netc_tui.tui

METHODS = (
    (App, "_handle_exception", ["self", "error"]),
    (LinuxDriver, "_run_input_thread", ["self"]),
    (LinuxDriver, "_get_terminal_size", ["self"]),
    (LinuxDriver, "_enable_mouse_support", ["self"]),
    (LinuxDriver, "_disable_mouse_support", ["self"]),
    (LinuxDriver, "_enable_mouse_pixels", ["self"]),
    (LinuxDriver, "_query_in_band_window_resize", ["self"]),
    (events.Key, "_set_forwarded", ["self"]),
)
ATTRIBUTES = (
    (App, "_loop"),
    (App, "_driver"),
    (LinuxDriver, "_loop"),
    (LinuxDriver, "_app"),
    (LinuxDriver, "_debug"),
    (LinuxDriver, "_mouse"),
    (LinuxDriver, "_key_thread"),
    (XTermParser, "_timeout_time"),
    (DOMNode, "_bindings"),
)


@pytest.mark.parametrize(("owner", "name", "arguments"), METHODS)
def test_a_method_is_there_and_takes_what_it_took(
    owner: type, name: str, arguments: list[str]
) -> None:
    assert hasattr(owner, name), f"Textual's {owner.__name__} has no {name} any more"
    assert list(inspect.signature(getattr(owner, name)).parameters) == arguments


@pytest.mark.parametrize(("owner", "name"), ATTRIBUTES)
def test_an_attribute_is_there(owner: type, name: str) -> None:
    made = "\n".join(
        inspect.getsource(kind) for kind in owner.__mro__ if kind.__module__.startswith("textual")
    )
    assert f"self.{name}" in made, f"Textual's {owner.__name__} has no {name} any more"


def test_keys_of_a_screen_are_told_by_their_names() -> None:
    assert "key_to_bindings" in vars(BindingsMap())
    assert isinstance(Screen()._bindings, BindingsMap)


def sources() -> Iterator[tuple[str, ast.Module]]:
    for found in pkgutil.walk_packages(netc_tui.tui.__path__, "netc_tui.tui."):
        if not found.name.endswith("terminal.private"):
            module = importlib.import_module(found.name)
            yield found.name, ast.parse(Path(str(module.__file__)).read_text())


def test_nothing_private_is_used_elsewhere() -> None:
    used = []
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and "textual._" in (node.module or ""):
                used.append(f"{name}: {node.module}")
            if (
                isinstance(node, ast.Attribute)
                and node.attr.startswith("_")
                and not node.attr.startswith("__")
                and not (
                    isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "os")
                )
            ):
                used.append(f"{name}: {ast.unparse(node)}")
    assert used == []


def test_no_name_of_ours_is_one_of_textuals() -> None:
    taken = []
    for found in pkgutil.walk_packages(netc_tui.tui.__path__, "netc_tui.tui."):
        module = importlib.import_module(found.name)
        if found.name.endswith("terminal.private"):
            continue
        for kind in vars(module).values():
            if not inspect.isclass(kind) or kind.__module__ != found.name:
                continue
            theirs = [base for base in kind.__mro__ if base.__module__.startswith("textual")]
            source = ast.parse(textwrap.dedent(inspect.getsource(kind)))
            ours = {
                node.attr
                for node in ast.walk(source)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "self"
                and isinstance(node.ctx, ast.Store)
                and node.attr.startswith("_")
            } | {name for name in vars(kind) if name.startswith("_") and callable(vars(kind)[name])}
            for base in theirs:
                made = inspect.getsource(base)
                taken += [
                    f"{kind.__qualname__}.{name}"
                    for name in ours
                    if not name.startswith("__") and f"self.{name} " in made
                ]
    assert taken == []
