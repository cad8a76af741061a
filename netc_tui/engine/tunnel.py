"""One ssh of netc's own that makes the socket of an engine far away one of this machine.

It ends with what opened it, however that ends: of whoever is killed the kernel ends the ssh, and
the folder that is left over is removed by the next. (Only the socket is in it, and nobody listens
there any more.)
"""

import asyncio
import contextlib
import fcntl
import os
import re
import select
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import ssh
from netc_tui.engine.api import Barred

LOGIN = 30
"""Seconds for a login: longer than ssh waits for the other machine, since keys may want a touch."""
ASKING = 15
"""Seconds for a second login that asks why nothing answers."""
NOTICING = 0.2
"""Seconds from the end of a connection to that of the ssh that had it."""
POLL, PATIENT = 0.01, 0.1
"""Seconds between two looks whether the socket is there: a login takes 0.2 s. And after a second of
that, since a host that is dead is waited for all the time."""
LINES = 30
"""What ssh said last, and more than it says at its end."""
PREFIX = "netc-ssh-"
LONGEST = 107
"""Bytes of the path of a socket (unix(7))."""
_TOLD = re.compile(r"[\w/.+@=,-]+")
"""Paths that mean the same to ssh: it knows of :, % and $."""


class InTheWay(NetcError):
    """A forward that is not ours keeps it from being made; it can be made without."""


class Dropped(NetcError):
    """A server closed the connection before a word; it may have room in a moment."""


class Tunnel:
    """Begins at once. It is this thread's process that ends when the thread does, so it has a
    thread to itself for as long as it lives."""

    def __init__(self, there: ssh.Destination, *, strict: bool = True) -> None:
        """``strict``: not without the forwards that the operator configured for his logins. Raises
        NetcError (engine) when ssh is not here, or no socket can be made."""
        for program, package in (("ssh", "openssh-client"), ("setpriv", "util-linux")):
            if shutil.which(program) is None:
                raise NetcError(
                    f"{program} is not here, and {there.host} is reached by it:"
                    f" apt-get install {package}",
                    Exit.ENGINE,
                )
        self.there, self._strict = there, strict
        self._folder, self._lock = _private_folder()
        self.socket = self._folder / "s"
        self._said: deque[str] = deque(maxlen=LINES)
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = threading.Lock()
        self._closed = False
        self._fault: OSError | None = None
        self._ended = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._open: asyncio.Future[bool] = self._loop.create_future()
        name = f"ssh {there.host}"
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    async def ready(self) -> None:
        """Return when the socket is there. Raises NetcError (engine) when it will not be, InTheWay
        when it would be without all that is not ours."""
        try:
            async with asyncio.timeout(LOGIN):
                opened = await asyncio.shield(self._open)
        except TimeoutError as error:
            raise NetcError(
                f"{self.there.host} has not let netc in within {LOGIN} s; see more:"
                f" {self.there.more}",
                Exit.ENGINE,
            ) from error
        if not opened:
            if self._fault is not None:
                raise NetcError(f"ssh cannot be started: {self._fault.strerror}", Exit.ENGINE)
            raise self._failure()

    def _failure(self) -> NetcError:
        said = tuple(self._said)
        kind: type[NetcError] = NetcError
        if ssh.in_the_way(said, self.socket):
            kind = InTheWay
        elif ssh.refused(said):
            kind = Barred
        elif ssh.dropped(said):
            kind = Dropped
        return kind(ssh.failed(self.there, said), Exit.ENGINE)

    def over(self) -> NetcError | None:
        """Why it has ended by itself; None: it has not. Waits a moment: a connection ends before
        the ssh that had it."""
        if self._closed or not self._ended.wait(NOTICING):
            return None
        return NetcError(ssh.ended(self.there, self._said), Exit.ENGINE)

    def nobody(self) -> NetcError:
        """Why nobody answers behind it: asks over there, which takes as long as another login. It
        may be InTheWay."""
        if self._ended.wait(NOTICING):  # another forward of its failed after ours, for one
            return self._failure()
        try:
            done = subprocess.run(
                (*ENDS_WITH, str(os.getpid()), *ssh.asking(self.there)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=ASKING,
                start_new_session=True,
                env=_environment(),
            )
            said = done.stdout
        except (OSError, subprocess.TimeoutExpired):
            said = ""
        return NetcError(ssh.behind(self.there, said), Exit.ENGINE)

    def close(self) -> None:
        """End it; from any thread, and more than once."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            process = self._process
        if process is not None:
            process.terminate()
            process.send_signal(signal.SIGCONT)  # or one that was stopped would not hear it
        _remove(self._folder)
        os.close(self._lock)

    def _run(self) -> None:
        """All its life."""
        try:
            with self._closing:
                if self._closed:
                    return
                self._process = process = _started(
                    ssh.forwarding(self.there, self.socket, strict=self._strict)
                )
            with process:
                self._attend(process, process.stderr.fileno() if process.stderr else -1)
        except OSError as error:
            self._fault = error
        finally:
            self._ended.set()
            self._tell(False)

    def _attend(self, process: "subprocess.Popen[bytes]", said: int) -> None:
        """Hear what it says, see the socket when it comes, until its end."""
        waiting, rest, begun = True, b"", time.monotonic()
        os.set_blocking(said, False)
        # Not the end of what it says: a jump host's ssh may live on with it.
        over = os.pidfd_open(process.pid)
        poll = select.poll()
        poll.register(said, select.POLLIN)
        poll.register(over, select.POLLIN)
        try:
            while True:
                pause = POLL if time.monotonic() - begun < 1 else PATIENT
                ready = dict(poll.poll(pause * 1000 if waiting else None))
                if said in ready:
                    with contextlib.suppress(BlockingIOError):
                        if piece := os.read(said, 4096):
                            *lines, rest = (rest + piece).split(b"\n")
                            self._said += [line.decode(errors="replace") for line in lines]
                            continue
                        poll.unregister(said)
                if over in ready:
                    self._said += [rest.decode(errors="replace")] if rest else []
                    return
                if waiting and self.socket.exists() and _listened_to(self.socket):
                    waiting = False
                    self._said.clear()  # it is no reason for whatever comes
                    self._tell(True)
        finally:
            os.close(over)

    def _tell(self, opened: bool) -> None:
        def tell() -> None:
            if not self._open.done():
                self._open.set_result(opened)

        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(tell)


ENDS_WITH = (
    *("setpriv", "--pdeathsig", "TERM", "--"),
    # Killed before that was said, it would never be told.
    *("sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"'),
)


def _listened_to(path: Path) -> bool:
    """Does somebody listen at a socket? A moment before, it is there already; and who connects to
    find out calls the engine far away. (proc_pid_net(5): the flag 10000 is who listens.)"""
    try:
        known = Path("/proc/net/unix").read_text(errors="replace")
    except OSError:
        return True
    return any(line.endswith(f" {path}") and " 00010000 " in line for line in known.splitlines())


def _started(command: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    """A process that ends with this thread."""
    return subprocess.Popen(
        (*ENDS_WITH, str(os.getpid()), *command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # Keys of the terminal are not for it.
        start_new_session=True,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    """A jump host's ssh does not know that nobody is to be asked: it has no terminal, and without
    this it would open a window."""
    return {**os.environ, "SSH_ASKPASS_REQUIRE": "never"}


def _private_folder() -> tuple[Path, int]:
    """A folder that nobody else may enter, and what locks it while this process lives."""
    for place in _places():
        _tidy(place)
        # What is not locked yet might be taken for one that was left over.
        for _ in range(9):
            try:
                made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
            except OSError:
                break
            if (lock := _locked(made)) is not None:
                if made.exists():
                    return made, lock
                os.close(lock)
    raise NetcError(
        "no folder for ssh's socket can be made in XDG_RUNTIME_DIR, TMPDIR or /tmp", Exit.ENGINE
    )


def _places() -> Iterator[Path]:
    """Where it can be: paths that ssh takes as they are, and short enough."""
    for folder in (os.environ.get("XDG_RUNTIME_DIR"), os.environ.get("TMPDIR"), "/tmp"):  # noqa: S108
        if folder and _TOLD.fullmatch(folder) and Path(folder).is_absolute():
            place = Path(folder)
            # mkdtemp adds eight characters.
            if len(os.fsencode(place / f"{PREFIX}........" / "s")) <= LONGEST and _safe(place):
                yield place


def _safe(place: Path) -> bool:
    """Can nobody put something else in place of what is made there? Not so in the folder of the
    user who called sudo."""
    try:
        facts = place.stat()
    except OSError:
        return False
    shared = facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not facts.st_mode & stat.S_ISVTX
    return facts.st_uid in (0, os.geteuid()) and not shared


def _tidy(place: Path) -> None:
    """Remove what those have left that were killed."""
    for folder in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            facts = folder.lstat()
            if facts.st_uid != os.geteuid() or not stat.S_ISDIR(facts.st_mode):
                continue
            if (lock := _locked(folder)) is not None:
                _remove(folder)
                os.close(lock)


def _locked(folder: Path) -> int | None:
    """Its lock, which lasts as long as this process; None when another has it."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / "s").unlink(missing_ok=True)
        folder.rmdir()
