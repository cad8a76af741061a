"""What netc and its network containers say to each other: environment, files, events.

The one place where these names stand. The shell that runs in a network container spells them too;
``tests/core/test_protocol.py`` holds its files to this module.
"""

import re
from enum import StrEnum


class Env(StrEnum):
    """The environment of a network container: all that its shell is told at its start."""

    NAME = "NETC_NAME"
    """The name to look the service up by."""
    LOOKUP = "NETC_LOOKUP"
    """How: one of ``Lookup``."""
    PTR = "NETC_PTR"
    """With ``Lookup.DNS``: what Docker's name server must call the address, CONTAINER.NETWORK; with
    ``Lookup.TASKS`` SERVICE.*.NETWORK, whose star stands for what is another with each task."""
    SVC_SUBNETS = "NETC_SVC_SUBNETS"
    """The IPv4 subnets of the service's network, separated by blanks: its link is known by them."""
    LAN_SUBNET = "NETC_LAN_SUBNET"
    """The throw-away subnet of the LAN network; empty: its link has no address."""
    MAC = "NETC_MAC"
    CLIENT_ID = "NETC_CLIENT_ID"
    """Option 61 in hex."""
    HOSTNAME = "NETC_HOSTNAME"
    """Option 12."""
    HOST_ADDRESSES = "NETC_HOST_ADDRESSES"
    """The host's own addresses on the interface, ADDRESS/PREFIX, separated by blanks; empty when
    they are not known."""
    BASE_RULES = "NETC_BASE_RULES"
    """iptables-restore input, the same for all."""
    RULES_HASH = "NETC_RULES_SHA256"
    """SHA-256 in hex of the file ``RULES``."""
    TELLS = "NETC_TELLS"
    """``yes``: it may hold an identity that another machine had, and tells the LAN since when;
    ``takes``: it takes it from another machine that has it now, too; without, one that asks for its
    first address stands by when it hears such a machine."""


class Lookup(StrEnum):
    """How a network container finds its service."""

    DNS = "dns"
    """Docker's name server on a user-defined network; the PTR record tells whose an address is."""
    TASKS = "tasks"
    """The same for a service of a Swarm, whose tasks have one name together and one each."""
    LINK = "link"
    """The line in /etc/hosts that a legacy link writes, on the default bridge."""
    HOST = "host"
    """The line in /etc/hosts that names the host itself."""


FOLDER = "/lease"
"""The volume of a network container."""
RULES = "rules"
"""In it: the rules for the service's ports, put there before the first start (core.rules)."""
STATE = "state"
"""In it: the last event, as in the log; a log may be cut."""
ADDRESS = "address"
"""In it: the address it had last."""
FORMER = "former-address"
"""In it: the address that the one had in whose place it was made, to be asked for at first."""

OFFER = "offer"
"""In it: the lease in force as the DHCP server told it, a fact a line as ``NAME=VALUE``, with
``boot`` and ``since``: on which boot, and at which hundredth of a second of it, it was granted."""
HANDED = "handed"
"""In it: the same, put there before the first start of one that is to take another's place, with
``ago`` in place of those two: how many seconds ago. It stands by until the other is silent."""
YIELD = "yield"
"""In it: put there while it runs, its address: it is to leave that to another, without a word to
the DHCP server, and stand by."""
UPTIME = ("/bin/cat", "/proc/uptime")
"""A command in it: seconds since the boot of its host, by which the moments in ``OFFER`` are."""
TAKE = ("/bin/sh", "/netc/take")
"""A command in it: takes over what it stands by for, as soon as it can within five seconds; it
returns at once."""
CLAIM_LINK = "netc-claim"
"""The link that it has beside those to the LAN and to its service: no address, no traffic."""

PROBE = ("/bin/sh", "/netc/probe")
"""A command in it: looks at the path once, see ``core.health``. Arguments: PROTO/PORT of the
service, each asked whether it answers."""
EXAMINE = ("/bin/sh", "/netc/examine")
"""A command in it: the same and more, see ``core.probe``; takes two seconds. The same arguments."""
FACTS = "FACTS"
"""The environment variable that tells ``EXAMINE``, run beside a network container, what it could
read within."""
COUNTERS = ("/bin/sh", "/netc/counters")
"""A command in it: the rules with their counters, as iptables-save(8) prints them, and those that
are planned (``core.rules``)."""
CLIENTS = ("/bin/sh", "/netc/clients")
"""A command in it: who is connected through it now, see ``core.clients``."""
RENEW = ("/bin/sh", "/netc/renew")
"""A command in it: asks for a renewal now, and returns at once."""
MUTE = (TAKE, RENEW)
"""The commands that print nothing."""


class Said(StrEnum):
    """Events: what a network container tells, one JSON object a line (``core.lease.Event``)."""

    START = "start"
    DISCOVER = "discover"
    """It asks the LAN for a DHCP server."""
    NO_OFFER = "no_offer"
    """None answered, on a link that is up."""
    BOUND = "bound"
    MOVED = "moved"
    """Bound to another address than before; the message names both."""
    RENEWED = "renewed"
    RENEW_ASKED = "renew_asked"
    RENEWING = "renewing"
    REBINDING = "rebinding"
    EXPIRED = "expired"
    NAK = "nak"
    """The server refused the address."""
    BAD_OFFER = "bad_offer"
    """A server granted what cannot be used; refused."""
    ROGUE = "rogue"
    """Another server answered for a lease that runs; ignored."""
    NEW_SERVER = "new_server"
    """The lease is from another server than the one before."""
    OTHER_SUBNET = "other_subnet"
    """The lease is outside the subnets that the host itself has on the interface."""
    CONFLICT = "conflict"
    """Somebody else has the address."""
    STANDBY = "standby"
    """Somebody else has its whole identity; it waits until that one is silent."""
    RIVAL = "rival"
    """Somebody else has its whole identity, too: the one that was bound earlier has to give way."""
    TARGET = "target"
    """The service was found at an address, and the path to it opened."""
    TARGET_LOST = "target_lost"
    """It was lost, and the path closed; the message says why."""
    DRIFT = "drift"
    """Something of its own was changed from outside; the message says what, and whether it was
    repaired."""
    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"
    HEALTH = "health"
    """What is broken first on the path is another thing than before, or nothing any more."""
    CHECKED = "checked"
    """Nothing happened: a sign of life, every ``SIGN_OF_LIFE`` seconds."""
    COUNTED = "counted"
    """Nothing happened, but more was forwarded, or others are connected; every ``COUNTS``
    seconds at most."""
    IPV6_OPEN = "ipv6_open"
    RELEASED = "released"
    STOPPED = "stopped"
    FAILED = "failed"
    """It cannot go on and ends."""


TROUBLE = frozenset(
    {
        Said.FAILED,
        Said.NO_OFFER,
        Said.CONFLICT,
        Said.NAK,
        Said.EXPIRED,
        Said.BAD_OFFER,
        Said.TARGET_LOST,
        Said.LINK_LOST,
        Said.STANDBY,
        Said.IPV6_OPEN,
    }
)
"""Events whose message says what is wrong; the next event ends it."""

WARNINGS = frozenset(
    {Said.ROGUE, Said.NEW_SERVER, Said.OTHER_SUBNET, Said.DRIFT, Said.MOVED, Said.RIVAL}
)
"""Events that an operator should read, though nothing need be broken."""

QUIET = frozenset({Said.CHECKED, Said.COUNTED})
"""Events that count for how it stands and are not shown: nothing happened."""

SIGN_OF_LIFE = 300
"""Seconds between two events at most."""
COUNTS = 60
"""Seconds between two events at least of which each tells counts alone."""
STALE = 2 * SIGN_OF_LIFE + 60
"""Seconds after which nothing is known any more of one that said nothing."""


class Hop(StrEnum):
    """The parts of the path that a network container checks by itself, in their order."""

    LAN = "lan"
    ADDRESS = "address"
    RULES = "rules"
    SERVICE = "service"


_CODE = re.compile("N[0-9]{3}")


def is_code(text: str) -> bool:
    """Has it the form of a finding's code (core.findings): N and three digits?"""
    return _CODE.fullmatch(text) is not None


def split_code(text: str) -> tuple[str | None, str]:
    """Code and reason, as a probe prints them: ``N102 no carrier``.

    ``-`` stands for no code; one that an older network container does not print is none either.
    """
    first, _, rest = text.partition(" ")
    if first == "-":
        return None, rest
    return (first, rest) if is_code(first) else (None, text)
