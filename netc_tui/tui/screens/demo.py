"""The main screen of the demo: with a line that leads through it, and a key that breaks things."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec
from textual.app import ComposeResult

from netc_tui.core.health import State
from netc_tui.core.tour import Breakage, Scene, Tour
from netc_tui.desk.fleet import Fleet
from netc_tui.settings import keynames
from netc_tui.settings.declared import Settings
from netc_tui.settings.keys import KEYS
from netc_tui.tui.draw import text
from netc_tui.tui.look import Look
from netc_tui.tui.screens.deeds import Deeds
from netc_tui.tui.screens.main import MainScreen
from netc_tui.tui.shortcuts import shown
from netc_tui.tui.widgets.lines import Lines

LEAST_WIDTH, LEAST_HEIGHT = 78, 18
"""The size of the terminal from which on there is room for the line."""
RUNNING = ("running", "paused")
"""Docker's words for what can be turned on."""

RunCommand = Callable[[str], Awaitable[str]]
"""Runs a command to its end; empty, or why it failed."""


def free_key(settings: Settings) -> str:
    """The key of the demo: the first that is nothing else's."""
    used = {
        keynames.plain(key)
        for each in KEYS
        for key in keynames.split(settings.keys.get(each.id, each.key))
    }
    wanted = ("b", "B", *(f"f{number}" for number in range(2, 25)))
    return next(key for key in wanted if key not in used)


class DemoScreen(MainScreen):
    """Tells what to do next, and breaks and mends services with one key."""

    def __init__(
        self,
        fleet: Fleet,
        look: Look,
        deeds: Deeds,
        breakages: Sequence[Breakage],
        run: RunCommand,
    ) -> None:
        super().__init__(fleet, look, deeds)
        self._breakages, self._run = breakages, run
        self._broken = 0
        """How often something was broken: each time it is done another way."""
        self._under_way = ""
        """The command that runs."""
        self._tour = Tour()
        self._put_away = False
        self._view: tuple[object, ...] = ()
        self._since: datetime = fleet.desks[0].now()
        key = free_key(look.settings)
        self._hints = {**look.hints, "break": shown(key, ascii=look.settings.ascii)}
        self._bindings.bind(key, "break_or_mend", show=False)

    def compose(self) -> ComposeResult:
        """The line stands above the keys."""
        *above, keys = super().compose()
        yield from above
        yield Lines(self._look.glyphs, id="hint")
        yield keys

    def show_panels(self) -> None:
        """And what they have to do with the tour."""
        super().show_panels()
        self._show_hint()

    def tick(self) -> None:
        """What was looked at long enough has been read."""
        super().tick()
        self._show_hint()

    def action_clear(self) -> None:
        """The filter, then the marks, then the line."""
        if not (self.listing.words or self.filter.has_focus or self.table.marked):
            self._put_away = True
            self._show_hint()
        super().action_clear()

    def action_copy(self) -> None:
        """Who copies what mends it has read that."""
        self._tour = self._tour.copied()
        super().action_copy()

    def action_break_or_mend(self) -> None:
        """Break the service under the cursor, or run the remedy of what was broken."""
        seen = self._seen()
        self._put_away = False
        if self._look.settings.read_only:
            self.say("read-only: break is not to be had", "warn")
        elif running := self._under_way:
            self.say(f"under way: {running}", "warn", lambda: self._under_way == running)
        elif seen.mends:
            self._begin(seen.mends)
        elif seen.finding is not None:
            copy = self._hints["copy"]
            said = f"{copy} copies what to do: this was not broken by the demo"
            self.say(said, "warn", lambda: self._seen().finding == seen.finding)
        elif seen.bound:
            self._broken += 1
            self._begin(seen.breaks)
        elif seen.service:
            said = f"only what is on can be broken: {self._hints['on_off']}"
            self.say(said, "warn", lambda: not self._seen().bound)

    def _begin(self, command: str) -> None:
        self._under_way = command
        self.say(command, "strong")
        self.run_worker(self._do(command), name="break or mend", exit_on_error=False)

    async def _do(self, command: str) -> None:
        try:
            if failed := await self._run(command):
                self.say(f"{command}: {failed}", "bad")
        finally:
            self._under_way = ""

    def _seen(self) -> Scene:
        """What there is of the service under the cursor."""
        if self.current is None:
            return Scene()
        service, desk = self.current.service, self.desk
        own = service.network_container
        elsewhere = (
            other.called
            for other in self.listing.placed
            if other.which != self.current.which and other.service.network_container is not None
        )
        seen = Scene(
            service=self.current.called,
            fit=bool(service.ports) and not service.borrows and service.state in RUNNING,
            in_view=self.panels.shows("path") and self.app.screen is self,
            elsewhere=next(elsewhere, ""),
        )
        if own is None:
            return seen
        busy = desk.jobs.busy(service.name)  # what is not there yet is not broken
        broken = desk.check(own).broken if not busy else None
        finding = broken.finding if broken is not None else None
        asked = desk.site.asked(own, desk.now()) is not None
        well = finding is None and not busy and own.health.state is State.HEALTHY
        well = well and (asked or not seen.in_view)
        view = (seen.service, seen.in_view, well, finding)
        if view != self._view:
            self._view, self._since = view, desk.now()
        at = self._broken % len(self._breakages)
        mends = (desk.aimed(each.mending(service.name)) for each in self._breakages)
        return msgspec.structs.replace(
            seen,
            on=True,
            bound=own.ip is not None and not busy,
            well=well,
            seconds=(desk.now() - self._since).total_seconds(),
            finding=finding,
            breaks=desk.aimed(self._breakages[at].breaking(service.name)),
            mends=next((how for how in mends if finding and how == finding.remedy), ""),
        )

    def _show_hint(self) -> None:
        line = self.query_one("#hint", Lines)
        width, height = self.app.size
        room = width >= LEAST_WIDTH and height >= LEAST_HEIGHT
        line.display = room and not self._put_away
        seen = self._seen()
        self._tour = self._tour.after(seen)
        head, said = self._tour.hint(seen, self._hints)
        line.show([(text(f"{head}  ", "key"), text(said, "strong"))])
