"""One host at hand: its site, its jobs, its notes, and what watches it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from netc_tui.core import lookup
from netc_tui.core.elsewhere import aimed, aimed_within, with_health, with_remedies
from netc_tui.core.errors import NetcError
from netc_tui.core.model import NetworkContainer, Service
from netc_tui.core.ownership import owned
from netc_tui.core.path import Check
from netc_tui.desk.hearer import Hearer, Holds, Tone
from netc_tui.desk.jobs import Jobs
from netc_tui.desk.notes import Notes
from netc_tui.desk.site import Site
from netc_tui.desk.spawn import Spawn
from netc_tui.desk.watching import FEEDS, Beside, Watching, WatchLinks
from netc_tui.host.ahead import Ahead
from netc_tui.host.names import Names
from netc_tui.host.traffic import Readings
from netc_tui.operations.live.clients import Callers, Named
from netc_tui.operations.live.connection import ConnectEngine
from netc_tui.operations.live.inventory import Inventory
from netc_tui.operations.live.names import Lookups
from netc_tui.operations.live.rules import Reading
from netc_tui.operations.live.traffic import Read
from netc_tui.operations.lookup import Inquiry, LookUp
from netc_tui.settings.declared import DnsSettings

if TYPE_CHECKING:
    from netc_tui.operations.naming import Publishing

NO_DNS = DnsSettings()
Told = TypeVar("Told", Reading, Callers)


class Desk:
    """What a program that stays open knows of one host, and does there."""

    def __init__(
        self,
        hearer: Hearer,
        spawn: Spawn,
        connect: ConnectEngine,
        watch_links: WatchLinks,
        now: Callable[[], datetime],
        *,
        host: str = "",
        flag: str = "",
        interface: str = "",
        ahead: Ahead | None = None,
        named: Named | None = None,
        counted: Read | None = None,
        looked: LookUp | None = None,
        dns: DnsSettings = NO_DNS,
        beside: Beside | None = None,
        feeds: frozenset[str] = FEEDS,
    ) -> None:
        self._dns = dns
        self._published: Publishing | None = None
        self.now = now
        self.host = host
        """What its host is called; empty where it is the only one at hand."""
        self._flag = flag
        self.interface = interface
        """The interface in force: what is turned on goes there. Empty while none was chosen."""
        self.notes = Notes(now)
        self.site = Site()
        self.watching = Watching(
            *(self.site, hearer, spawn, connect, watch_links, now, self._take),
            named if named is not None else Names().of,
            counted if counted is not None else Readings().read,
            Lookups(looked if looked is not None else Inquiry(self.publishing), self._question),
            ahead,
            beside,
            feeds,
        )
        self.looks = self.watching.looks
        self.jobs = Jobs(
            *(self.site, self.notes, self.watching.connected, spawn, hearer, now),
            *(self.publishing, self.told),
        )
        self._hearer = hearer

    def publishing(self) -> "Publishing | None":
        """How names are published; None: they are not. Raises NetcError (usage) for settings that
        make no sense, or a secret that others may read."""
        if self._dns.publish == "off":
            return None
        if self._published is None:
            from netc_tui.operations.naming import publishing

            self._published = publishing(self._dns)
        return self._published

    def publishing_if_sound(self) -> "Publishing | None":
        """The same for who only looks: what cannot be is told where names are published."""
        with suppress(NetcError):
            return self.publishing()
        return None

    def _question(self, own: NetworkContainer) -> lookup.Question | str:
        dns = self._dns
        zone = lookup.Zone(dns.zone, dns.publish == "etcd") if dns.publish != "off" else None
        return lookup.question(own, zone)

    def called(self, name: str) -> str:
        """What something of this host is called where several hosts are: ``web1@nas``."""
        return f"{name}@{self.host}" if self.host else name

    def aimed(self, text: str) -> str:
        """A command as it is to be given here to act there."""
        engine = self.site.connection.engine
        if not self._flag or engine is None:
            return text
        return aimed(text, self._flag, engine.host, engine.client)

    def told(self, sentence: str) -> str:
        """A sentence, with the commands in it as they are to be given here to act there."""
        engine = self.site.connection.engine
        if not self._flag or engine is None:
            return sentence
        return aimed_within(sentence, self._flag, engine.host, engine.client)

    def refused(self, error: NetcError) -> NetcError:
        """The same error, so told."""
        return NetcError(self.told(error.message), error.code, details=error.details)

    @property
    def reading(self) -> Reading | None:
        """The rules that were read last, or why they were not."""
        found = self.site.rules_known
        return self._so_told(found) if found is not None else None

    @property
    def callers(self) -> Callers | None:
        """Who was connected last, or why that is not known."""
        found = self.site.clients
        return self._so_told(found) if found is not None else None

    def _so_told(self, found: Told) -> Told:
        return replace(found, error=self.told(found.error)) if found.error else found

    def services(self, *, stopped: bool = True) -> tuple[Service, ...]:
        """The services as they are now, as far as they are known."""
        found = self.site.services(self.now(), stopped=stopped)
        return tuple(map(self._aimed, found)) if self._flag else found

    def _aimed(self, service: Service) -> Service:
        own = service.network_container
        if own is None:
            return service
        return replace(service, network_container=with_health(own, self.aimed, self.told))

    def check(self, own: NetworkContainer) -> Check:
        """The path through ``own``, of what is known of it and of what was asked."""
        return with_remedies(self.site.check(own, self.now()), self.aimed)

    def service(self, name: str) -> Service | None:
        """One of them; None when it is not there any more."""
        return next((found for found in self.services() if found.name == name), None)

    def say(self, words: str, tone: Tone = Tone.PLAIN, holds: Holds | None = None) -> None:
        """A line for the operator, which says of which host it is."""
        self._hearer.say(self.told(words), tone, holds)

    def away(self, so: str) -> bool:
        """Is the engine? Then that is said, and what follows from it. One that is being connected
        is not away."""
        if away := self.site.away():
            self.say(f"the engine is away; {so}", Tone.WARNING, self.site.away)
        return away

    def _take(self, found: Inventory) -> None:
        """What there is now. A network container that was killed tells nothing of it; that it was
        seen to end is noted."""
        before = {known.id: known for known in self.site.inventory.containers if known.ours}
        for own in owned(found.containers):
            now = own.container
            was = before.get(now.id)
            # What this program does itself is told as such.
            if was is None or was.state == now.state or self.jobs.busy(own.service):
                continue
            how = f" ({now.status})" if now.state in ("exited", "dead") else ""
            self.notes.add(own.service, f"{now.name} is {now.state}{how}", trouble=not now.running)
        self.site.take_inventory(found)
