"""Work done ahead by a child process, while this one loads what else it needs.

Importing pyroute2, or Docker's SDK, takes as long as all else there is to do at a start; on a
second core it costs no time. Only for a process that has no threads yet.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from netc_tui.core.links import Link

LONGEST = 10
"""Seconds after which a child that is held up is ended."""
PR_SET_PDEATHSIG = 1


class Ahead:
    """Begins at once. As a context manager it leaves no child."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        self.pipe, to = os.pipe()
        """Where what ``work`` returns is to be read; ends without a byte when it failed."""
        self._child = os.fork()
        if self._child == 0:
            _do(work, to)
        os.close(to)

    def wait(self) -> bytes:
        """What the work returned; nothing when it failed."""
        with os.fdopen(os.dup(self.pipe), "rb") as told:
            return told.read()

    def close(self) -> None:
        """End the child, if it has not ended; nothing more can be read."""
        if self.pipe >= 0:
            os.close(self.pipe)
            self.pipe = -1
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._child, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class LinksAhead(Ahead):
    """The links of this machine."""

    def __init__(self) -> None:
        super().__init__(_links)

    def read(self) -> "tuple[Link, ...]":
        """The links, as ``host.interfaces.links`` has them; read here if the child failed."""
        import msgspec

        from netc_tui.core.links import Link
        from netc_tui.host.interfaces import links

        try:
            return msgspec.msgpack.decode(self.wait(), type=tuple[Link, ...])
        except msgspec.DecodeError:
            return links()


def _links() -> bytes:
    import msgspec

    from netc_tui.host.interfaces import links

    return msgspec.msgpack.encode(links())


def _do(work: Callable[[], bytes], to: int) -> None:
    """What the child does: it never returns, says nothing, and does not outlive its parent."""
    try:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.alarm(LONGEST)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        with os.fdopen(to, "wb") as pipe:
            pipe.write(work())
    finally:
        os._exit(0)
