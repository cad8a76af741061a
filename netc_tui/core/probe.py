"""What a command in a network container printed (``protocol.PROBE``)."""

from netc_tui.core.diagnosis.facts import Probe
from netc_tui.core.protocol import Hop

_GATEWAY = frozenset({"ok", "silent", "none"})
_ANSWERS = frozenset({"open", "refused", "silent"})


def parse(text: str) -> Probe:
    """Read it; lines that make no sense are left out, so that they say nothing."""
    gateway: str | None = None
    ports: dict[str, str] = {}
    own: tuple[str, str | None, str | None] | None = None
    for line in text.splitlines():
        what, _, found = line.strip().partition(" ")
        if what == "own":
            state, _, rest = found.partition(" ")
            hop, _, reason = rest.partition(" ")
            if state == "healthy":
                own = (state, None, None)
            elif state == "broken" and hop in tuple(Hop):
                own = (state, hop, reason or None)
        elif what == "gateway" and found in _GATEWAY:
            gateway = found
        elif found in _ANSWERS:
            ports[what] = found
    return Probe(gateway=gateway, ports=ports, own=own)
