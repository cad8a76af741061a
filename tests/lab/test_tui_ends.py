"""The TUI when the engine, the terminal or its own process ends: nothing is lost, nothing stays."""

import fcntl
import json
import signal
import struct
import termios
import time

import pytest

from .conftest import SERVICES, Site, eventually
from .tui import LEFT, Tui

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
AWAY = "engine away"


def gone(tui: Tui, seconds: float) -> int:
    """Its exit code; fails unless it and all that it started are gone within the time."""
    begin = time.monotonic()
    code = tui.ended(seconds + 5)  # a failure that says how long it took
    took = time.monotonic() - begin
    assert took < seconds, f"it took {took:.2f} s"
    assert tui.processes() == []
    return code


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["crash", "stop"])
def test_the_engine_goes_and_comes_back(site: Site, number: signal.Signals) -> None:
    address = site.up("web1")
    with Tui(site, "-i", "eth1") as tui:
        tui.select("web1")
        assert tui.bound("web1") == address
        tui.wait_for("DNAT")
        site.lab.stop_engine(number)
        tui.wait_for(AWAY)
        tui.wait_for("what is shown is of ")
        assert tui.row("web1"), "what was seen stays"
        if number == signal.SIGKILL:  # what is stopped ends its containers first, and that is seen
            assert tui.row("web2")
            assert address in tui.text
        tui.send(" ")
        tui.send("y")
        tui.wait_for("the engine is away; try again when it is back")
        site.lab.start_engine()
        tui.wait_for(lambda text: AWAY not in text, 20, "the engine is back")
        site.docker("start", *SERVICES, "netc-web1")  # not all engines do that after a crash
        assert tui.bound("web1") == address
        tui.select("web2")
        tui.send(" ")
        assert site.get(tui.bound("web2")) == "web2"
        assert site.get(address) == "web1"
        tui.send("q")
        assert tui.ended() == 0
        assert b"Traceback" not in tui.output
        assert b"defect" not in tui.output


@pytest.mark.parametrize("step", [None, "connect netc-web1"])
def test_the_terminal_goes_in_the_middle_of_turning_on(site: Site, step: str | None) -> None:
    with Tui(site, "-i", "eth1") as tui:
        tui.select("web1")
        tui.send(" ")
        if step is not None:
            tui.wait_for(lambda _: step in tui.row("web1") or "bound" in tui.row("web1"), why=step)
        tui.hang_up()
        gone(tui, 1.5)
    services = json.loads(site.netc("ls", "--json"))["services"]
    own = next(one for one in services if one["name"] == "web1")["network_container"]
    there = "netc-web1" in site.leftovers()
    assert (own is not None) == there
    assert site.get(site.up("web1")) == "web1"
    assert site.leftovers() == ["netc-web1", "netc-lan-eth1"]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_ends_it_and_gives_the_terminal_back(site: Site, number: signal.Signals) -> None:
    with Tui(site, "-i", "eth1") as tui:
        assert not tui.restored
        tui.kill(number)
        assert gone(tui, 1.2) == 128 + number
        assert tui.restored
        eventually(lambda: LEFT in tui.output[-200:])
        assert b"\x1b[?25h" in tui.output[-200:], "the cursor is shown"
        assert b"Traceback" not in tui.output


def readable(tui: Tui) -> int:
    """Bytes that nobody has read from the terminal."""
    return int(struct.unpack("i", fcntl.ioctl(tui.master, termios.FIONREAD, b"\0" * 4))[0])


def test_a_signal_ends_it_when_the_terminal_hangs(site: Site) -> None:
    with Tui(site) as tui:
        tui.quiet(0.3)
        tui.stop_reading()
        tui.send("T" * 50)  # another theme: all of the screen is drawn again
        eventually(lambda: readable(tui), lambda count: count > 1000)
        cpu = -1.0
        while (now := tui.cpu) != cpu:  # it has nothing more to do, or cannot
            cpu = now
            time.sleep(0.5)
        tui.kill(signal.SIGTERM)
        assert gone(tui, 1.2) == 128 + signal.SIGTERM
        assert tui.restored
        tui.read()
        eventually(lambda: readable(tui) == 0)
        assert b"Traceback" not in tui.output


def programs(site: Site, container: str) -> list[str]:
    """What runs in a container: the script's or the program's name, for each process."""
    rows = site.docker("top", container, "-eo", "pid,args").splitlines()[1:]
    command_lines = [row.split()[1:] for row in rows]
    return sorted(words[1] if words[0] == "/bin/sh" else words[0] for words in command_lines)


def test_killed_it_leaves_nothing_in_a_network_container(site: Site) -> None:
    # Not what ran at some moment before: it announces its address for a second or two, by
    # processes that come and go.
    at_rest = ["/netc/entry", "/netc/entry", "arping", "udhcpc"]
    site.up("web1")
    eventually(lambda: programs(site, "netc-web1"), lambda found: found == at_rest)
    for wanted in (b"reading", b"DNAT"):
        with Tui(site) as tui:
            tui.select("web1")
            eventually(lambda wanted=wanted, tui=tui: wanted in tui.output, every=0.01)
            tui.kill(signal.SIGKILL)
            tui.ended()
        eventually(lambda: programs(site, "netc-web1"), lambda found: found == at_rest)


def test_an_exported_size_is_not_believed(site: Site) -> None:
    with Tui(site, COLUMNS="80", LINES="24") as tui:
        assert tui.wait_for("PUBLISHED", why="what a terminal of 120 columns has room for")
