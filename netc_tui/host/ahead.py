"""The links of this machine, read by a child process while this one loads what else it needs.

Importing pyroute2 takes as long as connecting to the engine with all that needs; on a second core
it costs no time. Only for a process that has no threads yet, and reads them once.
"""

import os
import signal
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from netc_tui.host.interfaces import Link


class LinksAhead:
    """Begins to read at once; ``read`` waits for it. As a context manager it leaves no child."""

    def __init__(self) -> None:
        self._from, to = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            _tell(to)
        os.close(to)

    def read(self) -> "tuple[Link, ...]":
        """The links, as ``host.interfaces.links`` has them; read here if the child failed."""
        import msgspec

        from netc_tui.host.interfaces import Link, links

        with os.fdopen(os.dup(self._from), "rb") as told:
            text = told.read()
        try:
            return msgspec.msgpack.decode(text, type=tuple[Link, ...])
        except msgspec.DecodeError:
            return links()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._from)
        with suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._child, 0)


def _tell(to: int) -> None:
    """What the child does: it never returns, and says nothing on the terminal."""
    try:
        import msgspec

        from netc_tui.host.interfaces import links

        with os.fdopen(to, "wb") as pipe:
            pipe.write(msgspec.msgpack.encode(links()))
    finally:
        os._exit(0)
