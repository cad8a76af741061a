"""All there is to know of one service, on one screen."""

from netc_tui.core import reserve
from netc_tui.core.words import clock
from netc_tui.desk.desk import Desk
from netc_tui.tui import frame
from netc_tui.tui.draw import text
from netc_tui.tui.look import Look
from netc_tui.tui.panels import clients, events, lease, path, rules
from netc_tui.tui.panels.facts import about_service, at_work, fact, folded
from netc_tui.tui.panels.panel import Room, snapshot
from netc_tui.tui.screens.reader import Reader


class Details(Reader):
    """A service, its network container, its lease, its rules; current while it is shown."""

    def __init__(self, service: str, desk: Desk, look: Look) -> None:
        super().__init__(look)
        self.service, self._desk = service, desk
        self.heading = f"Details of {desk.called(service)}"

    def on_mount(self) -> None:
        """Show, and keep current."""
        super().on_mount()
        self.call_after_refresh(self._show)
        self.set_interval(1, self._show)

    def _show(self) -> None:
        site, now = self._desk.site, self._desk.now()
        found = self._desk.service(self.service)
        if found is None:
            self.show_lines(
                [((f"{self._desk.called(self.service)} is not there any more.", "warn"),)]
            )
            return
        self._desk.looks.rules(found)
        self._desk.looks.path(found)
        self._desk.looks.clients(found)
        self._desk.looks.names([found], found)
        columns = self.text.size.width
        room = Room(columns, self.look.glyphs, self.look.hints)
        bare = Room(columns, self.look.glyphs, {})  # its keys are those of the main screen
        shown = snapshot(self._desk, found)
        own = found.network_container
        if own is None:
            lines = [fact("id", text((found.id or "-")[:12])), *lease.lines(shown, room)]
        else:
            engine = site.connection.engine
            command = self._desk.aimed(reserve.command(found, engine.id if engine else ""))
            lines = [
                (("Service", "head"),),
                fact("id", text((found.id or "-")[:12])),
                *about_service(found, columns, room.glyphs),
                (),
                (("Path", "head"),),
                *path.lines(shown, bare),
                (),
                (("Network container", "head"),),
                *lease.lines(shown, room),
                (),
                *folded("container", f"{own.name}, {own.state}", columns),
                fact("bound", text(clock(own.bound_at, now))),
                *folded("dnsmasq", reserve.dnsmasq(own), columns),
                *folded("Kea", reserve.kea(own), columns),
                *folded("made by", command, columns),
                (),
                (("Rules", "head"),),
                *rules.lines(shown, room),
                (),
                (("Clients", "head"),),
                *clients.lines(shown, room),
            ]
        if watch := at_work(site.written(now), columns):
            lines += [(), (("netc watch", "head"),), *watch]
        if away := frame.outage(site.connection, site.inventory.at, now, columns):
            lines = [*away, (), *lines]
        lines += [(), (("Events", "head"),), *events.lines(shown, room)]
        self.show_lines(lines)
