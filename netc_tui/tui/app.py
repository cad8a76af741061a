"""The app: when what is drawn, what the operator does, and the ways between screens."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from netc_tui.core.model import Service
from netc_tui.engine import connect
from netc_tui.host.ahead import Ahead
from netc_tui.host.session import inherited
from netc_tui.operations.inventory import GONE
from netc_tui.operations.live import connection, interfaces
from netc_tui.tui import saving, terminal, themes
from netc_tui.tui.glyphs import ASCII, UNICODE
from netc_tui.tui.jobs import Kind
from netc_tui.tui.keys import EVERYWHERE, KEYS
from netc_tui.tui.messages import LinksChanged
from netc_tui.tui.palette import NetcCommands
from netc_tui.tui.screens.confirm import Confirm
from netc_tui.tui.screens.main import MainScreen
from netc_tui.tui.settings import Settings
from netc_tui.tui.shortcuts import Shortcuts, shown
from netc_tui.tui.site import Site, next_timer
from netc_tui.tui.watching import Watching, WatchLinks
from netc_tui.tui.work import Running, Work

if TYPE_CHECKING:
    from netc_tui.operations.up import Request

GATHER = 0.03
"""Seconds in which what watchers deliver is gathered for one drawing."""


class NetcApp(App[int]):
    """netc's screens over one engine."""

    CSS_PATH = "netc.tcss"
    TITLE = "netc"
    COMMANDS: ClassVar = {NetcCommands}
    COMMAND_PALETTE_BINDING = next(key.key for key in KEYS if key.id == "palette")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
        *(
            Binding(key.key, key.action, key.label, show=key.show, id=key.id, priority=True)
            for key in KEYS
            if key.id in EVERYWHERE
        ),
    ]

    def __init__(
        self,
        settings: Settings,
        connect: connection.Connect = connect,
        watch_links: WatchLinks = interfaces.watch,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ahead: Ahead | None = None,
    ) -> None:
        # sudo leaves the name of a multiplexer's terminal, and drops what leads to it.
        inside = os.environ.get("TERM", "").startswith(("tmux", "screen"))
        dropped = ("TMUX", "STY") if inside else ()
        self._environment = inherited(os.environ, os.getpid(), dropped)
        # Else Textual would make greys of colours, and black on black of the terminal's own.
        without_colour = True if "NO_COLOR" in os.environ else None
        super().__init__(driver_class=terminal.QuietDriver, ansi_color=without_colour)
        self.settings, self.now = settings, now
        self.glyphs = ASCII if settings.ascii else UNICODE
        self.shortcuts = Shortcuts(settings)
        self.interface = settings.interface
        """The interface in force; empty while none was chosen."""
        self.site = Site()
        self.watching = Watching(self.site, self, connect, watch_links, ahead)
        self.work = Work(self.site, self.watching.connected, self._spawn, self.changed, self._said)
        self.main = MainScreen()
        self._dress()
        self._drawing = False
        self._due: datetime | None = None
        self._ticked = now()
        self._warned = False

    # --- beginning and end

    def on_mount(self) -> None:
        """Be seen first, then load what talks to Docker."""
        self.watching.look_ahead()
        self.set_keymap(dict(self.settings.keys))
        self.call_after_refresh(self._begin)

    def get_default_screen(self) -> Screen[None]:
        """The main one, and no other is ever drawn below it."""
        return self.main

    def _dress(self) -> None:
        """Have the theme from the first style sheet on: another afterwards means all of it anew."""
        for theme in themes.themes():
            self.register_theme(theme)
        name = themes.NAMES["terminal" if "NO_COLOR" in os.environ else self.settings.theme]
        self.set_reactive(App.theme, name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables of the style sheet that Textual's own themes do not have."""
        return themes.DEFAULTS

    def get_key_display(self, binding: Binding) -> str:
        """How a key is written at the foot."""
        return shown(binding.key, ascii=self.settings.ascii)

    def _begin(self) -> None:
        self.set_interval(1, self._tick, name="clock")
        self.watching.start()

    def leave(self, code: int = 0) -> None:
        """End; what is under way in the engine goes on there."""
        self.exit(code, return_code=code)

    def leave_or_warn(self) -> None:
        """End, but say first when something is under way."""
        if (busy := self.work.under_way) and not self._warned:
            self._warned = True
            self.say(
                f"under way: {', '.join(busy)}; quit again to leave now: what is half done can be"
                " done again",
                "warn",
            )
            return
        self.leave()

    def action_command_palette(self) -> None:
        """Textual's, without what is not ASCII where that cannot be shown."""
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            palette = CommandPalette(placeholder="search", id="--command-palette")
            palette.set_class(self.settings.ascii, "-ascii")
            self.push_screen(palette)

    async def action_quit(self) -> None:
        """Leave."""
        self.leave_or_warn()

    async def on_event(self, event: events.Event) -> None:
        """See that what is typed ahead of a field that a key opens is typed into it.

        Such keys were sent to what had the focus before, come up to here, and would be lost: a
        field that has the focus lets none of its own through.
        """
        if isinstance(event, events.Key) and event.is_forwarded and event.is_printable:
            focused = self.focused
            if isinstance(focused, Input):
                again = events.Key(event.key, event.character)
                again._set_forwarded()
                focused.post_message(again)
                return
        await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        """A defect outside of jobs and watchers: end in order, and say it without variables."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        self.defect = self.defect or error
        self.leave(1)

    defect: Exception | None = None

    # --- what watchers ask of the screens

    def run_watcher(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """As a worker that is alone in its group, and cannot take the app down."""
        self.run_worker(work, name=name, group=name, exclusive=True, exit_on_error=False)

    def cancel_watcher(self, name: str) -> None:
        """End it."""
        self.workers.cancel_group(self, name)

    def links_changed(self) -> None:
        """The screen in front may show interfaces."""
        self.screen.post_message(LinksChanged())

    def rules_read(self) -> None:
        """Show them."""
        if self.main.is_mounted:
            self.main.show_panels()

    # --- drawing

    def changed(self) -> None:
        """Something of the site is new; several changes are drawn together."""
        if not self._drawing and self.is_running:
            self._drawing = True
            self.set_timer(GATHER, self._draw, name="draw")

    def _draw(self) -> None:
        self._drawing = False
        if self.main.is_mounted:
            self.main.update()
            for one in self.site.overtaken(self.main.services):
                companion = one.network_container
                if companion is not None:
                    self._said(f"{one.name}: {companion.phase} {companion.ip} after all", False)
                self.changed()
            self._due = next_timer(self.main.services, self.now())

    def _tick(self) -> None:
        """Once a second: countdowns, and rows whose phase is another one by now."""
        now = self.now()
        if (self._due is not None and now >= self._due) or now < self._ticked:
            self._draw()
        elif self.screen is self.main:
            self.main.tick()
        self._ticked = now

    def say(self, words: str, style: str = "") -> None:
        """A line for the operator."""
        if self.main.is_mounted:
            self.main.say(words, style)

    def _said(self, words: str, trouble: bool) -> None:
        self._warned = False
        self.say(words, "bad" if trouble else "ok")

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> Running:
        return self.run_worker(work, name=name, group=f"job {name}", exit_on_error=False)

    # --- what the operator does

    def toggle(self, services: Sequence[Service]) -> None:
        """Off if all of these are on, else on those that are off."""
        there = [one for one in services if one.state != GONE]
        off = [one for one in there if one.network_container is None]
        if not off:
            self.turn_off(there)
            return
        ready = off
        if len(off) > 1:  # of one, the dialog asks for ports, or says what keeps it from being on
            ready = [one for one in off if one.ports and one.state in ("running", "paused")]
        if left := [one.name for one in off if one not in ready]:
            self.say(f"left out, not running or without ports: {', '.join(left)}", "warn")
        if not self.interface or any(not one.ports for one in ready):
            self.expose(ready)
        else:
            for one in ready:
                self.work.on(self.request(one.name))

    def request(self, service: str) -> "Request":
        """Turning on with the interface in force and nothing else chosen."""
        from netc_tui.operations.up import Request, asked_base

        settings = self.settings
        return Request(
            service,
            self.interface,
            private_network=settings.private_network,
            base=asked_base(settings.base),
            timeout=settings.timeout,
        )

    def turn_off(self, services: Sequence[Service]) -> None:
        """Off, after a question unless the settings say otherwise."""
        on = [
            one
            for one in services
            if one.network_container is not None and self.work.may_turn_off(one.name)
        ]

        def answered(yes: bool | None) -> None:
            if yes:
                for one in on:
                    kind = Kind.REMOVE if one.state == GONE else Kind.OFF
                    self.work.off(one.name, kind)

        if not on:
            return
        if self.settings.confirm_off:
            self.push_screen(Confirm(on), answered)
        else:
            answered(True)

    def expose(self, services: Sequence[Service]) -> None:
        """The dialog for turning on, or changing what is on."""
        from netc_tui.tui.screens.expose import Expose

        if not services or self._away("try again when it is back"):
            return

        def answered(requests: "tuple[Request, ...] | None") -> None:
            for one in requests or ():
                self.interface = one.interface
                on = self.site.companion(one.service) is not None
                self.work.on(one, Kind.MOVE if on else Kind.ON)
            self.changed()

        self.push_screen(Expose(services), answered)

    def _away(self, so: str) -> bool:
        """Whether the engine is; then it is said. One that is being connected is not away."""
        if away := self.site.connection.error is not None:
            self.say(f"the engine is away; {so}", "warn")
        return away

    def open_interfaces(self) -> None:
        """The host's interfaces, to choose the one in force."""
        from netc_tui.tui.screens.interfaces import Interfaces

        def answered(name: str | None) -> None:
            if name is not None:
                self.interface = name
                self.say(f"{name} is the interface in force", "ok")
            self.changed()

        self.push_screen(Interfaces(), answered)

    def open_copy(self, service: Service) -> None:
        """What of a service can be copied."""
        from netc_tui.tui.screens.copy import Copy

        def answered(text: str | None) -> None:
            if text is not None:
                self.run_worker(self._copy(text), name="copy", group="copy", exit_on_error=False)

        self.push_screen(Copy(service), answered)

    async def _copy(self, text: str) -> None:
        from netc_tui.tui import clipboard

        write = self._driver.write if self._driver is not None else lambda _: None
        way = await clipboard.copy(text, self._environment, write)
        self.say(f"copied ({way}): {text}", "ok")

    def open_details(self, service: Service) -> None:
        """All there is to know of a service."""
        from netc_tui.tui.screens.details import Details

        self.push_screen(Details(service.name))

    def open_log(self, container: str) -> None:
        """The log of a network container."""
        from netc_tui.tui.screens.log import Log

        if not self._away("its logs are not to be had"):
            self.push_screen(Log(container))

    def open_help(self) -> None:
        """All keys."""
        from netc_tui.tui.screens.help import Help

        self.push_screen(Help())

    def next_theme(self) -> None:
        """Dark, light, the terminal's own."""
        names = list(themes.NAMES.values())
        at = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(at + 1) % len(names)]
        words = {textual: ours for ours, textual in themes.NAMES.items()}
        self.say(f"theme: {words[self.theme]}", "dim")

    def action_redraw(self) -> None:
        """All of the screen anew, whatever has come between."""
        if isinstance(self._driver, terminal.QuietDriver):
            self._driver.forget()
        self.screen.refresh(layout=True)

    def action_save(self) -> None:
        """The screen as SVG."""
        name = f"netc-{self.now().astimezone():%Y%m%d-%H%M%S}"
        picture = saving.picture(self.export_screenshot())
        self.run_worker(self._save(name, picture), name="save", group="save", exit_on_error=False)

    async def _save(self, name: str, picture: str) -> None:
        folder = Path(self.settings.screenshots or ".")
        try:
            made = await asyncio.to_thread(saving.save, folder, name, ".svg", picture)
        except OSError as error:
            self.say(f"cannot save the screen in {folder}: {error.strerror or error}", "bad")
        else:
            self.say(f"saved {made}", "ok")
