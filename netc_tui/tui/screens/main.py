"""The main screen: what keys do there."""

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.events import Key as KeyPress
from textual.widgets import Input

from netc_tui.desk.fleet import Fleet
from netc_tui.operations.inventory import GONE
from netc_tui.settings.keys import EVERYWHERE, FIND, KEYS, MOVE, PANELS, PROGRAM
from netc_tui.tui.columns import SORTS, TROUBLE
from netc_tui.tui.look import Look
from netc_tui.tui.screens.deeds import Deeds
from netc_tui.tui.screens.overview import Overview
from netc_tui.tui.widgets.table import ServiceTable
from netc_tui.tui.widgets.titled import Titled


class MainScreen(Overview):
    """Turns keys into deeds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.key, key.action, key.label, show=key.show, id=key.id)
        for key in KEYS
        if key.id not in EVERYWHERE
    ]

    def __init__(self, fleet: Fleet, look: Look, deeds: Deeds) -> None:
        super().__init__(fleet, look)
        self._deeds = deeds

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
        current = self.current.service if self.current is not None else None
        found = [placed.service for placed in self.targets]
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
            case "log" | "move":
                own = current is not None and current.network_container is not None
                # A Swarm moves what is its own.
                moves = action != "move" or (current is not None and current.replicas is None)
                return (own and moves) or None
            case "copy" | "details" | "mark":
                return current is not None or None
        return True

    def on_key(self, event: KeyPress) -> None:
        """A key that came this far does nothing; one that is refused is told to be."""
        refused = self._look.shortcuts.refused.get(event.key)
        if refused is not None:
            self.say(f"read-only: {refused} is not to be had", "warn")

    @on(ServiceTable.Opened)
    def _opened(self) -> None:
        self.action_details()

    @on(ServiceTable.SortAsked)
    def _sort_asked(self, asked: ServiceTable.SortAsked) -> None:
        listing = self.listing
        listing.reverse = not listing.reverse if asked.column == listing.sort else False
        listing.sort = asked.column
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

    def action_move(self) -> None:
        """Its address to another service."""
        if self.current is not None:
            self._deeds.move(self.current)

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

    def action_filter(self) -> None:
        # At once: keys that follow, typed ahead, are the filter's and must not act on services.
        self.filter.display = True
        self.set_focus(self.filter)

    @on(Input.Changed, "#filter")
    def _filtered(self, event: Input.Changed) -> None:
        self.listing.words = words = tuple(event.value.lower().split())
        self.filter.display = bool(words) or self.filter.has_focus  # a filter is never hidden
        self.show_rows()

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self.set_focus(self.table)
        self.filter.display = bool(self.listing.words)

    def action_clear(self) -> None:
        """The filter, then the marks."""
        if self.listing.words or self.filter.has_focus:
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
        at = shown.index(self.listing.sort) if self.listing.sort in shown else -1
        self.listing.sort = shown[(at + 1) % len(shown)]
        self.say("what is in trouble first" if self.listing.sort == TROUBLE else "", "dim")
        self.show_rows()

    def action_reverse(self) -> None:
        self.listing.reverse = not self.listing.reverse
        self.show_rows()

    def action_only_on(self) -> None:
        """Only what is on, or all."""
        self.listing.only_on = not self.listing.only_on
        self.show_rows()
        only = "only services with a network container"
        self.say(only if self.listing.only_on else "all", "dim")

    def action_all(self) -> None:
        """Containers that do not run as well, or not."""
        self.listing.stopped = not self.listing.stopped
        self.listing.forget()
        self.show_all()
        too = self.listing.stopped
        self.say("containers that do not run, too" if too else "only what runs", "dim")

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
        self._deeds.interfaces(self.desk)

    def action_hosts(self) -> None:
        self._deeds.hosts(self.reached)

    def action_theme(self) -> None:
        self._deeds.theme()

    def action_help(self) -> None:
        self._deeds.help()

    async def action_quit(self) -> None:
        self._deeds.quit()


_BY_ACTION = {key.action.partition("(")[0]: key for key in KEYS}
