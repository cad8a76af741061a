"""netc killed or interrupted at any moment: the same command again ends in the right state."""

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netc_tui import sidecar

from .conftest import Site, eventually

KILLED = -signal.SIGKILL
HOST = ("--base", "host")
MOST = 40
"""Answers of the engine that a command may need at most; a guard against endless loops."""


def killed(site: Site, count: int, *arguments: str, **environment: str) -> bool:
    """Run `netc`, killed after ``count`` answers of the engine; False if it ended before that."""
    command = [sys.executable, "-m", "tests.lab.killer", str(count), *arguments]
    done = site.lab.exec(command, env={**site.lab.environment, **environment})
    assert done.returncode in (0, KILLED), (count, done.stderr)
    return done.returncode == KILLED


def dangling(site: Site) -> set[str]:
    """Volumes that no container uses."""
    return set(site.docker("volume", "ls", "-q", "--filter=dangling=true").split())


def assert_on(site: Site) -> None:
    """It answers, and there is one of everything."""
    address = site.up("web1")
    assert site.get(address) == "web1"
    assert site.leftovers() == ["netc-web1", "netc-lan-eth1"]


def assert_off(site: Site, volumes: set[str]) -> None:
    """Nothing is left."""
    assert site.leftovers() == []
    assert dangling(site) == volumes


def counts() -> Iterator[int]:
    for count in itertools.count(1):
        assert count < MOST
        yield count


def test_up_killed_after_each_answer_of_the_engine(site: Site) -> None:
    volumes = dangling(site)
    for count in counts():
        was_killed = killed(site, count, "up", "web1", "eth1")
        if was_killed and not site.leftovers():
            continue  # it had only looked
        assert_on(site)
        site.netc("down", "web1")
        assert_off(site, volumes)
        if not was_killed:
            break
    assert count > 8, "up asks more of the engine than that"


def test_down_killed_after_each_answer_of_the_engine(site: Site) -> None:
    volumes = dangling(site)
    running = "-f", "{{.Id}} {{.State.StartedAt}} {{.State.Running}}"
    for count in counts():
        site.up("web1")
        before = site.docker("inspect", *running, "netc-web1")
        was_killed = killed(site, count, "down", "web1")
        if site.docker("inspect", *running, "netc-web1", check=False) == before:
            continue  # it had only looked
        site.netc("down", "web1")
        assert_off(site, volumes)
        if not was_killed:
            break
    assert count > 5, "down asks more of the engine than that"


def test_a_move_killed_after_each_answer_of_the_engine(site: Site) -> None:
    """From one interface to the other and back: the old network container goes on the way."""
    volumes = dangling(site)
    site.up("web1", "eth1")
    here, there = "eth1", "eth2"
    for count in counts():
        was_killed = killed(site, count, "up", "web1", there)
        if site.leftovers() == ["netc-web1", f"netc-lan-{here}"] and site.show("web1")["ip"]:
            continue  # it had only looked
        address = site.up("web1", there)
        assert address.startswith("10.78." if there == "eth2" else "10.77.")
        assert site.get(address) == "web1"
        assert site.leftovers() == ["netc-web1", f"netc-lan-{there}"]
        here, there = there, here
        if not was_killed:
            break
    assert count > 8, "a move asks more of the engine than that"
    site.netc("down", "web1")
    assert_off(site, volumes)


def test_up_killed_while_it_builds_the_image(site: Site) -> None:
    def built(*tags: str) -> bool:
        return any(site.docker("image", "ls", "-q", tag) for tag in tags)

    tags = (sidecar.image(), "netc-base:host")
    for count in counts():
        site.docker("image", "rm", "-f", *tags, check=False)
        assert not built(*tags)
        assert killed(site, count, "up", "web1", "eth1", *HOST)
        if not built(*tags):
            continue  # it had only looked
        done = built(sidecar.image())
        assert site.up("web1", "eth1", *HOST).startswith("10.77.")
        assert_on(site)
        site.netc("down", "web1")
        if done:
            break
    half_made = site.docker("ps", "-a", "-q", "--filter=status=created").split()
    assert half_made == [], "containers of a build that was cut off"


def begun(process: subprocess.Popen[str]) -> None:
    """Wait until netc's own code runs: what Python says of Ctrl-C before that is not ours.

    Python catches SIGINT from its start on, and the first thing that netc does is to let go of it.
    """

    def caught() -> bool:
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> signal.SIGINT - 1 & 1)
        return False

    eventually(caught, every=0.001)
    eventually(lambda: not caught(), every=0.001)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
@pytest.mark.parametrize("delay", [0.0, 0.05, 0.15, 0.25, 0.35, 0.5, 0.7, 1.0])
def test_interrupted_at_some_moment(site: Site, number: signal.Signals, delay: float) -> None:
    volumes = dangling(site)
    for command, then in (("up", assert_on), ("down", lambda site: assert_off(site, volumes))):
        arguments = (command, "web1", *(("eth1",) if command == "up" else ()))
        process = site.lab.popen(
            "host",
            [sys.executable, "-m", "netc_tui", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        begun(process)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
        _, errors = process.communicate(timeout=10)
        assert "Traceback" not in errors
        # Between two of its own handlers, the library for commands has its way to end.
        aborted = process.returncode == 1 and errors.strip() == "Aborted."
        assert aborted or process.returncode in (0, 130, -number), (process.returncode, errors)
        site.netc(*arguments)
        then(site)


def test_killed_by_the_end_of_the_session(site: Site) -> None:
    """An SSH session that breaks: SIGHUP, and nobody reads what is printed."""
    reading, writing = os.pipe()
    os.close(reading)
    done = site.run("up", "web1", "eth1", capture_output=False, stdout=writing, stderr=writing)
    os.close(writing)
    assert done.returncode != 0
    assert_on(site)
