"""The program as a script sees it: exit codes, one line of error."""

import subprocess

import pytest

import netc_tui
from netc_tui.cli import main
from netc_tui.core.errors import Exit
from netc_tui.settings.declared import SETTINGS, Flags
from tests.cli.process import COMMANDS

FLAGS = (
    "--interface",
    "--read-only",
    "--only-on",
    "--theme",
    "--ascii",
    "--no-mouse",
    "--config",
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_exit_codes(
    ran: "dict[tuple[str, ...], subprocess.CompletedProcess[str]]", words: tuple[str, ...]
) -> None:
    code, said = COMMANDS[words]
    done = ran[words]
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    if code == Exit.DONE:
        assert done.stdout
        assert done.stderr == ""
    else:
        assert done.stdout == "", "results only"
    if done.stderr.startswith("netc: "):
        assert done.stderr.count("\n") == 1
    else:
        assert code in (Exit.DONE, Exit.USAGE), "one line for all but the parser's own errors"


def test_version_and_help(
    ran: "dict[tuple[str, ...], subprocess.CompletedProcess[str]]",
) -> None:
    assert ran[("--version",)].stdout == f"netc {netc_tui.__version__}\n"
    text = " ".join(ran[("--help",)].stdout.split())
    assert "Exit codes:" in text
    for code in Exit:
        assert f" {int(code)} " in text.partition("Exit codes:")[2]
    for command in (
        "ls",
        "up",
        "down",
        "show",
        "rules",
        "clients",
        "leases",
        "renew",
        "interfaces",
        "route",
    ):
        assert f" {command} " in text
    for command in ("config", "demo", "lab", "doctor", "support"):
        assert f" {command} " in text
    for flag in FLAGS:
        assert f"{flag} " in text


def test_a_flag_is_taken_under_each_of_its_names() -> None:
    def opened(*flags: str) -> Flags:
        found: list[Flags] = []

        def open_tui(given: Flags) -> int:
            found.append(given)
            return 0

        main.app([*flags], prog_name="netc", standalone_mode=False, obj=open_tui)
        return found[0]

    assert opened("--base", "host").given == {"base": "host"}
    assert opened("-i", "eth1", "--no-mouse", "--timeout", "7").given == {
        "interface": "eth1",
        "mouse": False,
        "timeout": 7.0,
    }
    assert opened("--config", "x.toml") == Flags({}, "x.toml")
    for setting in SETTINGS:
        if setting.kind is bool:
            assert opened(setting.flag).given == {setting.name: True}
            assert opened(f"--no{setting.flag[1:]}").given == {setting.name: False}
