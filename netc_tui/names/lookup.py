"""What the LAN's DNS says of an address and of a name.

It asks name servers and nobody else. ``host.names`` asks this machine's resolver, which looks into
/etc/hosts and elsewhere, too: that is for people who want to know who a client is, this is for
whether the LAN finds the service.
"""

import time
from collections.abc import Sequence

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.reversename

from netc_tui.core.lookup import InDns, Pointing
from netc_tui.names import messages
from netc_tui.names.messages import NameServer

WITHIN = 1.0
"""Seconds that all questions together may take."""
OTHERS = 4
"""Other addresses of a name that are asked what they are called."""


def look(
    address: str, name: str = "", servers: Sequence[NameServer] = (), within: float = WITHIN
) -> InDns:
    """Ask for a name in full and for an address; without servers, those that this machine uses.

    Never raises for the network: what was not told in time is not known.
    """
    servers = tuple(servers) or messages.own_resolvers()
    ask = _Asked(servers, time.monotonic() + within)
    called = ask(dns.reversename.from_address(address), dns.rdatatype.PTR)
    wanted = name or (called[0] if called else "")
    found: tuple[str, ...] | None = None
    if wanted:
        found = ask(_name(wanted), dns.rdatatype.A)
    elif called is not None:
        found = ()
    if found is None:
        pointing = Pointing.UNKNOWN
    elif address in found:
        pointing = Pointing.HERE if len(found) == 1 else Pointing.ALSO
    else:
        pointing = Pointing.ELSEWHERE if found else Pointing.NOWHERE
    others = [
        other
        for each in [each for each in found or () if each != address][:OTHERS]
        for other in ask(dns.reversename.from_address(each), dns.rdatatype.PTR) or ()
    ]
    return InDns(
        address=address,
        name=wanted,
        pointing=pointing,
        addresses=found or (),
        called=called,
        others=tuple(dict.fromkeys(others)),
        servers=tuple(map(str, servers)),
        why=ask.why if pointing is Pointing.UNKNOWN else "",
    )


def _name(text: str) -> dns.name.Name | None:
    """A name; None for what is none, whoever told it."""
    try:
        return dns.name.from_text(text.removesuffix(".") + ".")
    except dns.exception.DNSException:
        return None


class _Asked:
    """Questions that have an end in common."""

    def __init__(self, servers: Sequence[NameServer], until: float) -> None:
        self._servers, self._until = list(servers), until
        self._said: dict[str, str] = {}
        """What each server said in place of an answer."""

    @property
    def why(self) -> str:
        """Why there was no answer."""
        if not self._servers:
            return "this machine has no name server"
        said = (f"{each} {self._said.get(str(each), 'was not asked')}" for each in self._servers)
        return ", ".join(said)

    def __call__(
        self, name: dns.name.Name | None, kind: dns.rdatatype.RdataType
    ) -> tuple[str, ...] | None:
        """The data; None when nobody told it. Who was silent is asked last from then on."""
        if name is None:
            return None
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
                self._said[str(server)] = "does not answer"
                self._servers.remove(server)
                self._servers.append(server)
                continue
            if answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                told = messages.addresses(answer, kind)
                return tuple(each.removesuffix(".") for each in told)
            self._said[str(server)] = f"says {dns.rcode.to_text(answer.rcode())}"
        return None
