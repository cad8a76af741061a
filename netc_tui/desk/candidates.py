"""Who could have the address of a service: others on its host, and its namesakes on other hosts."""

import msgspec

from netc_tui.core.model import NetworkContainer, Service
from netc_tui.core.ports import as_exposed, as_list
from netc_tui.core.text import natural
from netc_tui.desk.desk import Desk
from netc_tui.desk.fleet import Fleet, Placed
from netc_tui.operations.inventory import GONE
from netc_tui.operations.move import Ends, Move


class Candidate(msgspec.Struct, frozen=True):
    """A service to which an address could go."""

    desk: Desk
    name: str
    why_not: str = ""
    """Why it cannot; empty: nothing is known that is against it."""
    warning: str = ""
    """What is to be thought of."""
    elsewhere: bool = False
    """Is it on another host than the one that has the address?"""

    @property
    def called(self) -> str:
        """With its host where there are several: ``web1@nas``."""
        return self.desk.called(self.name)

    def asked(self, own: NetworkContainer) -> Move:
        """The move of ``own``'s address to it. On another host to the interface of the same name,
        unless that one is known not to have it; then to the one that is in force there."""
        if not self.elsewhere:
            return Move(own.service, self.name)
        known = {interface.name for interface in self.desk.site.interfaces}
        fits = not known or own.interface in known
        to = "" if fits or self.desk.interface not in known else self.desk.interface
        return Move(own.service, interface=to, place=self.desk.host)

    def told(self, giver: Desk) -> Ends:
        """What is said of each end of a move from ``giver``."""

        def of_another(text: str) -> str:
            return f"{self.desk.host}: {self.desk.told(text)}"

        return Ends(giver.told, of_another if self.elsewhere else giver.told)


def candidates(fleet: Fleet, giver: Placed) -> list[Candidate]:
    """The services that could have the address of ``giver``, which is on: those of its host that
    run, have ports and are off, and of each other host the one of its name. The likeliest come
    first, those of its name that cannot last, with the reason."""
    own = giver.service.network_container
    if own is None:
        return []
    here = [
        Candidate(giver.desk, service.name, warning=_unlike(own, service))
        for service in giver.desk.services()
        if service.name != giver.name and _may(service, own)
    ]
    here.sort(key=lambda each: natural(each.name))
    there = [_there(desk, giver, own) for desk in fleet.desks if desk is not giver.desk]
    return sorted([*here, *there], key=lambda each: (bool(each.why_not), bool(each.warning)))


def _may(service: Service, own: NetworkContainer) -> bool:
    if service.network_container is not None:
        return _same(service.network_container, own)
    plain = service.replicas is None and not service.borrows
    return service.state == "running" and bool(service.ports) and plain


def _same(one: NetworkContainer, other: NetworkContainer) -> bool:
    """Have they one identity? Then a move was begun, and goes on."""
    return (one.mac, one.client_id) == (other.mac, other.client_id)


def _there(desk: Desk, giver: Placed, own: NetworkContainer) -> Candidate:
    """The one of the same name on another host."""
    service = desk.service(giver.name)
    why = _why_not(desk, giver, service)
    if not why and service is not None:
        there = service.network_container
        if there is not None and not _same(there, own):
            why = "has a network container of its own; turn that off first"
    warning = _unlike(own, service) if service is not None and not why else ""
    return Candidate(desk, giver.name, why, warning, elsewhere=True)


def _why_not(desk: Desk, giver: Placed, service: Service | None) -> str:
    engine, here = desk.site.connection.engine, giver.desk.site.connection.engine
    if desk.site.away():
        return "its host is away"
    if engine is None or desk.site.inventory.at is None:
        return "its host has not answered yet"
    if here is not None and engine.id == here.id:
        return f"its engine has the id of {giver.desk.host}'s"
    if service is None or service.state == GONE:
        return "no service of that name there"
    if service.replicas is not None:
        return "it is its Swarm's"
    if service.borrows:
        return f"its network is {service.borrows}"
    return "" if service.state == "running" else f"it is {service.state}"


def _unlike(own: NetworkContainer, service: Service) -> str:
    """Which of the ports that are forwarded it does not expose; it may listen on them still."""
    exposed = {
        (single.proto, single.private)
        for forward in as_exposed(service.ports)
        for single in forward.singles()
    }
    missing = [
        forward
        for forward in own.ports
        if not all((single.proto, single.private) in exposed for single in forward.singles())
    ]
    return f"does not expose {as_list(missing)}" if missing else ""
