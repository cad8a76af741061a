"""All there is to know of one service, on one screen."""

from netc_tui.core import reserve
from netc_tui.core.words import clock
from netc_tui.tui import frame, panels
from netc_tui.tui.draw import text
from netc_tui.tui.panels import fact, folded
from netc_tui.tui.screens.reader import Reader


class Details(Reader):
    """A service, its network container, its lease, its rules; current while it is shown."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service
        self.heading = f"Details of {service}"

    def on_mount(self) -> None:
        """Show, and keep current."""
        super().on_mount()
        self.call_after_refresh(self._show)
        self.set_interval(1, self._show)

    def _show(self) -> None:
        site, now = self.netc.site, self.netc.now()
        found = next((one for one in site.services(now) if one.name == self.service), None)
        if found is None:
            self.show_lines([((f"{self.service} is not there any more.", "warn"),)])
            return
        self.netc.watching.watch_rules(found)
        columns, glyphs = self.panel.size.width, self.netc.glyphs
        companion = found.network_container
        job = site.jobs.get(found.name)
        lease = panels.lease(
            found, job, now, columns, glyphs, self.netc.shortcuts.hints, self.netc.interface
        )
        if companion is None:
            lines = [fact("id", text((found.id or "-")[:12])), *lease]
        else:
            engine = site.connection.engine
            command = reserve.command(found, engine.id if engine else "")
            lines = [
                (("Service", "head"),),
                fact("id", text((found.id or "-")[:12])),
                *panels.about_service(found, columns, glyphs),
                (),
                (("Network container", "head"),),
                *lease,
                (),
                fact("container", text(f"{companion.name}, {companion.state}")),
                fact("bound", text(clock(companion.bound_at, now))),
                *folded("dnsmasq", reserve.dnsmasq(companion), columns),
                *folded("Kea", reserve.kea(companion), columns),
                *folded("made by", command, columns),
                (),
                (("Rules", "head"),),
                *panels.rules(companion, site.rules_known, columns, glyphs),
            ]
        if away := frame.outage(site.connection, site.inventory.at, now, columns):
            lines = [*away, (), *lines]
        notes = site.notes.get(found.name, ())
        lines += [(), (("Events", "head"),)]
        lines += panels.events(site.events(found.name), notes, now, columns)
        self.show_lines(lines)
