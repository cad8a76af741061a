"""All hosts at hand: which answer; which do not, since when and why."""

from collections.abc import Callable, Sequence

from netc_tui.desk.fleet import Fleet
from netc_tui.tui.hosts import Reached, told
from netc_tui.tui.look import Look
from netc_tui.tui.screens.reader import Reader


class HostsReport(Reader):
    """Current while it is shown."""

    def __init__(self, fleet: Fleet, reached: Callable[[], Sequence[Reached]], look: Look) -> None:
        super().__init__(look)
        self._fleet, self._reached = fleet, reached

    def on_mount(self) -> None:
        """Show, and keep current."""
        super().on_mount()
        self.call_after_refresh(self._show)
        self.set_interval(1, self._show)

    def _show(self) -> None:
        hosts, now = self._reached(), self._fleet.desks[0].now()
        there = sum(each.connection.alive for each in hosts)
        self.heading = f"Hosts: {there} of {len(hosts)} answer"
        columns = max(40, self.text.size.width)
        self.show_lines(told(hosts, self._fleet.twins(), now, columns, self.look.glyphs))
