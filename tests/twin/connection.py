"""A connection to an in-memory engine, as ``netc_tui.engine.connect`` makes one to a real one."""

from typing import Any

from netc_tui.core.errors import Exit, NetcError
from tests.twin.engine import FakeEngine
from tests.twin.streams import FakeStream


class Connection:
    """One connection to an engine in memory. Once closed it answers no more, as a real one."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine, self._closed = engine, False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._engine, name)
        if not self._closed or name == "engine":
            return found
        if name in ("follow_log", "events", "staying"):
            return _ended

        async def refuse(*_: Any, **__: Any) -> None:
            raise NetcError("the connection to the Docker engine was closed", Exit.ENGINE)

        return refuse

    async def close(self) -> None:
        """Final."""
        self._closed = True
        await self._engine.close()


def _ended(*_: Any, **__: Any) -> FakeStream[Any]:
    stream: FakeStream[Any] = FakeStream()
    stream.end(unanswered=True)
    return stream
