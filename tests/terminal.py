"""A real terminal for a program: a pty, someone who reads it all, and an emulator for the screen.

Every byte is kept with the time at which it came. The emulator is fed only when the screen is
asked for, so that it takes no time from the program while something is measured.
"""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import pyte

POLL = 0.02
TICKS = os.sysconf("SC_CLK_TCK")
QUERY = re.compile(rb"\x1b\[\?(\d+)\$p|\x1b\[(>?)0?c|\x1b\[([56])n")
"""DECRQM (is this mode known?), primary and secondary device attributes, device status."""
MODES = {2026: 2}
"""What is known of the modes that are asked for: 1 set, 2 reset, 0 (all others) never heard of.

Synchronized output is common (xterm, kitty, tmux); resizes in the stream of keys are not.
"""
NOT_EMULATED = re.compile(rb"\x1b\[[<=>][0-9;:]*[a-zA-Z]|\x1bP.*?\x1b\\", re.DOTALL)
"""Kitty's keyboard protocol and the like, which the emulator would show as text."""
UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;:<=>?$]*|P[^\x1b]*)?$")

Wanted = str | re.Pattern[str] | Callable[[str], object]
"""A text, a pattern, or a question about the whole screen."""


class Chunk(NamedTuple):
    """Bytes that came together."""

    at: float
    """On time.monotonic's clock."""
    data: bytes


class Mark(NamedTuple):
    """A moment in what came."""

    chunks: int
    at: float


class Screen:
    """What an emulator shows of a stream of bytes."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what came."""
        data = self._rest + data
        cut = UNFINISHED.search(data)
        self._rest = data[cut.start() :] if cut else b""
        self._stream.feed(NOT_EMULATED.sub(b"", data[: cut.start()] if cut else data))

    def resize(self, columns: int, rows: int) -> None:
        """As the terminal."""
        self._screen.resize(rows, columns)

    @property
    def text(self) -> list[str]:
        """Its lines."""
        return [line.rstrip() for line in self._screen.display]

    def style(self, line: int, column: int) -> Any:
        """Colours and attributes of one cell."""
        return self._screen.buffer[line][column]


class Terminal:
    """A program as the leader of its session, in a terminal of its own.

    A program that is run through something that ends in an exec (as nsenter does) has its
    process number.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        columns: int = 120,
        rows: int = 40,
        cwd: Path | None = None,
    ) -> None:
        self.columns, self.rows = columns, rows
        self.chunks: list[Chunk] = []
        self._screen, self._fed = Screen(columns, rows), 0
        self._answer = threading.Event()
        self._answer.set()
        self._lock = threading.Lock()
        self._tail = b""
        self.master, self._slave = os.openpty()
        self._wake, self._waker = os.pipe()
        self._set_size()
        self.attributes = self._attributes()
        """The terminal's modes before the program was started."""
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            argv,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        self._reader: threading.Thread | None = None
        self.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- what comes

    def read(self) -> None:
        """Read from now on all that comes; it is so from the start."""
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
            self._reader.start()

    def stop_reading(self) -> None:
        """Take no more bytes, as a terminal that hangs: soon the program cannot write."""
        if self._reader is not None:
            os.write(self._waker, b"x")
            self._reader.join()
            os.read(self._wake, 1)
            self._reader = None

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self.master, self._wake], [], [])
            if self._wake in ready:
                return
            try:
                data = os.read(self.master, 65536)
            except OSError:  # EIO: nobody has the other side
                return
            at = time.monotonic()
            with self._lock:
                self.chunks.append(Chunk(at, data))
            self._reply(data)

    def _reply(self, data: bytes) -> None:
        """Answer the questions that are put to a terminal, as xterm does."""
        seen = self._tail + data
        end = 0
        for found in QUERY.finditer(seen):
            end = found.end()
            mode, secondary, status = found.groups()
            if mode is not None:
                said = f"\x1b[?{int(mode)};{MODES.get(int(mode), 0)}$y"
            elif status is not None:
                said = "\x1b[0n" if status == b"5" else "\x1b[1;1R"
            else:
                said = "\x1b[>41;370;0c" if secondary else "\x1b[?64;1;2;6;22c"
            with contextlib.suppress(OSError):
                os.write(self.master, said.encode())
        self._tail = seen[end:][-12:]

    @property
    def output(self) -> bytes:
        """All that came, since the start."""
        return b"".join(chunk.data for chunk in self._copy())

    def mark(self) -> Mark:
        """This moment, for ``bytes_since`` and others."""
        with self._lock:
            return Mark(len(self.chunks), time.monotonic())

    def since(self, mark: Mark) -> list[Chunk]:
        """What came since then."""
        return self._copy()[mark.chunks :]

    def bytes_since(self, mark: Mark) -> int:
        """How many bytes came since then."""
        return sum(len(chunk.data) for chunk in self.since(mark))

    def quiet(self, seconds: float, patience: float = 10) -> None:
        """Wait until no byte has come for that long, from now on; fails if it goes on and on."""
        called = time.monotonic()
        deadline = called + patience
        while True:
            last = max(called, self.chunks[-1].at if self.chunks else called)
            left = last + seconds - time.monotonic()
            if left <= 0:
                return
            assert time.monotonic() < deadline, self._failure(f"not quiet for {seconds} s")
            time.sleep(min(left, POLL))

    def _copy(self) -> list[Chunk]:
        with self._lock:
            return list(self.chunks)

    # --- the screen

    @property
    def lines(self) -> list[str]:
        """The screen."""
        chunks = self._copy()
        for chunk in chunks[self._fed :]:
            self._screen.feed(chunk.data)
        self._fed = len(chunks)
        return self._screen.text

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def line(self, wanted: str) -> str:
        """The first line with this in it; nothing if there is none."""
        return next((line for line in self.lines if wanted in line), "")

    def shows(self, wanted: Wanted) -> Any:
        """Whether it is on screen: what was found, as far as it is true."""
        return _found(self.text, wanted)

    def wait_for(self, wanted: Wanted, seconds: float = 10, why: str = "") -> Any:
        """Wait until it is on screen; fails with the screen when the time or the program is over.

        Returns what was found.
        """
        deadline = time.monotonic() + seconds
        while True:
            over = self.process.poll() is not None
            if found := self.shows(wanted):
                return found
            what = why or f"{getattr(wanted, 'pattern', wanted)}"
            code = self.process.returncode
            assert not over, self._failure(f"ended with {code} and did not show: {what}")
            assert time.monotonic() < deadline, self._failure(f"not in {seconds} s: {what}")
            time.sleep(POLL)

    def first(self, wanted: Wanted) -> float | None:
        """Seconds from the start to when it was on screen first, found by playing all again."""
        screen = Screen(self.columns, self.rows)
        for at, data in self._copy():
            screen.feed(data)
            if _found("\n".join(screen.text), wanted):
                return at - self.began
        return None

    def _failure(self, what: str) -> str:
        frame = "-" * self.columns
        doing = "\n".join(map(_doing, self.processes()))
        said = self.output[-300:]
        return f"{what}\n{frame}\n{self.text.rstrip()}\n{frame}\n{doing}\nlast: {said!r}"

    # --- what is done to it

    def send(self, keys: str) -> Mark:
        """Type; the moment before."""
        mark = self.mark()
        os.write(self.master, keys.encode())
        return mark

    def resize(self, columns: int, rows: int) -> None:
        """Another size; the kernel tells the program."""
        self.lines  # noqa: B018 # what came so far is for the old size
        self.columns, self.rows = columns, rows
        self._screen.resize(columns, rows)
        self._set_size()

    def hang_up(self) -> None:
        """As when the connection or the window is gone."""
        if self.master >= 0:
            self.stop_reading()
            os.close(self._slave)
            os.close(self.master)
            self.master = -1

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send the program a signal."""
        self.process.send_signal(number)

    def ended(self, seconds: float = 10) -> int:
        """Wait for the end; the exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(self._failure(f"after {seconds} s it still runs")) from None

    def close(self) -> None:
        """End all that is left of it."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process.poll() is None:
            self.process.kill()
        self.hang_up()
        self.process.wait()
        for descriptor in (self._wake, self._waker):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._wake = self._waker = -1

    # --- the process

    @property
    def pid(self) -> int:
        """The program's number."""
        return self.process.pid

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def rss(self) -> float:
        """Megabytes that are in memory."""
        return self._memory("Rss")

    @property
    def pss(self) -> float:
        """Megabytes, pages that it shares with other processes in proportion."""
        return self._memory("Pss")

    def _memory(self, kind: str) -> float:
        fields = Path(f"/proc/{self.pid}/smaps_rollup").read_text().split()
        return int(fields[fields.index(f"{kind}:") + 1]) / 1000

    def processes(self) -> list[int]:
        """The processes of its session that have not ended."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.pid and fields[0] not in "ZX":
                    found.append(int(stat.parent.name))
        return found

    @property
    def restored(self) -> bool:
        """Whether the terminal's modes are as they were before the program was started."""
        return self._attributes() == self.attributes

    def _attributes(self) -> list[Any]:
        return termios.tcgetattr(self._slave)

    def _set_size(self) -> None:
        size = struct.pack("HHHH", self.rows, self.columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)


def _doing(pid: int) -> str:
    """A process, and where in the kernel it waits."""
    try:
        entry = Path(f"/proc/{pid}")
        state = entry.joinpath("stat").read_text().rpartition(")")[2].split()[0]
        words = entry.joinpath("cmdline").read_bytes().decode(errors="replace").split("\0")
        return f"{pid} {state} {entry.joinpath('wchan').read_text()} {' '.join(words)}"
    except OSError as error:
        return f"{pid} {error}"


def _take_terminal() -> None:
    """As a login does it; under nohup, for one, the tests ignore SIGHUP and the program would."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def _found(text: str, wanted: Wanted) -> Any:
    if isinstance(wanted, str):
        return wanted in text
    if isinstance(wanted, re.Pattern):
        return wanted.search(text)
    return wanted(text)


def plain(environment: Mapping[str, str], **own: str) -> dict[str, str]:
    """An environment for a program in a terminal: nothing of the operator's own taste in it."""
    apart = ("COLORTERM", "NO_COLOR", "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "TERM_PROGRAM")
    taste = {name for name in environment if name.startswith(("TEXTUAL", "NETC_"))} | {*apart}
    kept = {k: v for k, v in environment.items() if k not in taste - {"NETC_BASE"}}
    return {**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **own}
