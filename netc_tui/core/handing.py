"""What one network container leaves to the one that takes its place: its lease, as it runs.

The moments of a lease are by the clock since the boot of the host that it runs on. Another host has
another such clock, so what is handed over is how long ago it was granted.
"""

import math
from collections.abc import Mapping

from netc_tui.core.errors import NetcError
from netc_tui.core.protocol import ADDRESS, HANDED

FACTS = ("ip", "subnet", "router", "server", "lease", "t1", "t2", "domain", "dns", "mtu", "routes")
"""What a DHCP server tells that is handed on."""
LONGEST = 4000
"""Characters of each at most."""
LATE = 2
"""Seconds that a lease is taken for older than it is: what it takes to hand it over."""


def handed(offer: bytes | None, address: str, uptime: str) -> Mapping[str, str]:
    """The files of the heir, of the file ``protocol.OFFER`` of the one whose place it takes, and
    of what ``protocol.UPTIME`` printed there. ``address``: what that one has now.

    Raises NetcError when that file is not there or is of another address: then it was made by
    another version of netc, or has just got another lease.
    """
    facts = dict(line.split("=", 1) for line in _lines(offer) if "=" in line)
    since, now = _number(facts.get("since", "")), _number(uptime.partition(" ")[0])
    if facts.get("ip") != address or since is None or now is None:
        raise NetcError("it does not tell its lease; another version of netc made it")
    told = [f"{name}={facts[name]}" for name in FACTS if facts.get(name)]
    # More than that is left of no lease that runs.
    ago = min(max(0, math.ceil(now - since / 100)) + LATE, 2**32)
    server = facts.get("server", "")
    return {
        ADDRESS: f"{address} {server}\n",
        HANDED: "\n".join([*told, f"ago={ago}", ""]),
    }


def _lines(offer: bytes | None) -> list[str]:
    text = (offer or b"").decode("ascii", "replace")
    # It stands in a volume that its network container writes, and came from the LAN before that.
    return [line for line in text.split("\n") if line.isprintable() and len(line) <= LONGEST]


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
