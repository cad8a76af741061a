"""The app: watchers that keep the site true, jobs, and the ways between screens."""

import asyncio
import os
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import Event
from netc_tui.core.model import Container, NetworkContainer, Service
from netc_tui.engine import EngineApi, connect
from netc_tui.host import session
from netc_tui.host.interfaces import Link
from netc_tui.operations.inventory import GONE
from netc_tui.operations.live import connection, interfaces, inventory, leases, rules
from netc_tui.operations.up import Request
from netc_tui.tui import clipboard, terminal, themes
from netc_tui.tui.glyphs import ASCII, UNICODE
from netc_tui.tui.jobs import Kind
from netc_tui.tui.keys import EVERYWHERE, KEYS
from netc_tui.tui.messages import LinksChanged
from netc_tui.tui.palette import NetcCommands
from netc_tui.tui.screens.confirm import Confirm
from netc_tui.tui.screens.main import MainScreen
from netc_tui.tui.settings import Settings
from netc_tui.tui.site import Site
from netc_tui.tui.work import Work

GATHER = 0.03
"""Seconds in which what watchers deliver is gathered for one drawing."""
AGAIN = 2.0
"""Seconds until a watcher that failed in a way it should not is started again."""


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
        watch_links: Callable[
            [Callable[[tuple[Link, ...]], None]], Awaitable[None]
        ] = interfaces.watch,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(driver_class=terminal.QuietDriver)
        self.settings, self.now = settings, now
        self.glyphs = ASCII if settings.ascii else UNICODE
        self.interface = settings.interface
        """The interface in force; empty while none was chosen."""
        self.site = Site()
        self.work = Work(self.site, self._spawn, self.changed, self._said)
        self.main = MainScreen()
        self._connect, self._watch_links = connect, watch_links
        self._drawing = False
        self._due: datetime | None = None
        self._ticked = now()
        self._ruled: tuple[object, ...] = ()
        self._warned = False

    # --- beginning and end

    def on_mount(self) -> None:
        """Look first, then load what talks to Docker."""
        for theme in themes.themes():
            self.register_theme(theme)
        self.theme = themes.NAMES["terminal" if "NO_COLOR" in os.environ else self.settings.theme]
        self.set_keymap(dict(self.settings.keys))
        self.push_screen(self.main)
        self.call_after_refresh(self._watch)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables of the style sheet that Textual's own themes do not have."""
        return themes.DEFAULTS

    def get_key_display(self, binding: Binding) -> str:
        """How a key is written at the foot; in words where signs cannot be shown."""
        if self.settings.ascii and binding.key in ("enter", "tab", "space", "escape"):
            return binding.key
        return super().get_key_display(binding)

    def get_default_screen(self) -> Screen[None]:
        """Below the main screen; never seen."""
        return Screen()

    def _watch(self) -> None:
        self.set_interval(1, self._tick, name="clock")
        self._keep("engine", lambda: connection.keep(self._connect, self._use, self._connected))

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

    async def action_quit(self) -> None:
        """Leave."""
        self.leave_or_warn()

    def _handle_exception(self, error: Exception) -> None:
        """A defect outside of jobs and watchers: end in order, and say it without variables."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        self.defect = self.defect or error
        self.leave(1)

    defect: Exception | None = None

    # --- watchers

    def _keep(self, name: str, watch: Callable[[], Awaitable[None]]) -> None:
        """Run a watcher as the only worker of its group, again if it fails as it should not."""

        async def run() -> None:
            while True:
                try:
                    await watch()
                except NetcError as error:
                    self.say(f"{name}: {error.message}", "warn")
                except Exception as error:
                    # A defect in one watcher must not take the others and the screen down.
                    self.say(f"a defect of netc in watching {name}: {error!r}", "bad")
                await asyncio.sleep(AGAIN)

        self.run_worker(run(), name=name, group=name, exclusive=True, exit_on_error=False)

    async def _use(self, engine: EngineApi) -> None:
        """One connection's life: raises NetcError when it is over."""
        feed: asyncio.Queue[tuple[Container, ...]] = asyncio.Queue()

        async def inventories() -> AsyncIterator[tuple[Container, ...]]:
            while True:
                found = await feed.get()
                while not feed.empty():
                    found = feed.get_nowait()
                yield found

        def take(found: inventory.Inventory) -> None:
            self.site.take_inventory(found)
            feed.put_nowait(found.containers)
            self.changed()
            if engine.engine.local and not self._links_watched:
                self._links_watched = True
                self._keep("interfaces", lambda: self._watch_links(self._linked))

        self.work.engine = engine
        self._keep("leases", lambda: leases.watch(engine, inventories(), self._heard))
        try:
            await inventory.watch(engine, take)
        finally:
            self.work.engine = None
            self.workers.cancel_group(self, "leases")
            self.watch_rules(None)

    _links_watched = False

    def _connected(self, found: connection.Connection) -> None:
        if found.alive and self.site.connection.error is not None:
            self.say("the engine is back", "ok")
        self.site.connection = found
        self.changed()

    def _heard(self, container: str, events: tuple[Event, ...]) -> None:
        self.site.hear(container, events)
        self.changed()

    def _linked(self, found: tuple[Link, ...]) -> None:
        self.site.links = found
        self.screen.post_message(LinksChanged())
        self.changed()

    def _read(self, reading: rules.Reading) -> None:
        self.site.rules = reading
        if self.main.is_mounted:
            self.main.show_panels()

    def watch_rules(self, service: Service | None) -> None:
        """Watch the rules of this one's network container and of no other."""
        companion = service.network_container if service is not None else None
        engine = self.work.engine
        if companion is None or engine is None:
            wanted: tuple[object, ...] = ()
        else:
            wanted = (engine, companion.name, companion.state, companion.ip, companion.target)
        if wanted == self._ruled:
            return
        self._ruled = wanted
        if companion is None or engine is None or not wanted:
            self.workers.cancel_group(self, "rules")
            return
        self._keep("rules", lambda: self._rules(engine, companion))

    async def _rules(self, engine: EngineApi, companion: NetworkContainer) -> None:
        await asyncio.sleep(0.2)  # a cursor that only passes by asks for nothing
        await rules.watch(engine, companion, self._read)

    # --- drawing

    def changed(self) -> None:
        """Something of the site is new; several changes are drawn together."""
        if not self._drawing and self.is_running:
            self._drawing = True
            self.set_timer(GATHER, self._draw, name="draw")

    def _draw(self) -> None:
        self._drawing = False
        if self.main.is_mounted:
            self.main.show_all()
            for one in self.site.overtaken(self.main.services):
                companion = one.network_container
                if companion is not None:
                    self._said(f"{one.name}: {companion.phase} {companion.ip} after all", False)
                self.changed()
            self._due = _next_timer(self.main.services, self.now())

    def _tick(self) -> None:
        """Once a second: countdowns, and rows whose phase is another one by now."""
        now = self.now()
        if terminal.hung_up() and not self.is_headless:
            self.leave(1)
        elif (self._due is not None and now >= self._due) or now < self._ticked:
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

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> object:
        return self.run_worker(work, name=name, group=f"job {name}", exit_on_error=False)

    # --- what the operator does

    def toggle(self, services: Sequence[Service]) -> None:
        """Off if all of these are on, else on those that are off."""
        there = [one for one in services if one.state != GONE]
        off = [one for one in there if one.network_container is None]
        if not off:
            self.turn_off(there)
        elif not self.interface or any(not one.ports for one in off):
            self.expose(off)
        else:
            for one in off:
                self.work.on(self.request(one.name))

    def request(self, service: str) -> Request:
        """Turning on with the interface in force and nothing else chosen."""
        return Request(
            service, self.interface, base=self.settings.base, timeout=self.settings.timeout
        )

    def turn_off(self, services: Sequence[Service]) -> None:
        """Off, after a question unless the settings say otherwise."""
        on = [one for one in services if one.network_container is not None]

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

        if not services:
            return
        if self.work.engine is None:
            self.say("the engine is away; try again when it is back", "warn")
            return

        def answered(requests: tuple[Request, ...] | None) -> None:
            for one in requests or ():
                self.interface = one.interface
                on = self.site.companion(one.service) is not None
                self.work.on(one, Kind.MOVE if on else Kind.ON)
            self.changed()

        self.push_screen(Expose(services, self.work.engine), answered)

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
        write = self._driver.write if self._driver is not None else lambda _: None
        way = await clipboard.copy(text, os.environ, write)
        self.say(f"copied ({way}): {text}", "ok")

    def open_details(self, service: Service) -> None:
        """All there is to know of a service."""
        from netc_tui.tui.screens.details import Details

        self.push_screen(Details(service.name))

    def open_log(self, container: str) -> None:
        """The log of a network container."""
        from netc_tui.tui.screens.log import Log

        if self.work.engine is None:
            self.say("the engine is away; its logs are not to be had", "warn")
            return
        self.push_screen(Log(container, self.work.engine))

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
        folder = Path(self.settings.screenshots or ".").expanduser()
        name = f"netc-{self.now().astimezone():%Y%m%d-%H%M%S}.svg"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = self.save_screenshot(name, str(folder))
        except OSError as error:
            self.say(f"cannot save the screen in {folder}: {error.strerror or error}", "bad")
        else:
            self.say(f"saved {path}", "ok")

    @property
    def session_interface(self) -> str | None:
        """The interface that carries the SSH session that netc runs in."""
        address = session.session_address(os.environ, os.getpid())
        return session.session_interface(address, self.site.interfaces) if address else None


def _next_timer(services: Sequence[Service], now: datetime) -> datetime | None:
    """When the next lease passes T1, T2 or its end."""
    times = [
        at
        for one in services
        if (companion := one.network_container) is not None
        for at in (companion.renew_at, companion.rebind_at, companion.expires_at)
        if at is not None and at > now
    ]
    return min(times, default=None)


def run(settings: Settings) -> int:
    """Open the TUI; does not return: threads that wait for the engine cannot be joined."""
    app = NetcApp(settings)

    def leave(code: int) -> None:
        loop = app._loop
        if loop is not None:
            loop.call_soon_threadsafe(app.leave, code)

    with terminal.ending(leave):
        app.run(mouse=settings.mouse)
    if app.defect is not None:
        traceback.print_exception(app.defect)
        print("netc: ended by a defect of its own; network containers go on", file=sys.stderr)
        sys.stderr.flush()
    os._exit(app.return_code or 0)
