"""What the LAN's DNS says of an address and of a name.

It asks name servers and nobody else. ``host.names`` asks this machine's resolver, which looks into
/etc/hosts and elsewhere, too: that is for people who want to know who a client is, this is for
whether the LAN finds the service.
"""

import time
from collections.abc import Sequence
from enum import StrEnum

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.reversename
import msgspec

from netc_tui.core.findings import Finding
from netc_tui.names import messages, trouble
from netc_tui.names.messages import NameServer

WITHIN = 1.0
"""Seconds that all questions together may take."""


class Pointing(StrEnum):
    """Where a name leads."""

    HERE = "here"
    """To the address, and to no other."""
    ALSO = "also here"
    """To the address and to others: clients get one or another."""
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"
    """The DNS has no such name."""
    UNKNOWN = "not known"
    """No name server answered in time."""


class InDns(msgspec.Struct, frozen=True):
    """What the DNS said."""

    name: str
    """The name that was asked for, or else the one that the address has; empty: none."""
    pointing: Pointing
    addresses: tuple[str, ...] = ()
    """All that the name leads to."""
    called: tuple[str, ...] = ()
    """What the address is called (PTR)."""
    others: tuple[str, ...] = ()
    """What the other addresses are called that the name leads to: who else has it."""

    def finding(self, address: str) -> Finding | None:
        """What is wrong, if the name is ours to have."""
        if self.pointing not in (Pointing.ALSO, Pointing.ELSEWHERE):
            return None
        who = ", ".join(each for each in self.addresses if each != address)
        also = "also " if self.pointing is Pointing.ALSO else ""
        named = f" ({', '.join(self.others)})" if self.others else ""
        return Finding(
            trouble.ELSEWHERE,
            f"in the DNS {self.name} leads {also}to {who}{named}, not to {address}"
            if not also
            else f"in the DNS {self.name} leads also to {who}{named}",
            "choose another name with --hostname, or remove the old record",
        )


def look(
    address: str, name: str = "", servers: Sequence[NameServer] = (), within: float = WITHIN
) -> InDns:
    """Ask for a name in full and for an address; without servers, those that this machine uses.

    Never raises for the network: what was not told in time is not known.
    """
    ask = _Asked(servers or messages.own_resolvers(), time.monotonic() + within)
    called = ask(dns.reversename.from_address(address), dns.rdatatype.PTR)
    wanted = name or (called[0] if called else "")
    if not wanted:
        return InDns("", Pointing.UNKNOWN if called is None else Pointing.NOWHERE)
    found = ask(dns.name.from_text(wanted.removesuffix(".") + "."), dns.rdatatype.A)
    if found is None:
        return InDns(wanted, Pointing.UNKNOWN, called=called or ())
    rest = [each for each in found if each != address]
    others = [
        other
        for each in rest[:4]
        for other in ask(dns.reversename.from_address(each), dns.rdatatype.PTR) or ()
    ]
    return InDns(
        wanted, _pointing(address, found), found, called or (), tuple(dict.fromkeys(others))
    )


def _pointing(address: str, found: Sequence[str]) -> Pointing:
    if address in found:
        return Pointing.HERE if len(found) == 1 else Pointing.ALSO
    return Pointing.ELSEWHERE if found else Pointing.NOWHERE


class _Asked:
    """Questions that have an end in common."""

    def __init__(self, servers: Sequence[NameServer], until: float) -> None:
        self._servers, self._until = list(servers), until

    def __call__(
        self, name: dns.name.Name, kind: dns.rdatatype.RdataType
    ) -> tuple[str, ...] | None:
        """The data; None when nobody told it. Who was silent is asked last from then on."""
        for at, server in enumerate(list(self._servers)):
            left = self._until - time.monotonic()
            if left <= 0:
                return None
            # As long as there is another one, half of the time that is left.
            seconds = left / 2 if at + 1 < len(self._servers) else left
            query = dns.message.make_query(name, kind)
            try:
                answer, _ = dns.query.udp_with_fallback(
                    query, server.host, seconds, server.port, ignore_unexpected=True
                )
            except (OSError, EOFError, ValueError, dns.exception.DNSException):
                self._servers.remove(server)
                self._servers.append(server)
                continue
            if answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                told = messages.addresses(answer, kind)
                return tuple(each.removesuffix(".") for each in told)
        return None
