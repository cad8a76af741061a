"""The program as a script sees it: exit codes, one line of error, nothing loaded in vain."""

import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import netc_tui
from netc_tui.core.errors import Exit

ROOT = Path(__file__).parents[2]
HEAVY = ("docker", "pyroute2", "textual", "rich.table", "rich.console", "requests")


def environment(host: str) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("DOCKER_", "NETC_"))}
    return {**plain, "DOCKER_HOST": host, "COLUMNS": "100", "NO_COLOR": "1"}


def netc(*words: str, host: str = "unix:///nonexistent") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "netc_tui", *words],
        env=environment(host),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


COMMANDS: dict[tuple[str, ...], tuple[Exit, str]] = {
    ("ls",): (Exit.ENGINE, "/nonexistent does not exist"),
    ("up", "web", "eth0"): (Exit.ENGINE, "/nonexistent does not exist"),
    # What can be seen to be wrong without an engine is a usage error without one, too.
    ("up", "web", "eth0", "--port", "http"): (Exit.USAGE, "PUB[:PRIV][/PROTO]"),
    ("up", "web", "eth0", "--hostname", "a.b\x1b[2J\n"): (Exit.USAGE, "hostname"),
    ("up", "web", "eth0", "--timeout", "soon"): (Exit.USAGE, "--timeout"),
    ("ls", "--nonsense"): (Exit.USAGE, "--nonsense"),
    ("--version",): (Exit.DONE, ""),
    ("--help",): (Exit.DONE, ""),
}


@pytest.fixture(scope="module")
def ran() -> "dict[tuple[str, ...], subprocess.CompletedProcess[str]]":
    """All of them, several at a time."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(COMMANDS, pool.map(lambda words: netc(*words), COMMANDS), strict=True))


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
    for command in ("ls", "up", "down", "show", "rules", "leases", "renew", "interfaces", "route"):
        assert f" {command} " in text


def loaded(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"],
        capture_output=True, text=True, check=True, cwd=ROOT, env=environment("unix:///nonexistent"),
    )  # fmt: skip
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_command_line_loads_nothing_heavy_before_it_must() -> None:
    modules = loaded("import netc_tui.cli.main")
    assert not modules & set(HEAVY)
    assert "netc_tui.cli.commands" in modules


def test_help_needs_no_engine_s_library() -> None:
    modules = loaded(
        "from netc_tui.cli.main import main\n"
        "sys.argv = ['netc', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass"
    )
    assert not modules & {"docker", "pyroute2", "textual", "requests"}


def test_core_knows_nothing_of_the_world_outside() -> None:
    names = sorted(path.stem for path in (ROOT / "netc_tui" / "core").glob("*.py"))
    modules = loaded("\n".join(f"import netc_tui.core.{name}" for name in names if name[0] != "_"))
    assert {"netc_tui.core.plan", "netc_tui.core.rules"} <= modules
    assert not modules & {"docker", "pyroute2", "textual", "typer", "rich", "requests"}
    assert not modules & {"socket", "subprocess", "asyncio"}
    outside = {"cli", "tui", "operations", "engine", "host", "sidecar", "lab"}
    assert not modules & {f"netc_tui.{name}" for name in outside}


def test_interrupted_while_the_engine_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "d.sock"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        silent.settimeout(20)
        process = subprocess.Popen(
            [sys.executable, "-m", "netc_tui", "ls"],
            env=environment(f"unix://{path}"),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        client, _ = silent.accept()
        with client:
            client.recv(1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert out == ""
    assert err.startswith("netc: interrupted")
    assert err.count("\n") == 1
