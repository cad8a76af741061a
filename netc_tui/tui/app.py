"""The app: its life, when what is drawn, and how its parts are wired."""

import asyncio
import os
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from netc_tui.core.tour import Breakage
from netc_tui.desk.desk import Desk
from netc_tui.desk.fleet import Fleet, Way
from netc_tui.desk.hearer import Holds, OfHost, Tone
from netc_tui.desk.spawn import Running
from netc_tui.engine import EngineApi, connect
from netc_tui.host import commands
from netc_tui.host.ahead import Ahead
from netc_tui.host.session import inherited
from netc_tui.operations.live import interfaces
from netc_tui.operations.live.clients import Named
from netc_tui.operations.live.traffic import Read
from netc_tui.operations.lookup import LookUp
from netc_tui.settings.declared import Settings
from netc_tui.settings.keys import EVERYWHERE, KEYS
from netc_tui.tui import themes
from netc_tui.tui.deeds import OnFleet
from netc_tui.tui.look import Look
from netc_tui.tui.screens.demo import DemoScreen, RunCommand
from netc_tui.tui.screens.main import MainScreen
from netc_tui.tui.screens.messages import LinksChanged
from netc_tui.tui.shortcuts import shown
from netc_tui.tui.terminal import private
from netc_tui.tui.terminal.driver import QuietDriver

if TYPE_CHECKING:
    from netc_tui.engine.hosts import Host

GATHER = 0.03
"""Seconds in which what watchers deliver is gathered for one drawing."""
APART = 0.02
"""Seconds from one host's beginning to the next one's: the first rows do not wait for all."""


async def _connect() -> EngineApi:
    from netc_tui.engine.endpoints import in_force

    return await connect(await asyncio.to_thread(in_force))


IN_FORCE = Way("", _connect, interfaces.watch)
"""The host that Docker's own client would use."""


def ways(hosts: "Sequence[Host]") -> tuple[Way, ...]:
    """How these are called and reached; without any, the one that is in force."""
    found = (Way(host.name, partial(_connect_to, host), interfaces.watch) for host in hosts)
    return tuple(found) or (IN_FORCE,)


async def _connect_to(host: "Host") -> EngineApi:
    from netc_tui.engine.hosts import mended

    return await connect(await asyncio.to_thread(mended, host))


class NetcApp(private.PrivateApp):
    """netc's screens over the desks of the hosts at hand."""

    CSS_PATH = "netc.tcss"
    TITLE = "netc"
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
        ways: Sequence[Way] = (IN_FORCE,),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ahead: Ahead | None = None,
        named: Named | None = None,
        counted: Read | None = None,
        looked: LookUp | None = None,
        breakages: tuple[Breakage, ...] = (),
        run_command: RunCommand = commands.run,
    ) -> None:
        # sudo leaves the name of a multiplexer's terminal, and drops what leads to it.
        inside = os.environ.get("TERM", "").startswith(("tmux", "screen"))
        dropped = ("TMUX", "STY") if inside else ()
        self._environment = inherited(os.environ, os.getpid(), dropped)
        # Else Textual would make greys of colours, and black on black of the terminal's own.
        without_colour = True if "NO_COLOR" in os.environ else None
        super().__init__(driver_class=QuietDriver, ansi_color=without_colour)
        self.look = Look(settings)

        def desk(way: Way) -> Desk:
            host = way.host if len(ways) > 1 else ""
            return Desk(
                *(OfHost(self, host), self.spawn, way.connect, way.watch_links, now),
                host=host,
                flag=way.host,
                interface=settings.interface,
                ahead=ahead if not host else None,
                named=named,
                counted=counted,
                looked=looked,
                dns=settings.dns,
            )

        self._now = now
        self.fleet = Fleet([desk(way) for way in ways])
        self.deeds = OnFleet(self.fleet, self.look, self)
        self.main = (
            DemoScreen(self.fleet, self.look, self.deeds, breakages, run_command)
            if breakages
            else MainScreen(self.fleet, self.look, self.deeds)
        )
        self.set_class(settings.ascii, "-ascii")
        self._dress()
        self._drawing = False
        self._changed: set[str] = set()
        """The hosts of which something is to be drawn."""
        self._due: datetime | None = None
        self._ticked = now()
        self._twins: list[str] = []
        """What was said of hosts with one engine id."""
        self.failure: Exception | None = None
        """The defect that ended it."""

    # --- beginning and end

    def on_mount(self) -> None:
        """Be seen first, then load what talks to Docker."""
        for desk in self.fleet.desks:
            desk.watching.look_ahead()
        self.set_keymap(dict(self.look.settings.keys))
        # After ctrl+z and fg: the shell has written meanwhile.
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        self.call_after_refresh(self._begin)

    def get_default_screen(self) -> Screen[None]:
        """The main one, and no other is ever drawn below it."""
        return self.main

    def _dress(self) -> None:
        """Have the theme from the first style sheet on: another afterwards means all of it anew."""
        for theme in themes.themes():
            self.register_theme(theme)
        name = themes.NAMES["terminal" if "NO_COLOR" in os.environ else self.look.settings.theme]
        self.set_reactive(App.theme, name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables of the style sheet that Textual's own themes do not have."""
        return themes.DEFAULTS

    def get_key_display(self, binding: Binding) -> str:
        """How a key is written at the foot."""
        return shown(binding.key, ascii=self.look.settings.ascii)

    def _begin(self) -> None:
        self.set_interval(1, self._tick, name="clock")
        first, *others = self.fleet.desks
        first.watching.start()
        for at, desk in enumerate(others, 1):
            self.set_timer(at * APART, desk.watching.start, name=f"start {desk.host}")

    def leave(self, code: int = 0) -> None:
        """End; what is under way in the engine goes on there."""
        self.exit(code, return_code=code)

    def action_command_palette(self) -> None:
        """Textual's, with what can be done on the main screen."""
        from textual.command import CommandPalette

        from netc_tui.tui.screens.palette import commands

        if not isinstance(self.screen, CommandPalette):
            provider = commands(self, self.main, self.look.shortcuts)
            self.push_screen(
                CommandPalette([provider], placeholder="search", id="--command-palette")
            )

    async def action_quit(self) -> None:
        self.deeds.quit()

    async def on_event(self, event: events.Event) -> None:
        """See that what is typed ahead of a field that a key opens is typed into it.

        Such keys were sent to what had the focus before, come up to here, and would be lost: a
        field that has the focus lets none of its own through.
        """
        if isinstance(event, events.Key) and event.is_forwarded and event.is_printable:
            focused = self.focused
            if isinstance(focused, Input):
                focused.post_message(private.forward(events.Key(event.key, event.character)))
                return
        await super().on_event(event)

    def defect(self, error: Exception) -> None:
        """One outside of jobs and watchers: end in order, and say it without variables."""
        if self.is_headless:
            super().defect(error)
            return
        self.failure = self.failure or error
        self.leave(1)

    # --- what the desks ask

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> Running:
        """Run it beside all else."""
        return self.run_worker(work, name=name, exit_on_error=False)

    def links_changed(self, host: str) -> None:
        """The screen in front may show interfaces."""
        self.screen.post_message(LinksChanged(host))

    def service_read(self, host: str) -> None:
        """Show them, if it is looked at."""
        if self.main.is_mounted and self.main.desk.host == host:
            self.main.show_panels()

    def say(self, words: str, tone: Tone = Tone.PLAIN, holds: Holds | None = None) -> None:
        """A line for the operator, until the next one or until it ``holds`` no more."""
        if self.main.is_mounted:
            self.main.say(words, tone, holds)

    # --- drawing

    def changed(self, host: str) -> None:
        """Something of a desk is new; several changes are drawn together."""
        self.main.listing.forget(host)
        self._changed.add(host)
        if not self._drawing and self.is_running:
            self._drawing = True
            self.set_timer(GATHER, self._draw_changed, name="draw")

    def _draw_changed(self) -> None:
        self._drawing = False
        hosts, self._changed = self._changed, set()
        self._draw(hosts)

    def _draw(self, hosts: Collection[str] | None = None) -> None:
        """What is new of these hosts, or of any."""
        if not self.main.is_mounted:
            return
        self.main.update(hosts)
        for desk in self.fleet.desks:
            for service in desk.jobs.overtaken(self.main.listing.services(desk)):
                own = service.network_container
                if own is not None:
                    holds = desk.site.as_now(service.name, desk.now)
                    desk.say(f"{service.name}: {own.phase} {own.ip} after all", Tone.GOOD, holds)
                self.changed(desk.host)
        self._tell_twins()
        self.main.end_message()
        self._due = self.main.listing.due

    def _tell_twins(self) -> None:
        """Once, of hosts whose engines have one id."""
        new = [told for told in self.fleet.twins() if told not in self._twins]
        if new:
            self._twins += new
            still = partial(self._any_of, new)
            self.main.say("; ".join(new), Tone.WARNING, still, whole=True)

    def _any_of(self, told: Sequence[str]) -> bool:
        return any(twins in told for twins in self.fleet.twins())

    def _tick(self) -> None:
        """Once a second: countdowns, and rows whose phase is another one by now."""
        now = self._now()
        if now < self._ticked:  # the clock was put back
            self.main.listing.forget()
            self._draw()
        elif self._due is not None and now >= self._due:
            self.main.listing.pass_time(now)
            self._draw()
        elif self.screen is self.main:
            self.main.tick()
        self._ticked = now

    # --- what deeds ask

    async def send(self, text: str) -> str:
        """Put a text on the clipboard of the terminal; how, in a word."""
        from netc_tui.tui.terminal import clipboard

        write = self.driver.write if self.driver is not None else lambda _: None
        return await clipboard.copy(text, self._environment, write)

    def next_theme(self) -> str:
        """Have the next one; its name as the settings have it."""
        names = list(themes.NAMES.values())
        at = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(at + 1) % len(names)]
        return next(ours for ours, textual in themes.NAMES.items() if textual == self.theme)

    def action_redraw(self) -> None:
        """All of the screen anew, whatever has come between."""
        if isinstance(self.driver, QuietDriver):
            self.driver.forget()
        self.screen.refresh(layout=True)

    def action_save(self) -> None:
        """The screen as SVG."""
        name = f"netc-{self._now().astimezone():%Y%m%d-%H%M%S}"
        self.spawn(self._save(name, self.export_screenshot()), "save")

    async def _save(self, name: str, svg: str) -> None:
        from netc_tui.tui import saving

        folder = Path(self.look.settings.screenshots or ".")
        picture = saving.picture(svg)
        try:
            made = await asyncio.to_thread(saving.save, folder, name, ".svg", picture)
        except OSError as error:
            self.say(f"cannot save the screen in {folder}: {error.strerror or error}", Tone.BAD)
        else:
            self.say(f"saved {made}", Tone.GOOD)
