"""The whole log of a network container, followed."""

import asyncio
from bisect import bisect_right
from datetime import UTC, datetime

from netc_tui.core.errors import NetcError
from netc_tui.core.identity import container_name
from netc_tui.core.lease import in_words, parse
from netc_tui.core.model import NetworkContainer
from netc_tui.core.words import clock
from netc_tui.desk.desk import Desk
from netc_tui.engine.api import EngineApi, LogStream
from netc_tui.tui.draw import Line, text, wrap
from netc_tui.tui.look import Look
from netc_tui.tui.panels.events import tone
from netc_tui.tui.screens.reader import Reader

LOOK = 0.5
"""Seconds between two looks whether a log that ended can go on."""
GATHER = 0.03
"""Seconds in which lines are gathered to be shown in one go."""


class Log(Reader):
    """All that a network container has said, the latest at the end; one of a Swarm on any node."""

    def __init__(self, own: NetworkContainer, desk: Desk, look: Look) -> None:
        super().__init__(look)
        self._desk = desk
        self._service, self._of_swarm = own.service, own.node is not None
        self._container = container_name(own.service) if self._of_swarm else own.name
        self.heading = self._title = f"Log of {desk.called(self._container)}"
        self._raw: list[bytes] = []
        self._folded: list[Line] = []
        self._done = 0
        """So many of the raw lines are folded."""
        self._over = ""
        """Why no more comes; empty while it may."""

    def on_mount(self) -> None:
        """Read, and go on reading."""
        super().on_mount()
        self.run_worker(self._keep(), name="log", group="log", exit_on_error=False)

    def on_resize(self) -> None:
        """Fold the lines anew."""
        self._done = 0
        self.call_after_refresh(self._show)

    async def _keep(self) -> None:
        """Follow the log; again from its first line when it ended and its container runs again."""
        followed = False
        while True:
            if self._runs or not followed:
                try:
                    await self._follow()
                    what = "task" if self._of_swarm else "container"
                    self._over = f"the log ended: its {what} stopped, or the engine went away"
                except NetcError as error:
                    self._over = error.message
                followed = True
                self._show()
            await asyncio.sleep(LOOK)

    @property
    def _runs(self) -> bool:
        site = self._desk.site
        if self._of_swarm:
            service = self._desk.service(self._service)
            own = service.network_container if service is not None else None
            return site.connection.alive and own is not None and own.state == "running"
        return site.connection.alive and any(
            container.running
            for container in site.inventory.containers
            if container.name == self._container
        )

    async def _follow(self) -> None:
        engine = await self._desk.watching.connected()
        loop = asyncio.get_running_loop()
        # Not one after the other: what is said between the two would be lost.
        stream = self._stream(engine)
        raw: list[bytes] = []
        moments: list[datetime] = []
        due: asyncio.TimerHandle | None = None

        def show() -> None:
            nonlocal due
            due, self._over = None, ""
            if self._raw is not raw:
                self._raw, self._done = raw, 0
            self._show()

        try:
            async for line in stream:
                at = len(raw)
                if self._of_swarm:  # those of former tasks may come late, from other nodes
                    moment = _moment(line, moments)
                    at = bisect_right(moments, moment)
                    moments.insert(at, moment)
                    self._done = self._done if at == len(raw) else 0
                raw.insert(at, line)
                due = due or loop.call_later(GATHER, show)
        finally:
            stream.close()
            if due is not None:
                due.cancel()
        show()

    def _stream(self, engine: EngineApi) -> LogStream:
        if self._of_swarm:
            return engine.swarm.follow_log(self._container)
        return engine.follow_log(self._container)

    def _show(self) -> None:
        at_end = self.text.top + self.text.size.height > len(self.lines)
        columns = max(30, self.text.size.width)
        if not self._done:
            self._folded = []
        for line in self._raw[self._done :]:
            self._folded += self._lines(line, columns)
        self._done = len(self._raw)
        over = [(text(part, "dim"),) for part in wrap(self._over, columns)] if self._over else []
        self.heading = f"{self._title} (ended)" if self._over else self._title
        self.show_lines([*self._folded, *over], end=at_end)

    def _lines(self, raw: bytes, columns: int) -> list[Line]:
        """One of its lines, on as many as it takes."""
        event = parse(raw)
        if event is None:
            return [(text(part, "warn"),) for part in wrap(raw.decode(errors="replace"), columns)]
        words, style = in_words(event), tone(event)
        if event.event in ("bound", "renewed"):
            for name, value in (("gateway", event.gateway), ("domain", event.domain)):
                words += f", {name} {value}" if value else ""
        when = f"{clock(event.time, self._desk.now())}  "
        first, *more = wrap(words, columns - len(when))
        return [
            ((when, "dim"), text(first, style)),
            *((text(" " * len(when)), text(part, style)) for part in more),
        ]


def _moment(line: bytes, before: list[datetime]) -> datetime:
    """When something was said; of what does not tell it, when the last was."""
    event = parse(line)
    if event is not None:
        return event.time
    return before[-1] if before else datetime.fromtimestamp(0, UTC)
