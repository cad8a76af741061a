"""All hosts at hand: which answer; which do not, since when and why."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from netc_tui.desk.fleet import Fleet
from netc_tui.tui.hosts import Reached, told
from netc_tui.tui.look import Look
from netc_tui.tui.screens.reader import Reader


class HostsReport(Reader):
    """Current while it is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "again", "try again"), *Reader.BINDINGS]

    def __init__(self, fleet: Fleet, reached: Callable[[], Sequence[Reached]], look: Look) -> None:
        super().__init__(look)
        self._fleet, self._reached = fleet, reached

    def on_mount(self) -> None:
        """Show, and keep current."""
        super().on_mount()
        self.call_after_refresh(self._show)
        self.set_interval(1, self._show)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is there need not be tried."""
        if action == "again":
            return any(desk.site.away() for desk in self._fleet.desks) or None
        return super().check_action(action, parameters)

    def action_again(self) -> None:
        """Those that are away, at once."""
        for desk in self._fleet.desks:
            if desk.site.away():
                desk.watching.try_at_once()

    def _show(self) -> None:
        hosts, now = self._reached(), self._fleet.desks[0].now()
        there = sum(each.connection.alive for each in hosts)
        self.heading = f"Hosts: {there} of {len(hosts)} answer"
        columns = max(40, self.text.size.width)
        self.refresh_bindings()
        self.show_lines(told(hosts, self._fleet.twins(), now, columns, self.look.glyphs))
