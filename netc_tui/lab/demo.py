"""The lab with the TUI in front: made for as long as the TUI is open, and then removed.

A lab that was up before is used, and stays. The demo's own has a mark in it, locked while the demo
runs: what a killed demo has left is told by it from a lab that somebody wants to keep.
"""

import fcntl
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.text import RESET_TERMINAL
from netc_tui.core.tour import VARIABLE, Breakage, told
from netc_tui.lab import visitors
from netc_tui.lab.clients import add_context
from netc_tui.lab.lab import Lab
from netc_tui.lab.layout import HostName
from netc_tui.lab.requirements import require_all
from netc_tui.lab.status import built, hosts_of

Say = Callable[[str], None]

NETC = (sys.executable, "-P", "-m", "netc_tui")
"""-P: the folder that the operator is in may have a ``docker.py`` of its own."""
LEASE = "2m"
"""As short as dnsmasq makes them: something happens while one looks."""
PATIENCE = 5.0
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

BREAKAGES = (
    Breakage(("docker", "stop"), ("docker", "start")),
    Breakage(("docker", "pause"), ("docker", "unpause")),
)
"""What the key of the demo does to a service, and the remedies of what is found then."""


def run(lab: Lab, flags: Sequence[str], *, keep: bool, say: Say) -> int:
    """Make the lab, show the TUI on its Docker host until it is closed, remove the lab.

    ``flags`` are the TUI's. Returns its exit code. Raises NetcError, and SystemExit when a signal
    ends it; the lab is removed then, too.
    """
    require_all(*lab.wanted.values())
    say = _quietly(say)
    with _signals():
        own = _begin_anew(lab)
        lock = None
        try:
            try:
                hosts = "a Docker host" if lab.hosts == 1 else f"{lab.hosts} Docker hosts"
                say(f"A LAN is made, inside this machine alone: a DHCP server, {hosts} with")
                say("services, other machines that visit them. Your network is not touched.")
                say(f"Some seconds ... {'the lab stays' if keep or not own else 'q ends it all'}.")
                try:
                    lab.up()
                    if own and not keep:
                        lock = _lock(lab)
                except NetcError:
                    # It has undone itself, but for the log that the error names; or another demo
                    # was quicker, and has it.
                    own = False
                    raise
                _prepare(lab, own)
                with _visitors(lab), _terminal():
                    return _show(lab, flags)
            finally:
                # Twice, since a signal can come before the first is done.
                _ignore_signals()
        finally:
            _ignore_signals()
            if own and not keep:
                lab.down()
                say(f"the lab {lab.name} is gone")
            elif keep:
                say(f"the lab {lab.name} is still up: netc lab exec --name {lab.name} -- netc")
                say(f"remove it with: netc lab down --name {lab.name}")
            if lock is not None:
                os.close(lock)


def _begin_anew(lab: Lab) -> bool:
    """Whether the lab is this demo's to make; one that a killed demo has left is removed."""
    if not built(lab.layout):
        return True
    if not (lab.folder / "demo").exists():
        return False
    os.close(_lock(lab))
    lab.down()
    return True


def _lock(lab: Lab) -> int:
    """Mark the lab as a demo's own. Raises NetcError when the demo it belongs to still runs."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    lock = os.open(lab.folder / "demo", flags, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise NetcError(
            f"another demo has the lab {lab.name}; netc demo --name NAME makes one beside it"
        ) from error
    return lock


def _prepare(lab: Lab, own: bool) -> None:
    """Short leases, what visitors come for and their names, and the image, so that the first
    turning on is quick."""
    if own:
        lab.start_dhcp(*visitors.records(lab.DOMAIN), lease=LEASE)
    hosts = [host.name for host in hosts_of(lab.layout)]
    with ThreadPoolExecutor() as pool:
        for step in [pool.submit(_prepare_host, lab, host, own) for host in hosts]:
            step.result()


def _prepare_host(lab: Lab, host: HostName, own: bool) -> None:
    if own:
        _fill(lab, host)
    build = [*NETC, "image", "build", "--base", "host"]
    done = lab.run(host, build, stdin=subprocess.DEVNULL)
    if done.returncode:
        reason = done.stderr.strip().splitlines() or ["it says nothing"]
        raise NetcError(f"the image cannot be built: {reason[-1]}", Exit.ENGINE)


def _fill(lab: Lab, host: HostName) -> None:
    """Give the services a page that takes a moment."""
    write = f"head -c {visitors.FILM_SIZE} /dev/zero >/srv/{visitors.FILM}"
    each = f"for service; do docker exec $service sh -c '{write}' & done; wait"
    services = [service for service, _ in visitors.PAGES]
    lab.run(host, ["sh", "-c", each, "sh", *services], stdin=subprocess.DEVNULL)


@contextmanager
def _visitors(lab: Lab) -> Iterator[None]:
    """Have visitors on the LAN machine, so that something moves once a service is on."""
    command = [sys.executable, "-P", "-m", visitors.MODULE, lab.name, lab.DOMAIN]
    # They end when their standard input does: with this process, however that ends.
    process = lab.popen(
        "client",
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _show(lab: Lab, flags: Sequence[str]) -> int:
    """The TUI as a child that has the terminal; its exit code as a shell gives it."""
    # A killed demo takes it along: nobody would be left to give the terminal back to.
    ends_with_this = "setpriv", "--pdeathsig", "TERM", "--"
    command = [*ends_with_this, *lab.resolving([*NETC, "--interface", "eth1", *flags])]
    own = {VARIABLE: told(BREAKAGES), **_on_screen(lab)}
    tui = lab.popen("host", command, env={**lab.environment, **own})
    try:
        _wait(tui)
    except BaseException:
        tui.terminate()
        tui.send_signal(signal.SIGCONT)
        try:
            tui.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            tui.kill()
            tui.wait()
        raise
    finally:
        if tui.returncode is None or tui.returncode < 0:
            with suppress(OSError):
                os.write(2, RESET_TERMINAL.encode())
    return tui.returncode if tui.returncode >= 0 else 128 - tui.returncode


def _on_screen(lab: Lab) -> dict[str, str]:
    """What has the TUI show all Docker hosts, where there are several."""
    first, *further = (host.name for host in hosts_of(lab.layout))
    if not further:
        return {}
    # It is the one that DOCKER_HOST leads to, but there it has no name.
    add_context(lab.layout, first, lab.docker_host)
    return {"NETC_HOST": ",".join((first, *further))}


def _wait(tui: "subprocess.Popen[str]") -> None:
    """Wait for its end. When it stops (Ctrl-Z), stop too, or the shell would not notice."""
    while True:
        _, status = os.waitpid(tui.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            tui.returncode = os.waitstatus_to_exitcode(status)
            return
        os.kill(os.getpid(), signal.SIGTSTP)
        tui.send_signal(signal.SIGCONT)


@contextmanager
def _terminal() -> Iterator[None]:
    """Leave the terminal's modes as they are, whatever the TUI does to them."""
    try:
        modes = termios.tcgetattr(0)
    except termios.error:
        yield
        return
    try:
        yield
    finally:
        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        with suppress(termios.error, OSError):
            termios.tcsetattr(0, termios.TCSANOW, modes)
        signal.signal(signal.SIGTTOU, before)


@contextmanager
def _signals() -> Iterator[None]:
    """Have the signals that end a program end this one by an exception, once."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        _ignore_signals()
        sys.exit(128 + number)

    before = {number: signal.getsignal(number) for number in ENDING}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _quietly(say: Say) -> Say:
    """``say`` that does not mind a terminal which is gone."""

    def said(line: str) -> None:
        with suppress(OSError):
            say(line)

    return said
