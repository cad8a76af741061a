"""Where the identity of a network container comes from: which seed, and whose name.

Unless it is chosen, the seed is the engine's id. What was chosen, or came from another service or
another host by a move, is kept by the network container's labels, so that whoever turns the service
on again finds it as it is. It ends with the network container: one that is turned off and on again
has the identity that netc chooses.
"""

from collections.abc import Iterable
from itertools import count

import msgspec

from netc_tui.core import identity
from netc_tui.core.identity import Identity
from netc_tui.core.model import Labels
from netc_tui.core.ownership import Own


class Origin(msgspec.Struct, frozen=True):
    """An identity, and what is noted of where it comes from."""

    identity: Identity
    seed: str = ""
    """Empty: the engine's id."""
    moved: str = ""
    """The service whose name it is derived from; empty: that of its own."""


def choose(
    engine_id: str,
    service: str,
    ours: Iterable[Own] = (),
    *,
    seed: str = "",
    mac: str = "",
    hostname: str = "",
) -> Origin:
    """The identity that ``service`` is to have: of the seed that is asked for, else the one that
    its network container has, where that is not netc's choice, else netc's choice. ``ours``: the
    network containers of the engine, of a service the one that counts first.

    Two network containers with one identity would take the address from each other: where another
    service has what would be netc's choice, since it came there by a move, it is the next one.
    """
    others = []
    own = None
    for each in ours:
        if each.service != service:
            others.append(each.labels)
        else:
            own = own or each.labels
    if seed:
        plain = "" if seed == engine_id else seed
        return Origin(identity.derive(seed, service, mac=mac, hostname=hostname), plain)
    if own is not None and own.moved:
        kept = Identity(
            mac=identity.check_mac(mac) if mac else own.mac,
            client_id=own.client_id,
            hostname=identity.check_hostname(hostname) if hostname else own.hostname,
        )
        return Origin(kept, own.seed, own.moved)
    if own is not None and own.seed:
        return Origin(identity.derive(own.seed, service, mac=mac, hostname=hostname), own.seed)
    taken = {labels.client_id for labels in others}
    for number in count(1):
        plain = "" if number == 1 else f"{engine_id}~{number}"
        found = identity.derive(plain or engine_id, service, mac=mac, hostname=hostname)
        if found.client_id not in taken or (own and own.client_id == found.client_id):
            break
    return Origin(found, plain)


def from_elsewhere(seed: str, engine_id: str) -> bool:
    """May another machine have had an identity of this seed? Not where the seed is the engine's own
    or one that ``choose`` makes of it."""
    return bool(seed) and seed.partition("~")[0] != engine_id


def handed(engine_id: str, labels: Labels, to_engine: str, to_service: str) -> Origin:
    """The identity of a network container on the engine of an id, as it is noted for a service,
    perhaps on another engine, that it goes to."""
    seed, name = labels.seed or engine_id, labels.moved or labels.service
    who = Identity(labels.mac, labels.client_id, labels.hostname)
    return Origin(
        who,
        seed="" if seed == to_engine else seed,
        # What netc would choose for that one needs no note; what was chosen beside it is lost then.
        moved="" if name == to_service and who == identity.derive(seed, name) else name,
    )
