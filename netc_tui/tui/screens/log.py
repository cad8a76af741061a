"""The whole log of a network container, followed."""

import asyncio

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import in_words, parse
from netc_tui.core.words import clock
from netc_tui.desk.desk import Desk
from netc_tui.tui.draw import Line, text, wrap
from netc_tui.tui.look import Look
from netc_tui.tui.panels.events import tone
from netc_tui.tui.screens.reader import Reader

LOOK = 0.5
"""Seconds between two looks whether a log that ended can go on."""
GATHER = 0.03
"""Seconds in which lines are gathered to be shown in one go."""


class Log(Reader):
    """All that a network container has said, the latest at the end."""

    def __init__(self, container: str, desk: Desk, look: Look) -> None:
        super().__init__(look)
        self._desk = desk
        self.heading = self._title = f"Log of {desk.called(container)}"
        self._container = container
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
                    self._over = "the log ended: its container stopped, or the engine went away"
                except NetcError as error:
                    self._over = error.message
                followed = True
                self._show()
            await asyncio.sleep(LOOK)

    @property
    def _runs(self) -> bool:
        site = self._desk.site
        return site.connection.alive and any(
            container.running
            for container in site.inventory.containers
            if container.name == self._container
        )

    async def _follow(self) -> None:
        engine = await self._desk.watching.connected()
        loop = asyncio.get_running_loop()
        # Not one after the other: what is said between the two would be lost.
        stream = engine.follow_log(self._container)
        raw: list[bytes] = []
        due: asyncio.TimerHandle | None = None

        def show() -> None:
            nonlocal due
            due, self._over = None, ""
            if self._raw is not raw:
                self._raw, self._done = raw, 0
            self._show()

        try:
            async for line in stream:
                raw.append(line)
                due = due or loop.call_later(GATHER, show)
        finally:
            stream.close()
            if due is not None:
                due.cancel()
        show()

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
