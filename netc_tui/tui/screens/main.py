"""The main screen: services in a table, and lease, rules and events of the one under the cursor."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key as KeyPress
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from netc_tui.core.model import Service
from netc_tui.desk.desk import Desk
from netc_tui.desk.hearer import Holds
from netc_tui.operations.inventory import GONE
from netc_tui.settings.keys import EVERYWHERE, FIND, KEYS, MOVE, PANELS, PROGRAM
from netc_tui.tui import frame, rows
from netc_tui.tui.columns import DNS_FROM, SORTS, TROUBLE
from netc_tui.tui.draw import Line, text, wrap
from netc_tui.tui.look import Look
from netc_tui.tui.panels.panel import Feed
from netc_tui.tui.panels.stack import ALL_HEIGHT, Stack
from netc_tui.tui.screens.deeds import Deeds
from netc_tui.tui.widgets.field import FilterField
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines
from netc_tui.tui.widgets.table import ServiceTable
from netc_tui.tui.widgets.titled import Titled

SOON = 0.05
"""Seconds from a move of the cursor to its panels: a key that is held does not wait for them."""


class MainScreen(Screen[None]):
    """Shows what the desk knows, and turns keys into deeds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.key, key.action, key.label, show=key.show, id=key.id)
        for key in KEYS
        if key.id not in EVERYWHERE
    ]

    def __init__(self, desk: Desk, look: Look, deeds: Deeds) -> None:
        super().__init__()
        self._desk, self._look, self._deeds = desk, look, deeds
        settings = look.settings
        self.only_on, self.stopped = settings.only_on, settings.stopped
        self.sort: str = settings.sort
        self.reverse = settings.reverse
        self.services: Sequence[Service] = ()
        self.words: tuple[str, ...] = ()
        self._ready = False
        """Is all of it there?"""
        self._covered = False
        self._marks_said = (0, 0)
        self._holds: Holds | None = None
        """Is what the message says still so? None: only another one ends it."""

    def compose(self) -> ComposeResult:
        """From the top to the foot."""
        glyphs = self._look.glyphs
        yield Lines(glyphs, id="header")
        yield ServiceTable(glyphs, id="table")
        yield FilterField(id="filter", placeholder="filter: name, state, port, address")
        yield Stack(self._desk, self._look, id="panels")
        yield Lines(glyphs, id="message")
        yield KeyLine(glyphs, id="keys")

    def on_mount(self) -> None:
        """The table has the keys; nothing blinks."""
        self.table, self.panels = self.query_one(ServiceTable), self.query_one(Stack)
        self.filter = self.query_one("#filter", FilterField)
        self._ready = True
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
            self._desk.watching.watch_rules(None)
            self._desk.watching.watch_path(None)
            self._desk.watching.watch_clients(None)
            self._desk.watching.watch_names(())

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
            return [row.service for row in self.table.rows if row.name in self.table.marked]
        return [self.current] if self.current is not None else []

    def update(self) -> None:
        """What there is has changed; behind a screen that covers all of it nothing is drawn."""
        if self._covered:
            self.services = self._known()
        else:
            self.show_all()

    def _known(self) -> Sequence[Service]:
        return self._desk.services(stopped=self.stopped)

    def show_all(self) -> None:
        """Show all that there is now; only what differs is drawn."""
        if not self.is_mounted:
            return
        self.show_rows()
        self.show_header()
        self.show_panels()

    def show_rows(self) -> None:
        """The table."""
        site, jobs = self._desk.site, self._desk.jobs
        self.services = self._known()
        if not self.table.marked.isdisjoint(jobs.under_way):
            self.table.clear_marks()  # what is marked is marked for one batch, which has begun
        seen, passing = site.seen(self._desk.now()), site.passing
        made = [
            rows.row(
                *(service, jobs.of(service.name), seen, self._look.glyphs),
                passing.get(service.name),
                site.in_dns(own) if (own := service.network_container) is not None else None,
            )
            for service in self.services
        ]
        self.table.empty = self._empty(bool(made))
        self.table.show_rows(
            rows.arranged(
                made,
                words=self.words,
                only_on=self.only_on,
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
        site, header = self._desk.site, self.query_one("#header", Lines)
        lines = frame.header(
            site.connection,
            site.inventory.at,
            self.services,
            site.interfaces,
            self._desk.interface,
            self._desk.now(),
            self.size.width,
            self._look.glyphs,
            read_only=self._look.settings.read_only,
            written=site.written(self._desk.now()),
        )
        if header.styles.height is None or header.styles.height.value != len(lines):
            header.styles.height = len(lines)
        header.show(lines)

    def show_panels(self) -> None:
        """The panels that can be seen, for the service under the cursor."""
        self.panels.show(self.current)
        if not self._covered:
            watching, current = self._desk.watching, self.current
            watching.watch_rules(current if self.panels.needs(Feed.RULES) else None)
            watching.watch_path(current if self.panels.needs(Feed.PATH) else None)
            watching.watch_clients(current if self.panels.needs(Feed.CLIENTS) else None)
            told = [current] if current is not None and self.panels.needs(Feed.NAMES) else []
            watching.watch_names(self.services if self._names_fit() else told, current)

    def _names_fit(self) -> bool:
        """Is there room for the column of names?"""
        return self.size.width >= DNS_FROM

    def tick(self) -> None:
        """What changes with the time alone: a countdown, or the age of an outage."""
        if self._desk.site.connection.error is not None:
            self.show_header()
        self.panels.tick()
        self.end_message()

    def end_message(self) -> None:
        """Say it no more when it is overtaken."""
        if self._holds is not None and not self._holds():
            self.say("")

    def say(self, words: str, style: str = "", holds: Holds | None = None) -> None:
        """A line above the keys, until the next one or until it ``holds`` no more; several lines
        when it is long."""
        self._holds = holds
        message = self.query_one("#message", Lines)
        most = 4
        if self.app.size.height < ALL_HEIGHT and self.panels.front.name in ("path", "lease"):
            most = 1  # there it is said in full
        found = wrap(words, self.size.width)
        lines: list[Line] = [(text(part, style),) for part in found[:most]]
        if len(found) > most:
            lines[-1] = (text(" ".join(found[most - 1 :]), style),)  # it is cut, with a sign
        message.styles.height = max(1, len(lines))
        message.show(lines)

    def _arrange(self) -> None:
        self.panels.lay_out(len(self.table.rows))

    def _empty(self, some: bool) -> list[Line]:
        if some:
            said = "  Nothing matches the filter."
        elif self._desk.site.inventory.at is None:
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
        if key.writes and self._look.settings.read_only:
            return False
        if key.group in (PROGRAM, MOVE, FIND, PANELS) or action == "mark_all":
            return True
        if not self._ready:
            return None
        current, found = self.current, self.targets
        on = [service for service in found if service.network_container is not None]
        gone = [service for service in found if service.state == GONE]
        match action:
            case "on_off" | "expose":
                return len(gone) < len(found) or None
            case "remove":
                return bool(gone) or None
            case "auto":
                kept = [service.keeping for service in found]
                return any(each is not None and each.withheld for each in kept) or None
            case "renew" | "restart" | "doctor":
                return bool(on) or None
            case "log":
                return (current is not None and current.network_container is not None) or None
            case "copy" | "details" | "mark":
                return current is not None or None
        return True

    def on_key(self, event: KeyPress) -> None:
        """A key that came this far does nothing; one that is refused is told to be."""
        refused = self._look.shortcuts.refused.get(event.key)
        if refused is not None:
            self.say(f"read-only: {refused} is not to be had", "warn")

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
        self.table.move(count)

    def action_page(self, count: int) -> None:
        self.table.page(count)

    def action_on_off(self) -> None:
        self._deeds.on_off(self.targets)

    def action_expose(self) -> None:
        """On with choices."""
        self._deeds.expose(self.targets)

    def action_renew(self) -> None:
        self._deeds.renew(self.targets)

    def action_restart(self) -> None:
        self._deeds.restart(self.targets)

    def action_remove(self) -> None:
        """Remove what services that are gone have left."""
        self._deeds.remove(self.targets)

    def action_auto(self) -> None:
        """Give them back to their labels."""
        self._deeds.auto(self.targets)

    def action_doctor(self) -> None:
        """The whole path to each of them."""
        self._deeds.doctor(self.targets)

    def action_details(self) -> None:
        """All of one service."""
        if self.current is not None:
            self._deeds.details(self.current)

    def action_log(self) -> None:
        """The log of one network container."""
        if self.current is not None:
            self._deeds.log(self.current)

    def action_copy(self) -> None:
        """Something of it to the clipboard."""
        if self.current is not None:
            self._deeds.copy(self.current)

    def action_mark(self) -> None:
        self.table.flip_mark()
        self.refresh_bindings()
        self._say_marks()

    def action_mark_all(self) -> None:
        self.table.mark_all()
        self.refresh_bindings()
        self._say_marks()

    def _marks(self) -> tuple[int, int]:
        """How many are marked, and how many of those are not listed."""
        marked = self.table.marked
        return len(marked), len(marked - {row.name for row in self.table.rows})

    def _say_marks(self) -> None:
        self._marks_said = marked, hidden = self._marks()
        not_shown = f", {hidden} of them not listed and left alone" if hidden else ""
        self.say(f"{marked} marked{not_shown}" if marked else "", "dim")

    def action_filter(self) -> None:
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
        """By the next column that is shown, or what is in trouble first."""
        shown = (*(self.table.columns or SORTS[:-1]), TROUBLE)
        at = shown.index(self.sort) if self.sort in shown else -1
        self.sort = shown[(at + 1) % len(shown)]
        self.say("what is in trouble first" if self.sort == TROUBLE else "", "dim")
        self.show_rows()

    def action_reverse(self) -> None:
        self.reverse = not self.reverse
        self.show_rows()

    def action_only_on(self) -> None:
        """Only what is on, or all."""
        self.only_on = not self.only_on
        self.show_rows()
        self.say("only services with a network container" if self.only_on else "all", "dim")

    def action_all(self) -> None:
        """Containers that do not run as well, or not."""
        self.stopped = not self.stopped
        self.show_all()
        self.say("containers that do not run, too" if self.stopped else "only what runs", "dim")

    def action_next_panel(self) -> None:
        self.panels.bring_next()
        self._front_changed()

    def action_panel(self, name: str) -> None:
        """The panel of that name."""
        self.panels.bring(name)
        self._front_changed()

    @on(Titled.TitleAsked)
    def _title_asked(self, asked: Titled.TitleAsked) -> None:
        self.action_panel(self.panels.asked(asked.titled, asked.at))

    def _front_changed(self) -> None:
        self._arrange()
        self.call_after_refresh(self.show_panels)

    def action_scroll_panel(self, count: int) -> None:
        """Scroll the panel that is in front."""
        self.panels.scroll_front(count)

    def action_interfaces(self) -> None:
        self._deeds.interfaces()

    def action_theme(self) -> None:
        self._deeds.theme()

    def action_help(self) -> None:
        self._deeds.help()

    async def action_quit(self) -> None:
        self._deeds.quit()


_BY_ACTION = {key.action.partition("(")[0]: key for key in KEYS}
