"""All there is to know of one service, on one screen."""

from netc_tui.core import reserve
from netc_tui.core.model import Service
from netc_tui.core.ports import as_text
from netc_tui.core.words import clock
from netc_tui.tui import panels
from netc_tui.tui.draw import Line, fit, text, wrap
from netc_tui.tui.rows import state_cell
from netc_tui.tui.screens.reader import Reader

LABEL = 20


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
        lines = _service(found)
        columns = self.panel.size.width
        lines += [(), (("Network container", "head"),)]
        lines += panels.lease(found, site.jobs.get(found.name), now, columns, self.netc.glyphs)
        companion = found.network_container
        if companion is not None:
            engine = site.connection.engine
            lines += [
                (),
                _fact("container", f"{companion.name}, {companion.state}"),
                _fact("bound", clock(companion.bound_at, now)),
                *_folded("dnsmasq", reserve.dnsmasq(companion), columns),
                *_folded("Kea", reserve.kea(companion), columns),
                *_folded("made by", reserve.command(found, engine.id if engine else ""), columns),
                (),
                (("Rules", "head"),),
                *panels.rules(companion, site.rules, columns, self.netc.glyphs),
            ]
        lines += [(), (("Events", "head"),)]
        notes = site.notes.get(found.name, ())
        lines += panels.events(site.events(found.name), notes, now, columns)
        self.show_lines(lines)


def _service(one: Service) -> list[Line]:
    state, style = state_cell(one)
    lines: list[Line] = [
        (("Service", "head"),),
        _fact("name", one.name),
        _fact("state", state, style),
        _fact("image", one.image or "-"),
        _fact("id", (one.id or "-")[:12]),
    ]
    if one.project:
        lines.append(_fact("Compose", f"{one.project}, service {one.compose or '-'}"))
    for port in one.ports:
        on = ", ".join(port.published)
        lines.append(_fact(f"port {port}", f"published on {on}" if on else "not published"))
    companion = one.network_container
    if companion is not None:
        lines.append(_fact("forwarded", as_text(companion.ports).replace(",", ", ") or "-"))
    return lines


def _folded(label: str, value: str, columns: int) -> list[Line]:
    """On as many lines as it takes."""
    first, *more = wrap(value, max(20, columns - LABEL))
    return [_fact(label, first), *(_fact("", part) for part in more)]


def _fact(label: str, value: str, style: str = "") -> Line:
    return ((fit(label, LABEL, ""), "dim"), text(value, style))
