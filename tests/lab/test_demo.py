"""`netc demo` in a terminal: it opens the TUI on a lab, and however it ends, nothing is left."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from netc_tui.core.errors import Exit
from netc_tui.lab import Lab
from netc_tui.lab.demo import MARK
from netc_tui.lab.processes import running
from tests.lab.conftest import Site, eventually
from tests.lab.test_lab import leftovers
from tests.terminal import Terminal, plain

NETC = (sys.executable, "-m", "netc_tui")
OTHER_SCREEN = "\x1b[?1049h"


def opens(*argv: str) -> Terminal:
    """The program in a terminal of 100x30."""
    return Terminal(argv, env=plain(os.environ), columns=100, rows=30)


def shown(terminal: Terminal) -> str:
    """All that it has shown since the start, control sequences and all."""
    return terminal.output.decode(errors="replace")


def shows(terminal: Terminal, text: str, seconds: float = 60) -> None:
    """Wait until it has shown a text, be it gone by now."""

    def look() -> bool:
        found = text in shown(terminal)
        assert found or terminal.process.poll() is None, shown(terminal)[-2000:]
        return found

    eventually(look, seconds=seconds)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab for the demo, which is gone after the test even when the demo left it."""
    lab = Lab(f"d{os.getpid()}")
    yield lab
    lab.down()
    assert not leftovers(lab)


@pytest.fixture
def demo(lab: Lab) -> Iterator[Terminal]:
    with opens(*NETC, "demo", "--name", lab.name) as terminal:
        yield terminal


def visitors(terminal: Terminal) -> list[str]:
    return [" ".join(one.argv) for one in running(str(terminal.process.pid)) if MARK in one.argv]


def opened(terminal: Terminal) -> None:
    shows(terminal, OTHER_SCREEN)
    shows(terminal, "web1")


def test_from_the_first_line_to_the_last(lab: Lab, demo: Terminal) -> None:
    shows(demo, "Your network is not touched", 5)
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
    before = demo.mark()
    demo.resize(90, 28)
    eventually(lambda: demo.bytes_since(before))

    demo.send("q")
    assert demo.ended() == Exit.DONE
    assert f"the lab {lab.name} is gone" in shown(demo)
    assert "Traceback" not in shown(demo)
    assert demo.restored
    assert shown(demo).rindex("\x1b[?1049l") > shown(demo).rindex(OTHER_SCREEN)
    assert not leftovers(lab)
    assert not visitors(demo)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it(lab: Lab, demo: Terminal, number: signal.Signals) -> None:
    opened(demo)
    demo.kill(number)
    assert demo.ended() == 128 + number
    assert "Traceback" not in shown(demo)
    assert demo.restored
    assert shown(demo).rindex("\x1b[?1049l") > shown(demo).rindex(OTHER_SCREEN)
    assert not leftovers(lab)
    assert not visitors(demo)


def test_the_terminal_is_closed(lab: Lab, demo: Terminal) -> None:
    opened(demo)
    demo.hang_up()
    demo.ended()
    assert not leftovers(lab)
    assert not visitors(demo)


@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_ctrl_c_before_it_is_open(lab: Lab, demo: Terminal, seconds: float) -> None:
    """The whole foreground gets the signal, the programs that are just run among it."""
    shows(demo, "Your network is not touched", 10)
    time.sleep(seconds)
    demo.send("\x03")
    # On a quick machine it is open by then, and the key is the TUI's own way out.
    assert demo.ended() in (128 + signal.SIGINT, Exit.DONE)
    assert "Traceback" not in shown(demo)
    assert not leftovers(lab)
    assert not visitors(demo)


def test_a_lab_that_was_up_stays(lab: Lab) -> None:
    lab.up()
    before = lab.status()
    demo = opens(*NETC, "demo", "--name", lab.name)
    try:
        opened(demo)
        demo.send("q")
        assert demo.ended() == Exit.DONE
        assert "is gone" not in shown(demo)
    finally:
        demo.close()
    assert lab.status() == before, "the DHCP server is the same process"
    assert not visitors(demo)


def test_keep(lab: Lab) -> None:
    demo = opens(*NETC, "demo", "--name", lab.name, "--keep")
    try:
        opened(demo)
        demo.send("q")
        assert demo.ended() == Exit.DONE
        assert f"netc lab down --name {lab.name}" in shown(demo)
    finally:
        demo.close()
    assert lab.status().up
    assert not visitors(demo)


def test_a_demo_after_one_that_was_killed(lab: Lab, demo: Terminal) -> None:
    opened(demo)
    second = opens(*NETC, "demo", "--name", lab.name)
    assert second.ended() == Exit.FAILED
    assert f"netc: another demo has the lab {lab.name}" in shown(second)
    second.close()
    assert lab.status().up

    demo.process.kill()
    demo.process.wait()
    eventually(lambda: not visitors(demo), seconds=10)
    third = opens(*NETC, "demo", "--name", lab.name)
    try:
        opened(third)
        third.send("q")
        assert third.ended() == Exit.DONE
    finally:
        third.close()
    assert not leftovers(lab)


def test_two_at_once(lab: Lab) -> None:
    demos = [opens(*NETC, "demo", "--name", lab.name) for _ in range(2)]
    try:
        eventually(lambda: any(one.process.poll() for one in demos), seconds=60)
        loser, winner = sorted(demos, key=lambda one: one.process.poll() is None)
        assert "netc: another demo has the lab" in shown(loser)
        opened(winner)
        assert lab.status().up
        winner.send("q")
        assert winner.ended() == Exit.DONE
    finally:
        for one in demos:
            one.close()
    assert not leftovers(lab)
