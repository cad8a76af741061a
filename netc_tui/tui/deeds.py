"""What keys do: to services, on the desks of their hosts, and to the screen."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from textual.screen import Screen

from netc_tui.desk.desk import Desk
from netc_tui.desk.fleet import Fleet, Placed, Which, by_desk
from netc_tui.desk.hearer import Holds, Tone
from netc_tui.desk.job import Kind
from netc_tui.desk.spawn import Running
from netc_tui.operations.inventory import GONE
from netc_tui.tui.look import Look

if TYPE_CHECKING:
    from netc_tui.desk.candidates import Candidate
    from netc_tui.operations.up import Request
    from netc_tui.tui.hosts import Reached


class Stage(Protocol):
    """Where screens are shown."""

    def push_screen(
        self, screen: Screen[Any], callback: Callable[[Any], None] | None = None
    ) -> Any:
        """A screen above the one in front; ``callback`` takes what it answers."""
        ...

    def changed(self, host: str) -> None:
        """Something of this host is to be drawn anew."""
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


class OnFleet:
    """The deeds, on the desks of some hosts."""

    def __init__(self, fleet: Fleet, look: Look, stage: Stage) -> None:
        self._fleet, self._look, self._stage = fleet, look, stage
        self._warned: frozenset[Which] = frozenset()
        """The services of whose jobs it was said that they are under way."""

    def on_off(self, services: Sequence[Placed]) -> None:
        """Off if all of these are on, else on those that are off."""
        there = _there(services)
        off = [placed for placed in there if placed.service.network_container is None]
        if not off:
            self._turn_off(there)
            return
        ready = off
        if len(off) > 1:  # of one, the dialog asks for ports, or says what keeps it from being on
            ready = [
                placed
                for placed in off
                if placed.service.ports and placed.service.state in ("running", "paused")
            ]
        if left := [placed.called for placed in off if placed not in ready]:
            names = ", ".join(left)
            self._stage.say(f"left out, not running or without ports: {names}", Tone.WARNING)
        asked: list[Placed] = []
        for desk, placed in by_desk(ready).items():
            if self._asks(desk) or any(not each.service.ports for each in placed):
                asked += placed
                continue
            for each in placed:
                desk.jobs.on(self._request(each))
        self.expose(asked)

    def expose(self, services: Sequence[Placed]) -> None:
        """The dialog for turning on, or changing what is on; one for each host."""
        self._expose(
            [
                (desk, placed)
                for desk, placed in by_desk(_there(services)).items()
                if not desk.away("try again when it is back")
            ]
        )

    def _expose(self, asked: Sequence[tuple[Desk, list[Placed]]]) -> None:
        from netc_tui.tui.screens.expose import Expose

        if not asked:
            return
        (desk, placed), *others = asked

        def answered(requests: "tuple[Request, ...] | None") -> None:
            for request in requests or ():
                service = desk.service(request.service)
                on = service is not None and service.network_container is not None
                if not on:  # to move one is no choice for those that come after it
                    desk.interface = request.interface
                desk.jobs.on(request, Kind.MOVE if on else Kind.ON)
            self._stage.changed(desk.host)
            if requests:  # who cancels wants no more of it
                self._expose(others)

        self._fleet.attend(desk)
        screen = Expose([each.service for each in placed], desk, self._look)
        self._stage.push_screen(screen, answered)

    def renew(self, services: Sequence[Placed]) -> None:
        """Renew the leases of those that are on."""
        for placed in _on(services):
            placed.desk.jobs.renew(placed.name, self._look.settings.timeout)

    def restart(self, services: Sequence[Placed]) -> None:
        """Restart the network containers of those that are on, after a question: an address that is
        released may be lost."""
        from netc_tui.tui.screens.confirm import RESTART, Confirm

        on = _on(services)

        def answered(yes: bool | None) -> None:
            for placed in on if yes else ():
                placed.desk.jobs.restart(placed.name, self._look.settings.timeout)

        # What does not run has nothing to lose.
        own = (placed.service.network_container for placed in on)
        if any(each.ip for each in own if each is not None):
            self._stage.push_screen(Confirm(on, RESTART, self._look.glyphs), answered)
        else:
            answered(True)

    def remove(self, services: Sequence[Placed]) -> None:
        """Remove what those that are gone have left."""
        self._turn_off([placed for placed in services if placed.service.state == GONE])

    def auto(self, services: Sequence[Placed]) -> None:
        """Give back to their labels those that an operator turned on or off."""
        for placed in services:
            if placed.service.keeping is not None and placed.service.keeping.withheld:
                placed.desk.jobs.auto(placed.name)

    def move(self, service: Placed) -> None:
        """The dialog for moving its address to another service, or to another host."""
        from netc_tui.desk.moving import move
        from netc_tui.tui.screens.move import MoveTo

        own = service.service.network_container

        def answered(to: "Candidate | None") -> None:
            if to is not None and own is not None:
                move(service, to, to.asked(own))

        if own is not None and not service.desk.away("try again when it is back"):
            self._stage.push_screen(MoveTo(self._fleet, service, self._look), answered)

    def doctor(self, services: Sequence[Placed]) -> None:
        """The whole path to those that are on."""
        from netc_tui.tui.screens.doctor import PathReport

        there = [
            placed
            for desk, of in by_desk(_on(services)).items()
            if not desk.away("nothing can be looked at")
            for placed in of
        ]
        if there:
            self._stage.push_screen(PathReport(there, self._look))

    def details(self, service: Placed) -> None:
        """All there is to know of one."""
        from netc_tui.tui.screens.details import Details

        self._stage.push_screen(Details(service.name, service.desk, self._look))

    def log(self, service: Placed) -> None:
        """The log of its network container."""
        from netc_tui.tui.screens.log import Log

        own, desk = service.service.network_container, service.desk
        if own is not None and not desk.away("its logs are not to be had"):
            self._stage.push_screen(Log(own, desk, self._look))

    def copy(self, service: Placed) -> None:
        """Something of it to the clipboard."""
        from netc_tui.tui.screens.copy import Copy, copies

        def answered(text: str | None) -> None:
            if text is not None:
                self._stage.spawn(self._send(text), "copy")

        desk, own = service.desk, service.service.network_container
        found = desk.check(own).findings if own is not None else ()
        engine = desk.site.connection.engine
        id = engine.id if engine is not None else ""
        texts = copies(service.service, id, desk.interface, found, desk.aimed)
        self._stage.push_screen(Copy(service.called, texts, self._look.glyphs), answered)

    def interfaces(self, desk: Desk) -> None:
        """A host's interfaces, to choose the one in force there."""
        from netc_tui.tui.screens.interfaces import Interfaces

        def answered(name: str | None) -> None:
            if name is not None:
                desk.interface = name
                desk.say(
                    f"{name} is the interface in force",
                    Tone.GOOD,
                    lambda: desk.interface == name,
                )
            self._stage.changed(desk.host)

        self._stage.push_screen(Interfaces(desk, self._look.glyphs), answered)

    def hosts(self, reached: "Callable[[], Sequence[Reached]]") -> None:
        """All hosts, and how they are reached."""
        from netc_tui.tui.screens.hosts import HostsReport

        self._stage.push_screen(HostsReport(self._fleet, reached, self._look))

    def theme(self) -> None:
        """Dark, light, the terminal's own."""
        self._stage.say(f"theme: {self._stage.next_theme()}", Tone.ASIDE)

    def help(self) -> None:
        """All keys."""
        from netc_tui.tui.screens.help import Help

        self._stage.push_screen(Help(self._look))

    def quit(self) -> None:
        """Leave, but say first when something is under way."""
        busy = self._fleet.under_way
        if not self._warned.issuperset(busy):
            self._warned = frozenset(busy)
            names = ", ".join(self._fleet.of(host).called(service) for host, service in busy)
            self._stage.say(
                f"under way: {names}; quit again to leave now: what is half done can be done again",
                Tone.WARNING,
                lambda: not self._warned.isdisjoint(self._fleet.under_way),
            )
            return
        self._stage.leave()

    def _asks(self, desk: Desk) -> bool:
        """Is there no interface in force on that host? A flag or a setting names one for all of
        several hosts, which need not have it."""
        known = {interface.name for interface in desk.site.interfaces}
        unknown = self._fleet.several and bool(known) and desk.interface not in known
        return not desk.interface or unknown

    def _request(self, placed: Placed) -> "Request":
        """Turning on with the interface in force and nothing else chosen."""
        from netc_tui.operations.up import Request, asked_base

        settings = self._look.settings
        return Request(
            placed.name,
            placed.desk.interface,
            private_network=settings.private_network,
            base=asked_base(settings.base),
            timeout=settings.timeout,
        )

    def _turn_off(self, services: Sequence[Placed]) -> None:
        """Off, after a question unless the settings say otherwise."""
        on = [placed for placed in _on(services) if placed.desk.jobs.may_turn_off(placed.name)]

        def answered(yes: bool | None) -> None:
            for placed in on if yes else ():
                kind = Kind.REMOVE if placed.service.state == GONE else Kind.OFF
                placed.desk.jobs.off(placed.name, kind)

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


def _there(services: Sequence[Placed]) -> list[Placed]:
    return [placed for placed in services if placed.service.state != GONE]


def _on(services: Sequence[Placed]) -> list[Placed]:
    return [placed for placed in services if placed.service.network_container is not None]
