"""The terminal given back, however the program ends."""

import os
import signal
import sys
import time

import pytest

from tests.terminal import Terminal, plain

PROGRAM = """
import signal, sys, time, tty
from netc_tui.tui.terminal.ending import SIGNALS, ending

def leave(code):
    print(f"leaves with {{code}}", flush=True)
    {leaves}

before = [signal.getsignal(number) for number in SIGNALS]
try:
    with ending(leave):
        tty.setraw(0)
        print("ready", flush=True)
        while True:
            time.sleep(1)
finally:
    assert [signal.getsignal(number) for number in SIGNALS] == before
    print("in order", flush=True)
"""


def ended(number: int, leaves: str) -> tuple[Terminal, int, float]:
    """How a program ends at a signal: its terminal, its exit code, after how many seconds."""
    argv = [sys.executable, "-c", PROGRAM.format(leaves=leaves)]
    with Terminal(argv, env=plain(dict(os.environ))) as terminal:
        terminal.wait_for("ready")
        began = time.monotonic()
        os.kill(terminal.process.pid, number)
        code = terminal.ended()
        took = time.monotonic() - began
        terminal.quiet(0.1)
        return terminal, code, took


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_program_that_leaves_has_the_time_for_it(number: int) -> None:
    terminal, code, _ = ended(number, "raise SystemExit(code)")
    assert code == 128 + number
    assert f"leaves with {128 + number}".encode() in terminal.output
    assert b"in order" in terminal.output


def test_one_that_does_not_is_gone_within_a_second_and_the_terminal_as_it_was() -> None:
    terminal, code, took = ended(signal.SIGTERM, "pass")
    assert code == 128 + signal.SIGTERM
    assert took < 2
    assert b"in order" not in terminal.output
