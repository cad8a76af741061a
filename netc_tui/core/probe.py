"""What a look from within a network container found: what ``probe`` and ``examine`` print.

It comes from a container and is no trusted text: a line that makes no sense is left out, so that
what it was to tell is not known.
"""

import ipaddress
import re

from netc_tui.core.diagnosis.facts import Probe
from netc_tui.core.protocol import Hop, split_code

_GATEWAY = frozenset({"ok", "silent", "none"})
_ANSWERS = frozenset({"open", "refused", "silent"})
_HEALTHY, _BROKEN = "healthy", "broken"
_PORT = re.compile("(?:tcp|udp|sctp)/([1-9][0-9]{0,4})")
_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_MTU = re.compile("(ok|lost) ([1-9][0-9]{1,4})")
_RULE = re.compile("(?:filter|nat) (?:-A [!-~][ -~]*|:(?:INPUT|FORWARD) DROP)")
_STUCK = re.compile("([0-9.]+) ([1-9][0-9]{0,8})")
_COUNTS = re.compile("([0-9]{1,20}) ([0-9]{1,20})")
NONE = "none"


def parse(text: str) -> Probe:
    """All that was told, each line by itself: they come in no order, and some may be missing."""
    gateway: str | None = None
    ports: dict[str, str] = {}
    own: tuple[str, str | None, str | None] | None = None
    code: str | None = None
    holders: list[str] | None = None
    large: str | None = None
    mtu: int | None = None
    rules: dict[str, list[str]] = {}
    stuck: dict[str, int] | None = None
    unforwarded: tuple[int, int] | None = None
    for line in text.split("\n"):
        what, _, found = line.strip().partition(" ")
        match what:
            case "own":
                told = _own(found)
                if told is not None:
                    own, code = told
            case "gateway" if found in _GATEWAY:
                gateway = found
            case "holder" if found == NONE or _MAC.fullmatch(found.lower()):
                holders = holders or []
                if found != NONE and found.lower() not in holders:
                    holders.append(found.lower())
            case "large" if size := _MTU.fullmatch(found):
                large, mtu = size[1], int(size[2])
            case "there" | "planned" if found == NONE or _RULE.fullmatch(found):
                rules.setdefault(what, []).extend([found] if found != NONE else [])
            case "stuck" if found == NONE:
                stuck = stuck or {}
            case "stuck" if (client := _STUCK.fullmatch(found)) and _is_address(client[1]):
                stuck = {**(stuck or {}), client[1]: int(client[2])}
            case "unforwarded" if counts := _COUNTS.fullmatch(found):
                total, during = int(counts[1]), int(counts[2])
                unforwarded = (total, min(total, during))
            case _ if found in _ANSWERS and _is_port(what):
                ports[what] = found
    return Probe(
        gateway=gateway,
        ports=ports,
        own=own,
        code=code,
        holders=None if holders is None else tuple(holders),
        large=large,
        mtu=mtu,
        planned=tuple(rules["planned"]) if "planned" in rules else None,
        there=tuple(rules["there"]) if "there" in rules else None,
        stuck=stuck,
        unforwarded=unforwarded,
    )


def _own(text: str) -> tuple[tuple[str, str | None, str | None], str | None] | None:
    """Health, hop and reason, and the code of that; None: it makes no sense, or it did not look."""
    state, _, rest = text.partition(" ")
    hop, _, reason = rest.partition(" ")
    if state == _HEALTHY:
        return (state, None, None), None
    if state == _BROKEN and hop in tuple(Hop):
        code, reason = split_code(reason)
        return (state, hop, reason or None), code
    return None


def _is_port(text: str) -> bool:
    port = _PORT.fullmatch(text)
    return port is not None and int(port[1]) <= 65535


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
