"""Which name leads to a network container in the LAN's DNS: what is asked, and what was told."""

from enum import StrEnum

import msgspec

from netc_tui.core.errors import NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.model import Keeper, NetworkContainer
from netc_tui.core.publication import full
from netc_tui.core.text import few

ELSEWHERE = "N909"
UNHEARD_OF = "N910"


class Question(msgspec.Struct, frozen=True):
    """What name servers are asked of a network container."""

    address: str
    name: str = ""
    """In full, the one that should lead to it; empty: none is known."""
    servers: tuple[str, ...] = ()
    """The addresses of those of the LAN; empty: those that this machine uses."""
    shared: bool = False
    """Was it asked for that others have the name, too?"""


class Zone(msgspec.Struct, frozen=True):
    """Where netc publishes names."""

    name: str = ""
    """Empty: the domain that each DHCP server tells."""
    shares: bool = False
    """Can several have one name there?"""


def question(own: NetworkContainer, zone: Zone | None = None) -> Question | str:
    """What to ask, or why there is nothing to ask.

    Where netc itself publishes names, the name is the one that it would; else (no ``zone``) that
    under which a DHCP server registers a client.
    """
    if own.ip is None:
        return "it has no address"
    name = ""
    label = (own.dns_name if zone is not None else "") or own.hostname
    domain = (zone.name if zone is not None else "") or own.domain
    if domain:
        try:
            name, _ = full(label, domain)
        except NetcError:  # what the DHCP server tells need not be one
            name = ""
    if not name and not own.name_servers:
        return "the DHCP server tells no domain and no name server"
    return Question(own.ip, name, own.name_servers, zone is not None and shared(own, zone))


def shared(own: NetworkContainer, zone: Zone) -> bool:
    """May others have its name, too? Only labels can ask for that (``netc.dns.name``)."""
    return zone.shares and bool(own.dns_name) and own.keeper == Keeper.LABELS


class Pointing(StrEnum):
    """Where a name leads."""

    HERE = "here"
    """To the address, and to no other."""
    ALSO = "also elsewhere"
    """To the address and to others: clients get one or another."""
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"
    """The DNS has no such name."""
    UNKNOWN = "unknown"


class InDns(msgspec.Struct, frozen=True, kw_only=True):
    """What the DNS said of an address and of the name that should lead to it."""

    address: str
    name: str = ""
    """The name that was asked for, or else the one that the address has; empty: none."""
    pointing: Pointing
    addresses: tuple[str, ...] = ()
    """All that the name leads to."""
    called: tuple[str, ...] | None = None
    """What the address is called (PTR); None: that was not told."""
    others: tuple[str, ...] = ()
    """What the other addresses are called that the name leads to: who else has it. Often that is
    the name itself."""
    servers: tuple[str, ...] = ()
    """The name servers that were to be asked."""
    ours: bool | None = None
    """Did netc publish the name? None: it publishes none here, or that was not told."""
    shared: bool = False
    """Was it asked for that others have the name, too?"""
    why: str = ""
    """Why it is not known where the name leads."""

    @property
    def there(self) -> tuple[str, ...]:
        """Where else it leads."""
        return tuple(each for each in self.addresses if each != self.address)

    @property
    def elsewhere(self) -> str:
        """The same, and who that is: ``10.0.0.9 (printer.home.lan)``."""
        known = [each for each in self.others if each.lower() != self.name.lower()]
        return few(self.there) + (f" ({few(known)})" if known else "")

    def __str__(self) -> str:
        """In a sentence, without a full stop."""
        told = [self._leads()]
        known = tuple(each.lower() for each in self.called or ())
        if known and self.name.lower() not in known:
            told.append(f"its address is called {few(self.called or ())}")
        elif self.called == () and self.pointing in (Pointing.HERE, Pointing.ALSO):
            told.append("its address has no name there")
        if self.ours is not None:
            told.append("published by netc" if self.ours else "not published by netc")
        return "; ".join(told)

    def _leads(self) -> str:
        match self.pointing:
            case Pointing.HERE:
                return f"{self.name} leads here"
            case Pointing.ALSO:
                return f"{self.name} leads here, and to {self.elsewhere}"
            case Pointing.ELSEWHERE:
                return f"{self.name} leads to {self.elsewhere}, not here"
            case Pointing.NOWHERE if self.name:
                return f"{self.name} is not in the DNS"
            case Pointing.NOWHERE:
                return "the DNS has no name for its address"
        return ": ".join(filter(None, (self.name, f"not known, {self.why}")))

    def finding(self, again: str = "") -> Finding | None:
        """What is wrong with the name, if anything is. ``again``: the command that makes the
        network container anew as it is."""
        match self.pointing:
            case Pointing.ALSO if not self.shared:
                return self._taken(f"in the DNS {self.name} leads also to {self.elsewhere}")
            case Pointing.ELSEWHERE:
                return self._taken(
                    f"in the DNS {self.name} leads to {self.elsewhere}, not to {self.address}"
                )
            case Pointing.NOWHERE if self.ours:
                cause = f"netc publishes {self.name}; {', '.join(self.servers)} has no such name"
                how = "have that name server ask the one that netc publishes to (dns.server)"
                return Finding(UNHEARD_OF, cause, how)
            case Pointing.NOWHERE if self.ours is False:
                cause = f"{self.name} is not in the DNS, and netc has not published it"
                return Finding(UNHEARD_OF, cause, "publish it with" if again else "", again)
        return None

    def _taken(self, cause: str) -> Finding:
        option = "--hostname" if self.ours is None else "--name"
        how = f"choose another name with {option}, or remove the old record"
        return Finding(ELSEWHERE, cause, how)


def unknown(why: str, asked: Question | None = None) -> InDns:
    """Nothing was told, and why."""
    return InDns(
        address=asked.address if asked is not None else "",
        name=asked.name if asked is not None else "",
        pointing=Pointing.UNKNOWN,
        servers=asked.servers if asked is not None else (),
        why=why,
    )
