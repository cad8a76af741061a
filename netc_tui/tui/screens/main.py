"""The main screen: services in a table, and lease, rules and events of the one under the cursor."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from netc_tui.core.model import Service
from netc_tui.operations.inventory import GONE
from netc_tui.tui import frame, rows
from netc_tui.tui.draw import Line, text, wrap
from netc_tui.tui.keys import EVERYWHERE, FIND, KEYS, MOVE, PANELS, PROGRAM
from netc_tui.tui.widgets.about import ALL_HEIGHT, NAMES, About
from netc_tui.tui.widgets.field import FilterField
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines
from netc_tui.tui.widgets.table import ServiceTable

if TYPE_CHECKING:
    from netc_tui.tui.app import NetcApp

SOON = 0.05
"""Seconds from a move of the cursor to its panels: a key that is held does not wait for them."""


class MainScreen(Screen[None]):
    """Shows what the app knows, and turns keys into what the app does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.key, key.action, key.label, show=key.show, id=key.id)
        for key in KEYS
        if key.id not in EVERYWHERE
    ]

    def __init__(self) -> None:
        super().__init__()
        self.services: Sequence[Service] = ()
        self.words: tuple[str, ...] = ()
        self._covered = False
        self._marks_said = (0, 0)

    @property
    def netc(self) -> "NetcApp":
        """The app, as what it is."""
        return cast("NetcApp", self.app)

    def compose(self) -> ComposeResult:
        """From the top to the foot."""
        yield Lines(id="header")
        yield ServiceTable(id="table")
        yield FilterField(id="filter", placeholder="filter: name, state, port, address")
        yield About(id="panels")
        yield Lines(id="message")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """The table has the keys; nothing blinks."""
        settings = self.netc.settings
        self.only_exposed, self.stopped = settings.only_exposed, settings.stopped
        self.sort: str = settings.sort
        self.reverse = settings.reverse
        self.table, self.about = self.query_one(ServiceTable), self.query_one(About)
        self.filter = self.query_one("#filter", FilterField)
        self.set_class(self.netc.settings.ascii, "-ascii")
        self.table.focus()
        self._arrange()

    def on_resize(self) -> None:
        """Another size may show other panels."""
        self._arrange()
        self.call_after_refresh(self.show_all)

    def on_screen_suspend(self) -> None:
        """Another screen is in front; behind a dialog this one can still be seen."""
        self._covered = not isinstance(self.app.screen, ModalScreen)
        if self._covered:
            self.netc.watching.watch_rules(None)

    def on_screen_resume(self) -> None:
        """Back from another screen."""
        self._covered = False
        self.call_after_refresh(self.show_all)

    # --- what is shown

    @property
    def current(self) -> Service | None:
        """The service under the cursor."""
        return self.table.current.service if self.table.current is not None else None

    @property
    def targets(self) -> list[Service]:
        """Those that are marked, or the one under the cursor. Never one that is not shown."""
        if self.table.marked:
            return [one.service for one in self.table.rows if one.name in self.table.marked]
        return [self.current] if self.current is not None else []

    def update(self) -> None:
        """What there is has changed; behind a screen that covers all of it nothing is drawn."""
        if self._covered:
            self.services = self._known()
        else:
            self.show_all()

    def _known(self) -> Sequence[Service]:
        return self.netc.site.services(self.netc.now(), stopped=self.stopped)

    def show_all(self) -> None:
        """Show all that there is now; only what differs is drawn."""
        if not self.is_mounted:
            return
        self.show_rows()
        self.show_header()
        self.show_panels()

    def show_rows(self) -> None:
        """The table."""
        site, now, glyphs = self.netc.site, self.netc.now(), self.netc.glyphs
        self.services = self._known()
        seen = site.seen(now)
        made = [rows.row(one, site.jobs.get(one.name), seen, glyphs) for one in self.services]
        self.table.empty = self._empty(bool(made))
        self.table.show_rows(
            rows.arranged(
                made,
                words=self.words,
                only_exposed=self.only_exposed,
                sort=self.sort,
                reverse=self.reverse,
            ),
            site.names,
            sort=self.sort,
            reverse=self.reverse,
        )
        self._arrange()
        self.refresh_bindings()
        if self._marks() != self._marks_said:
            self._say_marks()  # some are not listed any more, or are again

    def show_header(self) -> None:
        """Engine, interfaces, how many are on."""
        site, header = self.netc.site, self.query_one("#header", Lines)
        lines = frame.header(
            site.connection,
            site.inventory.at,
            self.services,
            site.interfaces,
            self.netc.interface,
            self.netc.now(),
            self.size.width,
            self.netc.glyphs,
            read_only=self.netc.settings.read_only,
        )
        if header.styles.height is None or header.styles.height.value != len(lines):
            header.styles.height = len(lines)
        header.show(lines)

    def show_panels(self) -> None:
        """The panels that can be seen, for the service under the cursor."""
        self.about.show(self.current)
        if not self._covered:
            self.netc.watching.watch_rules(self.current if "rules" in self.about.shown else None)

    def tick(self) -> None:
        """What changes with the time alone: a countdown, or the age of an outage."""
        if self.netc.site.connection.error is not None:
            self.show_header()
        self.about.tick()

    def say(self, words: str, style: str = "") -> None:
        """A line above the keys, until the next one; several when it is long."""
        message = self.query_one("#message", Lines)
        most = 4
        if self.app.size.height < ALL_HEIGHT and "lease" in self.about.shown:
            most = 1  # there it is said in full
        found = wrap(words, self.size.width)
        lines: list[Line] = [(text(one, style),) for one in found[:most]]
        if len(found) > most:
            lines[-1] = (text(" ".join(found[most - 1 :]), style),)  # it is cut, with a sign
        message.styles.height = max(1, len(lines))
        message.show(lines)

    def _arrange(self) -> None:
        self.about.lay_out(len(self.table.rows))

    def _empty(self, some: bool) -> list[Line]:
        if some:
            said = "  Nothing matches the filter."
        elif self.netc.site.inventory.at is None:
            said = ""
        elif self.stopped:
            said = "  There are no containers."
        else:
            said = "  No containers run. (The key for all containers is in the help.)"
        return [(), ((said, "dim"),)]

    # --- what keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether it can be done now: the footer shows no more than that."""
        key = _BY_ACTION.get(action)
        if key is None:
            return True
        if key.writes and self.netc.settings.read_only:
            return False
        if key.group in (PROGRAM, MOVE, FIND, PANELS) or action == "mark_all":
            return True
        if not self.is_mounted or not hasattr(self, "table"):
            return None
        current, found = self.current, self.targets
        exposed = [one for one in found if one.network_container is not None]
        gone = [one for one in found if one.state == GONE]
        match action:
            case "switch" | "expose":
                return len(gone) < len(found) or None
            case "remove":
                return bool(gone) or None
            case "renew" | "restart":
                return bool(exposed) or None
            case "log":
                return (current is not None and current.network_container is not None) or None
            case "copy" | "details" | "mark":
                return current is not None or None
        return True

    @on(ServiceTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()
        self.set_timer(SOON, self.show_panels, name="panels")

    @on(ServiceTable.Opened)
    def _opened(self) -> None:
        self.action_details()

    @on(ServiceTable.SortAsked)
    def _sort_asked(self, asked: ServiceTable.SortAsked) -> None:
        self.reverse = not self.reverse if asked.column == self.sort else False
        self.sort = asked.column
        self.show_rows()

    def action_cursor(self, count: int) -> None:
        """The cursor by so many services."""
        self.table.move(count)

    def action_page(self, count: int) -> None:
        """The cursor by as many as are shown."""
        self.table.page(count)

    def action_switch(self) -> None:
        """On or off."""
        self.netc.toggle(self.targets)

    def action_expose(self) -> None:
        """On with choices."""
        self.netc.expose([one for one in self.targets if one.state != GONE])

    def action_renew(self) -> None:
        """Renew leases."""
        for one in self.targets:
            if one.network_container is not None:
                self.netc.work.renew(one.name, self.netc.settings.timeout)

    def action_restart(self) -> None:
        """Restart network containers."""
        for one in self.targets:
            if one.network_container is not None:
                self.netc.work.restart(one.name, self.netc.settings.timeout)

    def action_remove(self) -> None:
        """Remove what services that are gone have left."""
        self.netc.turn_off([one for one in self.targets if one.state == GONE])

    def action_details(self) -> None:
        """All of one service."""
        if self.current is not None:
            self.netc.open_details(self.current)

    def action_log(self) -> None:
        """The log of one network container."""
        if self.current is not None and self.current.network_container is not None:
            self.netc.open_log(self.current.network_container.name)

    def action_copy(self) -> None:
        """Something of it to the clipboard."""
        if self.current is not None:
            self.netc.open_copy(self.current)

    def action_mark(self) -> None:
        """Mark one."""
        self.table.toggle_mark()
        self.refresh_bindings()
        self._say_marks()

    def action_mark_all(self) -> None:
        """Mark all."""
        self.table.mark_all()
        self.refresh_bindings()
        self._say_marks()

    def _marks(self) -> tuple[int, int]:
        """How many are marked, and how many of those are not listed."""
        marked = self.table.marked
        return len(marked), len(marked - {one.name for one in self.table.rows})

    def _say_marks(self) -> None:
        self._marks_said = marked, hidden = self._marks()
        not_shown = f", {hidden} of them not listed and left alone" if hidden else ""
        self.say(f"{marked} marked{not_shown}" if marked else "", "dim")

    def action_filter(self) -> None:
        """Type a filter."""
        # At once: keys that follow, typed ahead, are the filter's and must not act on services.
        self.filter.display = True
        self.set_focus(self.filter)

    @on(Input.Changed, "#filter")
    def _filtered(self, event: Input.Changed) -> None:
        self.words = tuple(event.value.lower().split())
        self.filter.display = bool(self.words) or self.filter.has_focus  # a filter is never hidden
        self.show_rows()

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self.set_focus(self.table)
        self.filter.display = bool(self.words)

    def action_clear(self) -> None:
        """The filter, then the marks."""
        if self.words or self.filter.has_focus:
            self.filter.value = ""
            self.filter.display = False
            self.set_focus(self.table)
        else:
            self.table.clear_marks()
            self.refresh_bindings()
            self._say_marks()

    def action_sort(self) -> None:
        """By the next column that is shown."""
        shown = self.table.columns or rows.SORTS
        at = shown.index(self.sort) if self.sort in shown else -1
        self.sort = shown[(at + 1) % len(shown)]
        self.show_rows()

    def action_reverse(self) -> None:
        """The other way round."""
        self.reverse = not self.reverse
        self.show_rows()

    def action_only_exposed(self) -> None:
        """Only what is on, or all."""
        self.only_exposed = not self.only_exposed
        self.show_rows()
        self.say("only services with a network container" if self.only_exposed else "all", "dim")

    def action_stopped(self) -> None:
        """Containers that do not run as well, or not."""
        self.stopped = not self.stopped
        self.show_all()
        self.say("containers that do not run, too" if self.stopped else "only what runs", "dim")

    def action_next_panel(self) -> None:
        """The next panel."""
        self.action_panel(NAMES[(NAMES.index(self.about.front) + 1) % len(NAMES)])

    def action_panel(self, name: str) -> None:
        """The panel of that name."""
        self.about.front = name
        self._arrange()
        self.call_after_refresh(self.show_panels)

    def action_scroll_panel(self, count: int) -> None:
        """Scroll the panel that is in front."""
        self.about.scroll_front(count)

    def action_interfaces(self) -> None:
        """Choose the interface in force."""
        self.netc.open_interfaces()

    def action_next_theme(self) -> None:
        """The next theme."""
        self.netc.next_theme()

    def action_help(self) -> None:
        """All keys."""
        self.netc.open_help()

    async def action_quit(self) -> None:
        """Leave."""
        self.netc.leave_or_warn()


_BY_ACTION = {key.action.partition("(")[0]: key for key in KEYS}
