"""Services in a table, and lease, rules and events of the one under the cursor."""

from collections.abc import Collection

from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen

from netc_tui.desk.desk import Desk
from netc_tui.desk.fleet import Fleet, Placed, by_desk
from netc_tui.desk.hearer import Holds
from netc_tui.tui import frame
from netc_tui.tui.columns import DNS_FROM
from netc_tui.tui.draw import Line
from netc_tui.tui.hosts import Reached
from netc_tui.tui.listing import Listing
from netc_tui.tui.look import Look
from netc_tui.tui.panels.panel import Feed
from netc_tui.tui.panels.stack import ALL_HEIGHT, Stack
from netc_tui.tui.widgets.field import FilterField
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines
from netc_tui.tui.widgets.message import MOST, WHOLE, MessageLine
from netc_tui.tui.widgets.table import ServiceTable

SOON = 0.05
"""Seconds from a move of the cursor to its panels: a key that is held does not wait for them."""


class Overview(Screen[None]):
    """Shows what the desks know. What keys do there is not its business."""

    def __init__(self, fleet: Fleet, look: Look) -> None:
        super().__init__()
        self._fleet, self._look = fleet, look
        self.listing = Listing(fleet, look)
        self._ready = False
        """Is all of it there?"""
        self._covered = False
        self._marks_said = (0, 0)

    def compose(self) -> ComposeResult:
        """From the top to the foot."""
        glyphs = self._look.glyphs
        yield Lines(glyphs, id="header")
        yield ServiceTable(glyphs, id="table")
        yield FilterField(id="filter", placeholder=f"filter: {self._filtered_by}")
        yield Stack(self._fleet, self._look, id="panels")
        yield MessageLine(glyphs, id="message")
        yield KeyLine(glyphs, id="keys")

    def on_mount(self) -> None:
        """The table has the keys; nothing blinks."""
        self.table, self.panels = self.query_one(ServiceTable), self.query_one(Stack)
        self.filter = self.query_one("#filter", FilterField)
        self.message = self.query_one(MessageLine)
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
        for desk in self._fleet.desks if self._covered else ():
            desk.looks.end()
            desk.looks.names(())

    def on_screen_resume(self) -> None:
        """Back from another screen."""
        if self._covered:
            self.listing.forget()  # the doctor's report tells rows what it saw
        self._covered = False
        self.call_after_refresh(self.show_all)

    # --- what is shown

    @property
    def _filtered_by(self) -> str:
        return f"name, {'host, ' if self._fleet.several else ''}state, port, address"

    @property
    def current(self) -> Placed | None:
        """The service under the cursor."""
        row = self.table.current
        return Placed(self._fleet.of(row.host), row.service) if row is not None else None

    @property
    def desk(self) -> Desk:
        """That of the host of the service under the cursor; without one, of the first host."""
        row = self.table.current
        return self._fleet.of(row.host) if row is not None else self._fleet.desks[0]

    @property
    def targets(self) -> list[Placed]:
        """Those that are marked, or the one under the cursor. Never one that is not shown."""
        if self.table.marked:
            return [
                Placed(self._fleet.of(row.host), row.service)
                for row in self.table.rows
                if row.which in self.table.marked
            ]
        return [self.current] if self.current is not None else []

    def update(self, hosts: Collection[str] | None = None) -> None:
        """What there is on these hosts has changed, or on any; behind a screen that covers all of
        it nothing is drawn."""
        if self._covered or not self.is_mounted:
            return
        if hosts is None or self.desk.host in hosts:
            self.show_all()
            return
        # The panels are of another host; where the cursor comes to be on one of these, they follow.
        self.show_rows()
        self.show_header()
        self._look_for_names(hosts)

    def show_all(self) -> None:
        """Show all that there is now; only what differs is drawn."""
        if not self.is_mounted:
            return
        self.show_rows()
        self.show_header()
        self.show_panels()

    def show_rows(self) -> None:
        """The table."""
        listing = self.listing
        if not self.table.marked.isdisjoint(self._fleet.under_way):
            self.table.clear_marks()  # what is marked is marked for one batch, which has begun
        found = listing.rows()
        self.table.empty = self._empty(listing.some)
        self.table.show_rows(found, listing.names, sort=listing.sort, reverse=listing.reverse)
        self._arrange()
        self.refresh_bindings()
        if self._marks() != self._marks_said:
            self._say_marks()  # some are not listed any more, or are again

    def show_header(self) -> None:
        """Engine, interfaces, how many are on; of several hosts, which of them answer."""
        desk, header, several = self.desk, self.query_one("#header", Lines), self._fleet.several
        site, now = desk.site, desk.now()
        lines = frame.header(
            site.connection,
            site.inventory.at,
            [each.service for each in self.listing.placed],
            site.interfaces,
            desk.interface,
            now,
            self.size.width,
            self._look.glyphs,
            read_only=self._look.settings.read_only,
            written=site.written(now),
            hosts=self.reached() if several else (),
            host=desk.host,
            untold=site.inventory.untold,
            key=self._look.hints.get("hosts", ""),
        )
        if header.styles.height is None or header.styles.height.value != len(lines):
            header.styles.height = len(lines)
        header.show(lines)

    def reached(self) -> list[Reached]:
        """All hosts, and what is known of each."""
        return [
            Reached(
                each.host,
                each.site.connection,
                self.listing.services(each),
                each.site.written(each.now()),
            )
            for each in self._fleet.desks
        ]

    def show_panels(self) -> None:
        """The panels that can be seen, for the service under the cursor."""
        current, desk = self.current, self.desk
        self.panels.show(current)
        if self._covered:
            return
        if self.is_current:  # a dialog may be about another host
            self._fleet.attend(desk)
        looks, service = desk.looks, current.service if current is not None else None
        looks.rules(service if self.panels.needs(Feed.RULES) else None)
        looks.path(service if self.panels.needs(Feed.PATH) else None)
        looks.clients(service if self.panels.needs(Feed.CLIENTS) else None)
        self._look_for_names()

    def _look_for_names(self, hosts: Collection[str] | None = None) -> None:
        """Have those be looked up that can be seen, of these hosts or of any."""
        current = self.current
        told = [current] if current is not None and self.panels.needs(Feed.NAMES) else []
        named = by_desk(self.listing.placed if self._names_fit() else told)
        for each in self._fleet.desks:
            if hosts is None or each.host in hosts:
                looked_for = [placed.service for placed in named.get(each, ())]
                own = current is not None and each is current.desk
                each.looks.names(looked_for, current.service if current and own else None)

    def _names_fit(self) -> bool:
        """Is there room for the column of names?"""
        return self.size.width >= DNS_FROM

    def tick(self) -> None:
        """What changes with the time alone: a countdown, or the age of an outage."""
        if self.desk.site.away():
            self.show_header()
        self.panels.tick()
        self.end_message()

    def end_message(self) -> None:
        """Say it no more when it is overtaken."""
        if self.message.overtaken:
            self.say("")

    def say(
        self, words: str, style: str = "", holds: Holds | None = None, *, whole: bool = False
    ) -> None:
        """A line above the keys, until the next one or until it ``holds`` no more; several lines
        when it is long. ``whole``: it is said nowhere else."""
        # Where there is one panel, these say it in full.
        low = self.app.size.height < ALL_HEIGHT and self.panels.front.name in ("path", "lease")
        self.message.say(words, style, holds, WHOLE if whole else 1 if low else MOST)

    def _arrange(self) -> None:
        self.panels.lay_out(len(self.table.rows))

    def _empty(self, some: bool) -> list[Line]:
        if some:
            said = "  Nothing matches the filter."
        elif all(desk.site.inventory.at is None for desk in self._fleet.desks):
            said = ""
        elif self.listing.stopped:
            said = "  There are no containers."
        else:
            said = "  No containers run. (The key for all containers is in the help.)"
        return [(), ((said, "dim"),)]

    @on(ServiceTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()
        self.set_timer(SOON, self._show_current, name="panels")

    def _show_current(self) -> None:
        """What is of the service under the cursor, or of its host."""
        if self._fleet.several:
            self.show_header()
        self.show_panels()

    def _marks(self) -> tuple[int, int]:
        """How many are marked, and how many of those are not listed."""
        marked = self.table.marked
        return len(marked), len(marked - {row.which for row in self.table.rows})

    def _say_marks(self) -> None:
        self._marks_said = marked, hidden = self._marks()
        not_shown = f", {hidden} of them not listed and left alone" if hidden else ""
        self.say(f"{marked} marked{not_shown}" if marked else "", "dim")
