"""Running programs in a lab's namespaces, and finding those that run there.

Processes are found by what the kernel says of them (arguments, network namespace), never by a
pid file: that would be wrong after a crash.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from netc_tui.core.errors import NetcError
from netc_tui.host.rootfs import SEARCH_PATH
from netc_tui.lab.layout import PLACES, Layout, Where

POLL = 0.02
GONE = 0.2


class Process(NamedTuple):
    """A process as seen from this machine's own PID namespace."""

    pid: int
    argv: tuple[str, ...]
    """Empty in the middle of an exec, and for kernel threads."""

    @property
    def program(self) -> str:
        """The file name of what it runs."""
        return Path(self.argv[0]).name if self.argv else ""

    @property
    def alive(self) -> bool:
        """Whether it has not ended; one that only waits to be reaped has."""
        fields = _stat(self.pid)
        return bool(fields) and fields[0] not in "ZX"


def environment() -> dict[str, str]:
    """This environment, with the folders that ip and dockerd are in (a plain user lacks them).

    And the one that this program is in: `netc lab exec -- netc ls` is to work in any shell.
    """
    path = os.environ.get("PATH", "")
    own = Path(sys.executable).parent
    return {**os.environ, "PATH": f"{path}:{SEARCH_PATH}:{own}".lstrip(":")}


def enter(layout: Layout, where: Where) -> list[str]:
    """The prefix that runs a command in a network namespace.

    Not ``ip netns exec``: that mounts a new /sys, which hides the cgroups that dockerd needs.
    """
    return ["nsenter", f"--net={layout.namespace_path(where)}", "--"]


def run(argv: Sequence[str], lock: int, *, text: str | None = None) -> str:
    """What ``argv`` prints. It inherits the lock. Raises NetcError when it fails."""
    done = subprocess.run(
        argv,
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        pass_fds=(lock,),
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise NetcError(f"{argv[0]} failed: {reason[-1]}")
    return done.stdout


def spawn(prefix: Sequence[str], argv: Sequence[str], log: Path, lock: int) -> None:
    """Start a daemon: no child of this process, in a session of its own, output to ``log``.

    ``prefix`` enters its namespaces. The lock is its standard input up to there, and no longer:
    at any moment the process either holds the lock or can be found. (``setsid`` and not ``&``:
    a shell makes its background jobs ignore SIGINT, and containers would inherit that.)
    """
    with log.open("ab") as output:
        done = subprocess.run(
            [*prefix, "sh", "-c", 'exec setsid --fork "$@" </dev/null', "sh", *argv],
            stdin=lock,
            stdout=output,
            stderr=output,
            check=False,
            env=environment(),
        )
    if done.returncode:
        raise NetcError(f"{argv[0]} cannot be started (log: {log})")


def running(argument: str, program: str | None = None) -> list[Process]:
    """The processes that have ``argument`` among theirs, whole, not as a part of one."""
    return [
        process
        for process in _all()
        if argument in process.argv and program in (None, process.program)
    ]


def inside(layout: Layout, *places: Where) -> list[Process]:
    """The processes in the lab's network namespaces (all of them, or ``places``).

    Containers have network namespaces of their own and are not among them.
    """
    namespaces = set()
    for where in places or PLACES:
        try:
            found = layout.namespace_path(where).stat()
        except OSError:
            continue
        namespaces.add((found.st_dev, found.st_ino))
    if not namespaces:
        return []
    return [process for process in _all() if _network(process.pid) in namespaces]


def everything(layout: Layout) -> list[Process]:
    """All that must be dead when the lab is down, except this process and those it runs under."""
    own = set(_ancestors(os.getpid()))
    found = {*running(layout.mark), *inside(layout)}
    return [process for process in found if process.pid not in own]


def comes(ready: Callable[[], bool], argument: str, seconds: float) -> bool:
    """Whether a daemon gets ready within ``seconds``.

    The wait is over early when no process has had ``argument`` among its own for a while; not at
    once, because a process in the middle of an exec shows none.
    """
    seen = begin = time.monotonic()
    while not ready():
        now = time.monotonic()
        if running(argument):
            seen = now
        if now - seen > GONE or now - begin > seconds:
            return False
        time.sleep(POLL)
    return True


def kill(processes: Sequence[Process], number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to those that are still there."""
    for process in processes:
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            continue


def ended(processes: Sequence[Process], seconds: float) -> bool:
    """Whether all of them are gone within ``seconds``."""
    deadline = time.monotonic() + seconds
    while any(process.alive for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def _all() -> Iterator[Process]:
    for entry in os.listdir("/proc"):  # noqa: PTH208 - polled; a Path per process costs
        if entry.isdigit():
            yield Process(int(entry), _argv(int(entry)))


def _argv(pid: int) -> tuple[str, ...]:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(os.fsdecode(line).rstrip("\0").split("\0")) if line else ()


def _network(pid: int) -> tuple[int, int] | None:
    try:
        found = os.stat(f"/proc/{pid}/ns/net")  # noqa: PTH116 - polled, as above
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 0:
        yield pid
        fields = _stat(pid)
        pid = int(fields[1]) if fields else 0


def _stat(pid: int) -> list[str]:
    """State, parent and so on (proc_pid_stat(5), from the third field); empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
