"""What keys do: to the services of a desk, and to the screen."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from textual.screen import Screen

from netc_tui.core.model import Service
from netc_tui.desk.desk import Desk
from netc_tui.desk.hearer import Holds, Tone
from netc_tui.desk.jobs import Kind
from netc_tui.desk.spawn import Running
from netc_tui.operations.inventory import GONE
from netc_tui.tui.look import Look

if TYPE_CHECKING:
    from netc_tui.operations.up import Request


class Stage(Protocol):
    """Where screens are shown."""

    def push_screen(
        self, screen: Screen[Any], callback: Callable[[Any], None] | None = None
    ) -> Any:
        """A screen above the one in front; ``callback`` takes what it answers."""
        ...

    def changed(self) -> None:
        """Something is to be drawn anew."""
        ...

    def say(self, words: str, tone: Tone = Tone.PLAIN, holds: Holds | None = None) -> None:
        """A line for the operator, until the next one or until it ``holds`` no more."""
        ...

    def send(self, text: str) -> Awaitable[str]:
        """Put a text on the clipboard; how, in a word."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> Running:
        """Run it beside all else."""
        ...

    def next_theme(self) -> str:
        """Have the next theme; its name."""
        ...

    def leave(self, code: int = 0) -> None:
        """End; what is under way in the engine goes on there."""
        ...


class OnDesk:
    """The deeds, on one desk."""

    def __init__(self, desk: Desk, look: Look, stage: Stage) -> None:
        self._desk, self._look, self._stage = desk, look, stage
        self._warned: frozenset[str] = frozenset()
        """The services of whose jobs it was said that they are under way."""

    def on_off(self, services: Sequence[Service]) -> None:
        """Off if all of these are on, else on those that are off."""
        there = [service for service in services if service.state != GONE]
        off = [service for service in there if service.network_container is None]
        if not off:
            self._turn_off(there)
            return
        ready = off
        if len(off) > 1:  # of one, the dialog asks for ports, or says what keeps it from being on
            ready = [
                service
                for service in off
                if service.ports and service.state in ("running", "paused")
            ]
        if left := [service.name for service in off if service not in ready]:
            names = ", ".join(left)
            self._stage.say(f"left out, not running or without ports: {names}", Tone.WARNING)
        if not self._desk.interface or any(not service.ports for service in ready):
            self.expose(ready)
        else:
            for service in ready:
                self._desk.jobs.on(self._request(service.name))

    def expose(self, services: Sequence[Service]) -> None:
        """The dialog for turning on, or changing what is on."""
        from netc_tui.tui.screens.expose import Expose

        there = [service for service in services if service.state != GONE]
        if not there or self._desk.away("try again when it is back"):
            return

        def answered(requests: "tuple[Request, ...] | None") -> None:
            for request in requests or ():
                on = self._desk.site.container(request.service) is not None
                if not on:  # to move one is no choice for those that come after it
                    self._desk.interface = request.interface
                self._desk.jobs.on(request, Kind.MOVE if on else Kind.ON)
            self._stage.changed()

        self._stage.push_screen(Expose(there, self._desk, self._look), answered)

    def renew(self, services: Sequence[Service]) -> None:
        """Renew the leases of those that are on."""
        for service in _on(services):
            self._desk.jobs.renew(service.name, self._look.settings.timeout)

    def restart(self, services: Sequence[Service]) -> None:
        """Restart the network containers of those that are on, after a question: a lease that is
        released may be lost."""
        from netc_tui.tui.screens.confirm import RESTART, Confirm

        on = _on(services)

        def answered(yes: bool | None) -> None:
            for service in on if yes else ():
                self._desk.jobs.restart(service.name, self._look.settings.timeout)

        # What does not run has nothing to lose.
        if any(service.network_container.ip for service in on if service.network_container):
            self._stage.push_screen(Confirm(on, RESTART, self._look.glyphs), answered)
        else:
            answered(True)

    def remove(self, services: Sequence[Service]) -> None:
        """Remove what those that are gone have left."""
        self._turn_off([service for service in services if service.state == GONE])

    def auto(self, services: Sequence[Service]) -> None:
        """Give back to their labels those that an operator turned on or off."""
        for service in services:
            if service.keeping is not None and service.keeping.withheld:
                self._desk.jobs.auto(service.name)

    def doctor(self, services: Sequence[Service]) -> None:
        """The whole path to those that are on."""
        from netc_tui.tui.screens.doctor import PathReport

        names = [service.name for service in _on(services)]
        if names and not self._desk.away("nothing can be looked at"):
            self._stage.push_screen(PathReport(names, self._desk, self._look))

    def details(self, service: Service) -> None:
        """All there is to know of one."""
        from netc_tui.tui.screens.details import Details

        self._stage.push_screen(Details(service.name, self._desk, self._look))

    def log(self, service: Service) -> None:
        """The log of its network container."""
        from netc_tui.tui.screens.log import Log

        own = service.network_container
        if own is not None and not self._desk.away("its logs are not to be had"):
            self._stage.push_screen(Log(own.name, self._desk, self._look))

    def copy(self, service: Service) -> None:
        """Something of it to the clipboard."""
        from netc_tui.tui.screens.copy import Copy, copies

        def answered(text: str | None) -> None:
            if text is not None:
                self._stage.spawn(self._send(text), "copy")

        site, own = self._desk.site, service.network_container
        id = site.connection.engine.id if site.connection.engine is not None else ""
        found = site.check(own, self._desk.now()).findings if own is not None else ()
        texts = copies(service, id, self._desk.interface, found)
        self._stage.push_screen(Copy(service.name, texts, self._look.glyphs), answered)

    def interfaces(self) -> None:
        """The host's interfaces, to choose the one in force."""
        from netc_tui.tui.screens.interfaces import Interfaces

        def answered(name: str | None) -> None:
            if name is not None:
                self._desk.interface = name
                self._stage.say(
                    f"{name} is the interface in force",
                    Tone.GOOD,
                    lambda: self._desk.interface == name,
                )
            self._stage.changed()

        self._stage.push_screen(Interfaces(self._desk, self._look.glyphs), answered)

    def theme(self) -> None:
        """Dark, light, the terminal's own."""
        self._stage.say(f"theme: {self._stage.next_theme()}", Tone.ASIDE)

    def help(self) -> None:
        """All keys."""
        from netc_tui.tui.screens.help import Help

        self._stage.push_screen(Help(self._look))

    def quit(self) -> None:
        """Leave, but say first when something is under way."""
        busy = self._desk.jobs.under_way
        if not self._warned.issuperset(busy):
            self._warned = frozenset(busy)
            self._stage.say(
                f"under way: {', '.join(busy)}; quit again to leave now: what is half done can be"
                " done again",
                Tone.WARNING,
                lambda: not self._warned.isdisjoint(self._desk.jobs.under_way),
            )
            return
        self._stage.leave()

    def _request(self, service: str) -> "Request":
        """Turning on with the interface in force and nothing else chosen."""
        from netc_tui.operations.up import Request, asked_base

        settings = self._look.settings
        return Request(
            service,
            self._desk.interface,
            private_network=settings.private_network,
            base=asked_base(settings.base),
            timeout=settings.timeout,
        )

    def _turn_off(self, services: Sequence[Service]) -> None:
        """Off, after a question unless the settings say otherwise."""
        on = [service for service in _on(services) if self._desk.jobs.may_turn_off(service.name)]

        def answered(yes: bool | None) -> None:
            for service in on if yes else ():
                kind = Kind.REMOVE if service.state == GONE else Kind.OFF
                self._desk.jobs.off(service.name, kind)

        if not on:
            return
        from netc_tui.tui.screens.confirm import TURN_OFF, Confirm

        if self._look.settings.confirm_off:
            back = self._look.hints.get("auto", "")
            self._stage.push_screen(Confirm(on, TURN_OFF, self._look.glyphs, back), answered)
        else:
            answered(True)

    async def _send(self, text: str) -> None:
        self._stage.say(f"copied ({await self._stage.send(text)}): {text}", Tone.GOOD)


def _on(services: Sequence[Service]) -> list[Service]:
    return [service for service in services if service.network_container is not None]
