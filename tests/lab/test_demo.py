"""`netc demo` in a terminal: it opens the TUI on a lab, and however it ends, nothing is left."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress

import pytest

from netc_tui.core.errors import Exit
from netc_tui.lab import Lab
from netc_tui.lab.demo import MARK
from netc_tui.lab.processes import running
from tests.lab.conftest import Site, eventually
from tests.lab.test_lab import leftovers

NETC = (sys.executable, "-m", "netc_tui")
OTHER_SCREEN = "\x1b[?1049h"


class Terminal:
    """A program in a terminal of its own, 100x30, as the leader of its session."""

    def __init__(self, *argv: str) -> None:
        self.master, self.slave = os.openpty()
        os.set_blocking(self.master, False)
        self.size(100, 30)
        self.modes = termios.tcgetattr(self.slave)
        self.shown = ""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NETC_")}
        self.process = subprocess.Popen(
            argv,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env={**environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self) -> str:
        """All that it has shown since the start."""
        with suppress(OSError):
            while read := os.read(self.master, 65536):
                self.shown += read.decode(errors="replace")
        return self.shown

    def shows(self, text: str, seconds: float = 60) -> None:
        """Wait until it has shown a text."""

        def look() -> bool:
            found = text in self.read()
            assert found or self.process.poll() is None, self.shown[-2000:]
            return found

        eventually(look, seconds=seconds)

    def keys(self, text: str) -> None:
        os.write(self.master, text.encode())

    def ended(self, seconds: float = 30) -> int:
        """The exit code. Its output is read meanwhile, or it could not write and not end."""

        def look() -> bool:
            if self.master >= 0:
                self.read()
            return self.process.poll() is not None

        eventually(look, seconds=seconds)
        return int(self.process.returncode)

    def close(self) -> None:
        """As its window is closed."""
        if self.master >= 0:
            os.close(self.slave)
            os.close(self.master)
            self.master = -1


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab for the demo, which is gone after the test even when the demo left it."""
    lab = Lab(f"d{os.getpid()}")
    yield lab
    lab.down()
    assert not leftovers(lab)


@pytest.fixture
def demo(lab: Lab) -> Iterator[Terminal]:
    terminal = Terminal(*NETC, "demo", "--name", lab.name)
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.kill()
        terminal.process.wait()
    terminal.close()


def visitors(terminal: Terminal) -> list[str]:
    return [" ".join(one.argv) for one in running(str(terminal.process.pid)) if MARK in one.argv]


def opened(terminal: Terminal) -> None:
    terminal.shows(OTHER_SCREEN)
    terminal.shows("web1")


def test_from_the_first_line_to_the_last(lab: Lab, demo: Terminal) -> None:
    demo.shows("Your network is not touched", 5)
    opened(demo)
    assert "2m" in " ".join(next(iter(running(f"--dhcp-leasefile={lab.lease_file}"))).argv)
    assert len(visitors(demo)) == 1
    site = Site(lab)
    assert site.leftovers() == [], "nothing is on yet"

    # The visitor makes counters move as soon as a service is on.
    site.up("web1")

    def packets() -> int:
        rules = json.loads(site.netc("rules", "web1", "--json"))["rules"]
        return sum(rule["packets"] for rule in rules if rule["target"].startswith("DNAT"))

    eventually(packets, seconds=15)

    # The keys, the size and the signals of the terminal are the TUI's.
    demo.read()
    demo.size(90, 28)
    before = len(demo.shown)
    eventually(lambda: len(demo.read()) > before)

    demo.keys("q")
    assert demo.ended() == Exit.DONE
    assert f"the lab {lab.name} is gone" in demo.shown
    assert "Traceback" not in demo.shown
    assert termios.tcgetattr(demo.slave) == demo.modes
    assert demo.shown.rindex("\x1b[?1049l") > demo.shown.rindex(OTHER_SCREEN)
    assert not leftovers(lab)
    assert not visitors(demo)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it(lab: Lab, demo: Terminal, number: signal.Signals) -> None:
    opened(demo)
    demo.process.send_signal(number)
    assert demo.ended() == 128 + number
    assert "Traceback" not in demo.shown
    assert termios.tcgetattr(demo.slave) == demo.modes
    assert demo.shown.rindex("\x1b[?1049l") > demo.shown.rindex(OTHER_SCREEN)
    assert not leftovers(lab)
    assert not visitors(demo)


def test_the_terminal_is_closed(lab: Lab, demo: Terminal) -> None:
    opened(demo)
    demo.close()
    demo.ended()
    assert not leftovers(lab)
    assert not visitors(demo)


@pytest.mark.parametrize("seconds", [0.5, 1.5, 3.0, 4.5])
def test_ctrl_c_before_it_is_open(lab: Lab, demo: Terminal, seconds: float) -> None:
    """The whole foreground gets the signal, the programs that are just run among it."""
    demo.shows("Your network is not touched", 10)
    with suppress(AssertionError):
        eventually(lambda: OTHER_SCREEN in demo.read(), seconds=seconds)
    if OTHER_SCREEN in demo.shown:
        pytest.skip("it was quicker than that")
    demo.keys("\x03")
    assert demo.ended() == 128 + signal.SIGINT
    assert "Traceback" not in demo.shown
    assert not leftovers(lab)
    assert not visitors(demo)


def test_a_lab_that_was_up_stays(lab: Lab) -> None:
    lab.up()
    before = lab.status()
    demo = Terminal(*NETC, "demo", "--name", lab.name)
    try:
        opened(demo)
        demo.keys("q")
        assert demo.ended() == Exit.DONE
        assert "is gone" not in demo.shown
    finally:
        demo.close()
    assert lab.status() == before, "the DHCP server is the same process"
    assert not visitors(demo)


def test_keep(lab: Lab) -> None:
    demo = Terminal(*NETC, "demo", "--name", lab.name, "--keep")
    try:
        opened(demo)
        demo.keys("q")
        assert demo.ended() == Exit.DONE
        assert f"netc lab down --name {lab.name}" in demo.shown
    finally:
        demo.close()
    assert lab.status().up
    assert not visitors(demo)


def test_a_demo_after_one_that_was_killed(lab: Lab, demo: Terminal) -> None:
    opened(demo)
    second = Terminal(*NETC, "demo", "--name", lab.name)
    assert second.ended() == Exit.FAILED
    assert f"netc: another demo has the lab {lab.name}" in second.shown
    second.close()
    assert lab.status().up

    demo.process.kill()
    demo.process.wait()
    eventually(lambda: not visitors(demo), seconds=10)
    third = Terminal(*NETC, "demo", "--name", lab.name)
    try:
        opened(third)
        third.keys("q")
        assert third.ended() == Exit.DONE
    finally:
        third.close()
    assert not leftovers(lab)


def test_two_at_once(lab: Lab) -> None:
    demos = [Terminal(*NETC, "demo", "--name", lab.name) for _ in range(2)]
    try:
        eventually(lambda: any(one.read() and one.process.poll() for one in demos), seconds=60)
        loser, winner = sorted(demos, key=lambda one: one.process.poll() is None)
        assert "netc: another demo has the lab" in loser.read()
        opened(winner)
        assert lab.status().up
        winner.keys("q")
        assert winner.ended() == Exit.DONE
    finally:
        for one in demos:
            one.close()
    assert not leftovers(lab)
