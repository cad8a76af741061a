"""Running programs in a lab's namespaces, and finding those that run there.

Processes are found by what the kernel says of them (owner, namespaces, arguments), never by a pid
file: that would be wrong after a crash. Arguments alone tell nothing: any user, and any container,
can have those of the lab's own processes, and the lab signals and enters what it finds as root.
"""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
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
    start: int
    """When it started, in ticks since boot: a pid is used again, both together are not."""

    @property
    def program(self) -> str:
        """The file name of what it runs."""
        return Path(self.argv[0]).name if self.argv else ""

    @property
    def title(self) -> str:
        """Its arguments as one line; some programs write a title over them."""
        return " ".join(self.argv)

    @property
    def alive(self) -> bool:
        """Whether it has not ended; one that only waits to be reaped has."""
        fields = _stat(self.pid)
        return _started(fields) == self.start and fields[0] not in "ZX"


def environment() -> dict[str, str]:
    """This environment, with the folders that ip and dockerd are in (a plain user lacks them).

    And the one that this program is in: `netc lab exec -- netc ls` is to work in any shell.
    Without relative folders, and so without empty ones: root would run what somebody has put into
    the folder that it happens to be in.
    """
    given = os.environ.get("PATH", "").split(":")
    folders = [*given, *SEARCH_PATH.split(":"), str(Path(sys.executable).parent)]
    return {**os.environ, "PATH": ":".join(folder for folder in folders if folder.startswith("/"))}


def enter(layout: Layout, where: Where) -> list[str]:
    """The prefix that runs a command in a network namespace, and under the host name there.

    Not ``ip netns exec``: that mounts a new /sys, which hides the cgroups that dockerd needs.
    """
    name = [f"--uts={file}"] if (file := layout.uts(where)).exists() else []
    return ["nsenter", f"--net={layout.namespace_path(where)}", *name, "--"]


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
    """Root's processes that have ``argument`` among theirs, whole, not as a part of one."""
    found = _those(lambda pid: argument in _argv(pid) and _is_root_s(pid))
    return [process for process in found if program in (None, process.program)]


def placed(
    layout: Layout, where: Where, argument: str, program: str | None = None
) -> list[Process]:
    """Those of ``running`` that are in one of the lab's places, where only root can put them.

    A container on the network of the lab's Docker host is there, too, and is not meant: it does
    not see the lab's folder.
    """
    place, folder = _identity(layout.namespace_path(where)), _identity(layout.runtime)
    return [
        process
        for process in running(argument, program)
        if place
        and folder
        and _namespace(process.pid, "net") == place
        and _seen_by(process, layout.runtime) == folder
    ]


def inside(layout: Layout, *places: Where) -> list[Process]:
    """The processes in the lab's network namespaces (all of them, or ``places``).

    Containers have network namespaces of their own and are not among them.
    """
    found = {_identity(layout.namespace_path(where)) for where in places or PLACES} - {None}
    return list(_those(lambda pid: _namespace(pid, "net") in found)) if found else []


def everything(layout: Layout) -> list[Process]:
    """All that must be dead when the lab is down, except this process and those it runs under."""
    return others({*_marked(layout), *inside(layout)})


def others(found: Iterable[Process]) -> list[Process]:
    """Those that are not this process, nor one that it runs under."""
    own = set(_ancestors(os.getpid()))
    return [process for process in found if process.pid not in own]


def is_init(process: Process) -> bool:
    """Whether it is the first process of a PID namespace that was made in this one."""
    with suppress(OSError):
        status = Path(f"/proc/{process.pid}/status").read_text()
        # Its number in each PID namespace, from this one inward.
        return bool(re.search(r"^NSpid:\s+\d+\s+1$", status, re.MULTILINE))
    return False


@contextmanager
def inward(process: Process, *kinds: str) -> Iterator[list[str]]:
    """The prefix that runs a command in the namespaces of a process, good inside the block only.

    ``kinds`` as in /proc/PID/ns. nsenter is given what was opened while the process was there: by
    its pid it might enter those of another. Raises NetcError when the process is gone.
    """
    opened: list[int] = []
    try:
        with _held(process) as handle:
            opened += [os.open(f"/proc/{process.pid}/ns/{kind}", os.O_RDONLY) for kind in kinds]
            # Still there: so what was opened by its pid was its own.
            signal.pidfd_send_signal(handle, 0)
    except (ProcessLookupError, FileNotFoundError) as error:
        _close(opened)
        raise NetcError(f"the process {process.pid} of the lab is gone") from error
    names = ["mount" if kind == "mnt" else kind for kind in kinds]
    files = [f"/proc/{os.getpid()}/fd/{number}" for number in opened]
    try:
        yield ["nsenter", *map("--{}={}".format, names, files), "--"]
    finally:
        _close(opened)


def comes(ready: Callable[[], bool], lives: Callable[[], object], seconds: float) -> bool:
    """Whether a daemon gets ready within ``seconds``.

    The wait is over early when it has not been seen to live for a while; not at once, because a
    process in the middle of an exec shows no arguments.
    """
    seen = begin = time.monotonic()
    while not ready():
        now = time.monotonic()
        if lives():
            seen = now
        if now - seen > GONE or now - begin > seconds:
            return False
        time.sleep(POLL)
    return True


def kill(processes: Sequence[Process], number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to those that are still there."""
    for process in processes:
        with suppress(ProcessLookupError), _held(process) as handle:
            signal.pidfd_send_signal(handle, number)


def ended(processes: Sequence[Process], seconds: float) -> bool:
    """Whether all of them are gone within ``seconds``."""
    deadline = time.monotonic() + seconds
    while any(process.alive for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


@contextmanager
def _held(process: Process) -> Iterator[int]:
    """A process file descriptor, of no other process. Raises ProcessLookupError when it is gone."""
    try:
        handle = os.pidfd_open(process.pid)
    except OSError as error:
        if error.errno != errno.EINVAL:  # on some kernels a pid that is no process (any more)
            raise
        raise ProcessLookupError(process.pid) from error
    try:
        # Looked at after it was opened: from here on it is the process that was found, or gone.
        if _started(_stat(process.pid)) != process.start:
            raise ProcessLookupError(process.pid)
        yield handle
    finally:
        os.close(handle)


def _marked(layout: Layout) -> list[Process]:
    """The processes with the lab's mark, also when the names of their namespaces are gone.

    A program that a user runs with root's rights (``sudo netc-lab-x``) is in a network namespace
    that all are in, which none of the lab's is; and root in a container does not see its folder.
    """
    shared = {_namespace(os.getpid(), "net"), _namespace(1, "net"), None}
    folder = _identity(layout.runtime)
    return [
        process
        for process in running(layout.mark)
        if folder
        and _namespace(process.pid, "net") not in shared
        and _seen_by(process, layout.runtime) == folder
    ]


def _is_root_s(pid: int) -> bool:
    """Whether it is root's, and the machine's root: not that of a user's own user namespace."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    # Real, effective, saved, of the file system. A set-user-ID program has the first of its user.
    users = re.search(r"^Uid:\s+(.*)$", status, re.MULTILINE)
    own = _namespace(os.getpid(), "user")
    return (
        users is not None
        and set(users[1].split()) == {"0"}
        and own is not None
        and _namespace(pid, "user") == own
    )


def _those(test: Callable[[int], bool]) -> Iterator[Process]:
    """The processes whose pid passes a test.

    Asked again once the start is known: a pid that was used again meanwhile is either known by the
    start of the one that passed, or was that of the new one both times.
    """
    for entry in os.listdir("/proc"):  # noqa: PTH208 - polled; a Path per process costs
        if entry.isdigit() and test(pid := int(entry)):
            start = _started(_stat(pid))
            if start is not None and test(pid):
                yield Process(pid, _argv(pid), start)


def _close(numbers: Sequence[int]) -> None:
    for number in numbers:
        os.close(number)


def _argv(pid: int) -> tuple[str, ...]:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(os.fsdecode(line).rstrip("\0").split("\0")) if line else ()


def _namespace(pid: int, kind: str) -> tuple[int, int] | None:
    return _identity(f"/proc/{pid}/ns/{kind}")


def _seen_by(process: Process, path: Path) -> tuple[int, int] | None:
    """The identity of what a process has under a path, in its own mount namespace and root."""
    return _identity(f"/proc/{process.pid}/root{path}")


def _identity(path: str | Path) -> tuple[int, int] | None:
    """What tells a file from all others; None when it is not there or not to be seen."""
    try:
        found = os.stat(path)  # noqa: PTH116 - polled, as above
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


def _started(fields: Sequence[str]) -> int | None:
    """When it started (the 22nd field), from what ``_stat`` returns."""
    return int(fields[19]) if fields else None
