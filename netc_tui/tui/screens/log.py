"""The whole log of a network container, followed."""

import asyncio

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import Event, parse
from netc_tui.core.words import clock
from netc_tui.engine import EngineApi
from netc_tui.tui.draw import Line, text
from netc_tui.tui.panels import about
from netc_tui.tui.screens.reader import Reader


class Log(Reader):
    """All that a network container has said, the latest at the end."""

    def __init__(self, container: str, engine: EngineApi) -> None:
        super().__init__()
        self.heading = f"Log of {container}"
        self._container, self._engine = container, engine

    def on_mount(self) -> None:
        """Read, and go on reading."""
        super().on_mount()
        self.run_worker(self._follow(), name="log", group="log", exit_on_error=False)

    async def _follow(self) -> None:
        try:
            raw = await self._engine.log(self._container)
        except NetcError as error:
            self.show_lines([(text(error.message, "bad"),)])
            return
        lines = [self._line(one) for one in raw]
        self.show_lines(lines, end=True)
        stream = self._engine.follow_log(self._container, tail=0)
        try:
            async for one in stream:
                at_end = self.panel.top + self.panel.size.height > len(lines)
                lines.append(self._line(one))
                self.show_lines(lines, end=at_end)
        finally:
            stream.close()
        await asyncio.sleep(0)
        lines.append((("the log ended: its container stopped, or the engine went away", "dim"),))
        self.show_lines(lines, end=True)

    def _line(self, raw: bytes) -> Line:
        event = parse(raw)
        if event is None:
            return (text(raw.decode(errors="replace"), "warn"),)
        words, style = about(event)
        when = clock(event.time, self.netc.now())
        return ((f"{when}  ", "dim"), text(words, style), text(_more(event), "dim"))


def _more(event: Event) -> str:
    """What a lease brought beside its address."""
    if event.event not in ("bound", "renewed"):
        return ""
    found = (("gateway", event.gateway), ("domain", event.domain))
    return "".join(f"  {name} {value}" for name, value in found if value)
