"""Running an operation from a command: the loop, the engine, and the way errors end.

The one place where errors become exit codes.
"""

import errno
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn, TypeVar

from netc_tui.cli import hosts
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.text import printable

if TYPE_CHECKING:
    from netc_tui.engine import EngineApi

T = TypeVar("T")


class Interrupted(BaseException):
    """The operator pressed Ctrl-C; a class of its own, since typer would end quietly on it."""


def ended(work: Callable[[], int | None]) -> NoReturn:
    """Run all of the program; its exit code is what ``work`` says, or its error's."""
    if sys.stdout is None:  # it was closed (netc ls >&-)
        print("netc: nothing to write the result to: stdout is closed", file=sys.stderr)
        sys.exit(Exit.FAILED)
    with _until_nobody_reads():
        try:
            _require_linux()
            sys.exit(work())
        except NetcError as error:
            for line in error.details:
                print(f"  | {printable(line)}", file=sys.stderr)
            print(f"netc: {printable(hosts.aimed(error.message))}", file=sys.stderr)
            sys.exit(error.code)
        except (KeyboardInterrupt, Interrupted):
            print("netc: interrupted; the same command again goes on from here", file=sys.stderr)
            sys.stderr.flush()
            # Threads that wait for an answer of the engine cannot be interrupted: do not join them.
            os._exit(130)


NOBODY_READS = 128 + signal.SIGPIPE
"""Exit code when the other end of a pipe is closed (``netc rules web1 | head -1``): that of cat,
grep or git there, which the signal ends, so that a shell with pipefail takes netc for one of them.
The signal itself stays ignored, as Python has it: an engine that closes its socket would end netc
by it, too."""


@contextmanager
def _until_nobody_reads() -> Iterator[None]:
    """Write out all that was said. Where that cannot be, end without a word: nobody would read
    it."""
    try:
        try:
            yield
        finally:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
    except BrokenPipeError:
        sys.exit(NOBODY_READS)
    except OSError as error:
        # A full disk. (What an operation meets is a NetcError by now.)
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EDQUOT):
            raise
        with suppress(OSError):
            print(f"netc: cannot write the result: {error.strerror}", file=sys.stderr)
        os._exit(Exit.FAILED)  # what is left in the buffers would fail again
    except SystemExit as end:
        # The parser makes exit code 1 of it.
        if isinstance(end.__context__, BrokenPipeError):
            sys.exit(NOBODY_READS)
        raise


def _require_linux() -> None:
    if not sys.platform.startswith("linux"):
        raise NetcError("netc runs on Linux, on the Docker host itself", Exit.FAILED)


def require_terminal() -> None:
    """Raise NetcError where no TUI can be shown."""
    # Textual reads from stdin and draws on stderr.
    if not all(os.isatty(number) for number in (0, 2)):
        raise NetcError(
            "netc needs a terminal; for scripts: netc --help lists the commands", Exit.USAGE
        )
    if os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        raise NetcError(
            "netc needs a terminal that can move its cursor (TERM is not set, or dumb);"
            " netc --help lists the commands, which can do without",
            Exit.USAGE,
        )


def with_engine(work: Callable[["EngineApi"], Awaitable[T]]) -> T:
    """Connect to the engine that the command is for, do ``work`` with it, let go of it.

    Raises Interrupted at Ctrl-C.
    """

    async def run() -> T:
        from netc_tui.engine import connect

        engine = await connect(hosts.endpoint())
        try:
            return await work(engine)
        finally:
            await engine.close()

    try:
        import asyncio

        return asyncio.run(run())
    except KeyboardInterrupt as error:
        raise Interrupted from error


def again(
    look: Callable[["EngineApi"], Awaitable[None]], seconds: float
) -> Callable[["EngineApi"], Awaitable[None]]:
    """``look`` for ever, every so many ``seconds``."""

    async def work(engine: "EngineApi") -> None:
        import asyncio

        while True:
            await look(engine)
            await asyncio.sleep(seconds)

    return work
