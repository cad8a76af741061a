"""What loads slowly is loaded by what needs it, and not before."""

import json
import subprocess
import sys

import pytest

from tests.cli.process import ROOT, environment

HEAVY = ("docker", "pyroute2", "textual", "rich.table", "rich.console", "requests", "dns")


def loaded(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"],
        capture_output=True, text=True, check=True, cwd=ROOT, env=environment("unix:///nonexistent"),
    )  # fmt: skip
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_command_line_loads_nothing_heavy_before_it_must() -> None:
    modules = loaded("import netc_tui.cli.main")
    assert not modules & set(HEAVY)
    assert "netc_tui.cli.on_off" in modules


def test_help_needs_no_engine_s_library() -> None:
    modules = loaded(
        "from netc_tui.cli.main import main\n"
        "sys.argv = ['netc', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass"
    )
    assert not modules & {"docker", "pyroute2", "textual", "requests", "dns"}


def run_as(*words: str) -> str:
    return (
        f"sys.argv = {['netc', *words]!r}\n"
        "from netc_tui.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass"
    )


@pytest.mark.parametrize("words", [("--help",), ("ls", "--help"), ("config", "--path")])
def test_what_needs_no_engine_and_no_tui_loads_neither(words: tuple[str, ...]) -> None:
    modules = loaded(run_as(*words))
    assert not modules & {"docker", "pyroute2", "textual", "requests", "dns"}


def test_the_tui_opens_without_the_parser_of_the_command_line() -> None:
    modules = loaded(run_as())
    assert "netc_tui.settings.load" in modules
    assert not modules & {
        "docker",
        "pyroute2",
        "textual",
        "requests",
        "dns",
        "typer",
        "click",
        "rich",
    }


def test_settings_and_keys_need_no_textual() -> None:
    modules = loaded("import netc_tui.settings.load, netc_tui.settings.example")
    assert not modules & {"docker", "pyroute2", "dns", "textual", "rich", "typer"}


def test_core_knows_nothing_of_the_world_outside() -> None:
    core = ROOT / "netc_tui" / "core"
    files = sorted(path.relative_to(core).with_suffix("") for path in core.rglob("[!_]*.py"))
    modules = loaded("\n".join(f"import netc_tui.core.{'.'.join(file.parts)}" for file in files))
    assert {"netc_tui.core.plan", "netc_tui.core.rules"} <= modules
    assert not modules & {"docker", "pyroute2", "textual", "typer", "rich", "requests", "dns"}
    assert not modules & {"socket", "subprocess", "asyncio"}
    outside = {"cli", "tui", "operations", "engine", "host", "sidecar", "lab"}
    assert not modules & {f"netc_tui.{name}" for name in outside}
