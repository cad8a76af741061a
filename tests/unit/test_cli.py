"""The program as a script sees it: exit codes, one line of error, nothing loaded in vain."""

import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import netc_tui
from netc_tui.cli import commands
from netc_tui.core.errors import Exit
from netc_tui.engine.endpoint import Endpoint
from netc_tui.operations.up import Request
from netc_tui.operations.up import up as turn_on
from netc_tui.settings.declared import Settings
from tests.twin import FakeEngine
from tests.unit.conftest import run

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
    # The TUI's flags and settings are looked at before the terminal, which is not one here.
    (): (Exit.USAGE, "needs a terminal; for scripts: netc --help"),
    ("--read-only", "-i", "eth1"): (Exit.USAGE, "needs a terminal"),
    ("--theme", "blue"): (Exit.USAGE, "--theme: 'blue' is not one of dark, light, terminal"),
    ("--config", "/nonexistent"): (Exit.USAGE, "/nonexistent: No such file or directory"),
    ("--theme", "light", "ls"): (Exit.USAGE, "--theme before ls: it is for the TUI alone"),
    ("--no-mouse", "config"): (Exit.USAGE, "--no-mouse before config"),
    ("demo", "--theme", "blue"): (Exit.USAGE, "--theme: 'blue' is not one of"),
    ("demo",): (Exit.USAGE, "needs a terminal"),
    ("config",): (Exit.DONE, ""),
    ("config", "--path"): (Exit.DONE, ""),
    ("--version",): (Exit.DONE, ""),
    ("--help",): (Exit.DONE, ""),
}
FLAGS = (
    "--interface",
    "--read-only",
    "--only-exposed",
    "--theme",
    "--ascii",
    "--no-mouse",
    "--config",
)


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
    for command in ("config", "demo", "lab"):
        assert f" {command} " in text
    for flag in FLAGS:
        assert f"{flag} " in text


def test_config_is_an_example(
    ran: "dict[tuple[str, ...], subprocess.CompletedProcess[str]]",
) -> None:
    path = ran[("config", "--path")].stdout
    text = ran[("config",)].stdout
    assert path.endswith("/netc/config.toml\n")
    assert text.startswith(f"# {path.strip()} (")
    assert tomllib.loads(text) == {"keys": {}}
    assert '\n#theme = "dark"\n' in text
    assert '\n#on_off = "space"\n' in text


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
    assert not modules & {"docker", "pyroute2", "textual", "requests"}


def test_the_tui_opens_without_the_parser_of_the_command_line() -> None:
    modules = loaded(run_as())
    assert "netc_tui.settings.load" in modules
    assert not modules & {"docker", "pyroute2", "textual", "requests", "typer", "click", "rich"}


def test_settings_and_keys_need_no_textual() -> None:
    modules = loaded("import netc_tui.settings.load, netc_tui.settings.example")
    assert not modules & {"docker", "pyroute2", "textual", "rich", "typer"}


TUI = """
import sys
from netc_tui import tui
from netc_tui.__main__ import main
def run(settings, ahead):
    print(settings)
    {then}
    return 7
tui.run = run
main()
"""


def opened(*words: str, then: str = "", **environ: str) -> "subprocess.CompletedProcess[str]":
    """`netc` in a terminal, with a TUI that only prints its settings."""
    master, slave = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", TUI.format(then=then), *words],
            env={
                **environment("unix:///nonexistent"),
                "TERM": "xterm",
                "LANG": "C.UTF-8",
                **environ,
            },
            cwd=ROOT,
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=slave,
            text=True,
            check=False,
            timeout=30,
        )
        os.set_blocking(master, False)
        try:
            done.stderr = os.read(master, 65536).decode().replace("\r\n", "\n")
        except OSError:
            done.stderr = ""
    finally:
        os.close(slave)
        os.close(master)
    return done


def test_no_command_opens_the_tui(tmp_path: Path) -> None:
    done = opened(XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 7
    assert done.stdout.strip() == str(Settings())
    file = tmp_path / "own.toml"
    file.write_text("[keys]\non_off = 't'\n")
    flags = ("--config", str(file), "-i", "eth1", "--read-only", "--no-mouse", "--only-exposed")
    done = opened(*flags, "--theme=light", "--ascii", NETC_THEME="terminal", NETC_TIMEOUT="9")
    assert done.returncode == 7
    assert done.stdout.strip() == str(
        Settings(
            interface="eth1",
            read_only=True,
            theme="light",
            ascii=True,
            mouse=False,
            only_exposed=True,
            timeout=9.0,
            keys={"on_off": "t"},
        )
    )


@pytest.mark.parametrize("words", [(), ("--ascii",)])
def test_errors_of_the_tui_end_as_those_of_commands(words: tuple[str, ...], tmp_path: Path) -> None:
    own = {"XDG_CONFIG_HOME": str(tmp_path)}
    error = "from netc_tui.core.errors import Exit, NetcError; raise NetcError('no', Exit.ENGINE)"
    done = opened(*words, then=error, **own)
    assert (done.returncode, done.stderr) == (Exit.ENGINE, "netc: no\n")
    done = opened(*words, then="raise KeyboardInterrupt", **own)
    assert done.returncode == 130
    assert done.stderr.startswith("netc: interrupted")
    for term in ("dumb", ""):
        done = opened(*words, **own, TERM=term)
        assert done.returncode == Exit.USAGE
        assert done.stdout == ""
        assert done.stderr.startswith("netc: netc needs a terminal that can move its cursor")
        assert done.stderr.count("\n") == 1
    (tmp_path / "netc").mkdir()
    (tmp_path / "netc" / "config.toml").write_text("thme = 1")
    done = opened(*words, **own)
    assert done.returncode == Exit.USAGE
    assert done.stderr.endswith("config.toml: thme: no such setting; did you mean theme?\n")


@pytest.mark.parametrize(
    ("environ", "ascii_"),
    [
        ({"LANG": "C"}, True),  # where Python sets LC_CTYPE=C.UTF-8 for itself
        ({"LANG": ""}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8"}, False),  # also where it is not installed
    ],
)
def test_ascii_by_the_locale_that_the_operator_has(environ: dict[str, str], ascii_: bool) -> None:
    unset = {"LC_ALL": "", **({} if "LC_CTYPE" in environ else {"LC_CTYPE": ""})}
    done = opened(**{**unset, **environ})
    assert f"ascii={ascii_}," in done.stdout


def test_completion_in_the_shell_does_not_open_the_tui() -> None:
    done = opened(_NETC_COMPLETE="complete_bash", COMP_WORDS="netc inter", COMP_CWORD="1")
    assert done.stdout.strip() == "interfaces"


def test_core_knows_nothing_of_the_world_outside() -> None:
    core = ROOT / "netc_tui" / "core"
    files = sorted(path.relative_to(core).with_suffix("") for path in core.rglob("[!_]*.py"))
    modules = loaded("\n".join(f"import netc_tui.core.{'.'.join(file.parts)}" for file in files))
    assert {"netc_tui.core.plan", "netc_tui.core.rules"} <= modules
    assert not modules & {"docker", "pyroute2", "textual", "typer", "rich", "requests"}
    assert not modules & {"socket", "subprocess", "asyncio"}
    outside = {"cli", "tui", "operations", "engine", "host", "sidecar", "lab"}
    assert not modules & {f"netc_tui.{name}" for name in outside}


def test_the_screen_is_there_before_docker_and_pyroute2_are_loaded() -> None:
    code = (
        "import sys, netc_tui.tui.app, netc_tui.tui.screens.main;"
        "print({'docker', 'pyroute2', 'requests'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.usefixtures("machine")
def test_tables_are_sorted_by_the_numbers_in_names_and_tell_what_is_forwarded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = FakeEngine()
    for name in ("n59", "n6", "off"):
        engine.run(name, ports=("80/tcp",))
    for name in ("n59", "n6"):
        run(turn_on(engine, Request(name, "eth0", ports=("8080:80", "8081:80"))))

    async def connect(_: Endpoint) -> FakeEngine:
        return engine

    monkeypatch.setattr("netc_tui.engine.connect", connect)
    rows = {}
    for command in (commands.ls, commands.leases):
        command()
        rows[command] = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert [row[0] for row in rows[commands.leases]] == ["n6", "n59"]
    assert [row[0] for row in rows[commands.ls]] == ["n6", "n59", "off"]
    on, _, off = (" ".join(row[2:4]) for row in rows[commands.ls])
    assert on == "8080:80/tcp, 8081:80/tcp"
    assert off == "80/tcp -"
    commands.ls(json=True)
    (first, *_) = json.loads(capsys.readouterr().out)["services"]
    assert [port["port"] for port in first["ports"]] == [80]
    assert first["network_container"]["ports"] == ["8080:80/tcp", "8081:80/tcp"]


TABLE = """
from netc_tui.cli import output
from netc_tui.cli.run import ended
from netc_tui.core.rules import Rule
ended(lambda: output.rules([Rule("nat", "NETC-DNAT", 1, 60, "-p tcp", "DNAT")] * {rules}))
"""
"""A command with a table of so many lines."""
CLOSED = {
    "version": ("-m", "netc_tui", "--version"),
    "help": ("-m", "netc_tui", "--help"),
    "lines": ("-m", "netc_tui", "config"),
    "table": ("-c", TABLE.format(rules=2)),
    "long table": ("-c", TABLE.format(rules=20_000)),
}


@pytest.mark.parametrize("arguments", CLOSED.values(), ids=CLOSED)
def test_it_ends_quietly_when_nobody_reads_on(arguments: tuple[str, ...]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = subprocess.run(
            [sys.executable, *arguments], stdout=writes, stderr=subprocess.PIPE, text=True,
            cwd=ROOT, env=environment("unix:///nonexistent"), check=False, timeout=30,
        )  # fmt: skip
    finally:
        os.close(writes)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("words", [("ls",), ("ls", "--nonsense"), ()])
def test_it_ends_when_nobody_reads_its_errors(words: tuple[str, ...]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "netc_tui", *words], stdout=writes, stderr=writes,
            cwd=ROOT, env=environment("unix:///nonexistent"), check=False, timeout=30,
        )  # fmt: skip
    finally:
        os.close(writes)
    assert done.returncode == 128 + signal.SIGPIPE


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
