"""``netc`` as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from netc_tui.core.errors import Exit

ROOT = Path(__file__).parents[2]


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


def interrupted(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """What comes of Ctrl-C while the engine says nothing; its socket is ``d.sock`` in a folder."""
    path = folder / "d.sock"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        silent.settimeout(20)
        process = subprocess.Popen(
            [sys.executable, "-m", "netc_tui", *words],
            env=environment(f"unix://{path}"), cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        client, _ = silent.accept()
        with client:
            client.recv(1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


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
    ("support", "--output", ""): (Exit.USAGE, "--output: a file, or -"),
    ("support", "-o", "/nonexistent/a"): (Exit.FAILED, "there is no folder /nonexistent"),
    ("config",): (Exit.DONE, ""),
    ("config", "--path"): (Exit.DONE, ""),
    ("--version",): (Exit.DONE, ""),
    ("--help",): (Exit.DONE, ""),
}
TUI = """
import sys
from netc_tui import tui
from netc_tui.__main__ import main
def run(settings, ahead, breakages, hosts):
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
