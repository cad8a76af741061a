"""How the program ends: where nobody reads, and when it is interrupted."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.process import ROOT, environment, interrupted

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


@contextmanager
def unread() -> Iterator[int]:
    """A pipe that nobody reads.

    A program that another thread is starting just then has its other end, too, until the kernel
    has replaced it by what it is to be: till then it would take what is written.
    """
    reads, writes = os.pipe()
    try:
        os.close(reads)
        closed = select.poll()
        closed.register(writes, 0)  # of an error it tells in any case
        assert closed.poll(10_000) == [(writes, select.POLLERR)], "somebody has its other end"
        yield writes
    finally:
        os.close(writes)


@pytest.mark.parametrize("arguments", CLOSED.values(), ids=CLOSED)
def test_it_ends_quietly_when_nobody_reads_on(arguments: tuple[str, ...]) -> None:
    with unread() as pipe:
        done = subprocess.run(
            [sys.executable, *arguments], stdout=pipe, stderr=subprocess.PIPE, text=True,
            cwd=ROOT, env=environment("unix:///nonexistent"), check=False, timeout=30,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("words", [("ls",), ("ls", "--nonsense"), ()])
def test_it_ends_when_nobody_reads_its_errors(words: tuple[str, ...]) -> None:
    with unread() as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "netc_tui", *words], stdout=pipe, stderr=pipe,
            cwd=ROOT, env=environment("unix:///nonexistent"), check=False, timeout=30,
        )  # fmt: skip
    assert done.returncode == 128 + signal.SIGPIPE


def test_interrupted_while_the_engine_is_silent(tmp_path: Path) -> None:
    done = interrupted(tmp_path, "ls")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith("netc: interrupted")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", CLOSED.values(), ids=CLOSED)
def test_a_result_that_cannot_be_written_is_one_line(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
            cwd=ROOT, env=environment("unix:///nonexistent"), check=False, timeout=30,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "netc: cannot write the result: No space left on device\n"


def test_a_stdout_that_is_closed_is_one_line() -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m netc_tui config >&-"], stderr=subprocess.PIPE,
        text=True, cwd=ROOT, env=environment("unix:///nonexistent"), check=False, timeout=30,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "stdout is closed" in done.stderr


def test_progress_that_nobody_reads_ends_no_work() -> None:
    code = "from netc_tui.cli import output\nfor _ in range(3): output.say('on')\nprint('done')"
    with unread() as pipe:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=pipe, text=True,
            cwd=ROOT, check=False, timeout=30,
        )  # fmt: skip
    assert done.stdout == "done\n"
