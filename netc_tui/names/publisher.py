"""Who publishes names, as the settings say."""

import socket
from typing import Protocol

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.publication import Publication, check_name
from netc_tui.settings.declared import DnsSettings


class Outcome(msgspec.Struct, frozen=True):
    """What publishing a name, or taking it back, came to."""

    done: tuple[str, ...] = ()
    """What was changed, a line each; nothing when all was as it ought to be."""
    doubts: tuple[Finding, ...] = ()
    """What could not be had, though the name itself stands: its reverse record, a port's."""


class Holder(msgspec.Struct, frozen=True):
    """Who has a name now."""

    ours: bool
    """Did this network container publish it?"""
    leads_to: tuple[str, ...] = ()
    """Addresses, or the name that it is another name of. None: nobody has it."""


class Publisher(Protocol):
    """Publishes names. Nobody else's record is ever changed or removed.

    Each call can be made again at any time, by several at once, and after a kill at any moment: it
    looks at what is there and does what is missing. All wait for a server, some seconds at most,
    and raise NameTrouble.
    """

    def publish(self, wanted: Publication, before: Publication | None = None) -> Outcome:
        """Have it stand as wanted. ``before``: what was published of it until now, where its name,
        its ports, or whether it is shared are others now."""
        ...

    def withdraw(self, published: Publication) -> Outcome:
        """Take back what is ours of it; an empty address: whichever it has."""
        ...

    def held(self, wanted: Publication) -> Holder:
        """Look who has the name."""
        ...


def publisher(settings: DnsSettings) -> Publisher | None:
    """The publisher that the settings ask for; None when names are not published.

    Reads the secrets. Raises NetcError (usage) for what is missing or makes no sense.
    """
    if settings.publish == "off":
        return None
    for field in ("zone", "reverse"):
        if given := getattr(settings, field):
            check_name(given, f"dns.{field}")
    if settings.publish == "etcd":
        _without(settings, "key_file", "reverse_server")
        from netc_tui.names.etcd import Etcd

        return Etcd(settings)
    _without(settings, "user", "password_file", "ca", "certificate", "certificate_key")
    from netc_tui.names.rfc2136 import Rfc2136

    return Rfc2136(settings)


def _without(settings: DnsSettings, *names: str) -> None:
    for name in names:
        if getattr(settings, name):
            raise NetcError(
                f"dns.{name} is not for publishing by {settings.publish}; leave it out",
                Exit.USAGE,
            )


def service_name(port: int, proto: str) -> str:
    """The name of a port in /etc/services; empty when it has none."""
    try:
        return socket.getservbyport(port, proto)
    except OSError:
        return ""
