"""What automation does next, decided from what there is: no I/O.

It turns on what labels ask for, and turns off only what it turned on itself. What an operator
turned on or off by hand stays as he left it.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from netc_tui.core import origin, ownership
from netc_tui.core.errors import NetcError
from netc_tui.core.identity import Identity
from netc_tui.core.model import DEFAULT_BRIDGE, Container, Network
from netc_tui.core.ownership import Own
from netc_tui.core.ports import Port, as_text
from netc_tui.core.reach import target
from netc_tui.core.text import shortened
from netc_tui.core.wishes import Policy, Vain, Wish, granted, wish

FOLLOWED = ("N404", "N405")
"""What is wrong with a service that turning it on again mends: it is on another network, or was
made anew."""

TOLD = 300
"""Characters of a reason at most: a list of ports may be of thousands."""
UNTOLD = "what it exposes is not known yet"


class Ruling(StrEnum):
    """What there is to be done about one service."""

    TURN_ON = "turn on"
    CHANGE = "change"
    """Turn on again, otherwise than it is."""
    TURN_OFF = "turn off"
    KEPT = "kept"
    """On, as its labels ask."""
    BY_HAND = "by hand"
    """On because an operator turned it on."""
    LEFT_OFF = "left off"
    """Off because an operator turned it off, whatever its labels ask."""
    WAITS = "waits"
    """It does not run, or it is not known yet what it asks for."""
    REFUSED = "refused"
    """Its labels ask in vain."""


DEEDS = frozenset({Ruling.TURN_ON, Ruling.CHANGE, Ruling.TURN_OFF})
"""Those that something follows from."""


class Decision(msgspec.Struct, frozen=True):
    """What is decided about one service."""

    service: str
    ruling: Ruling
    why: str = ""
    wish: Wish | None = None
    """What it is to be turned on with."""


class Present(msgspec.Struct, frozen=True):
    """What there is, as far as a round goes by it."""

    engine_id: str
    containers: tuple[Container, ...]
    networks: tuple[Network, ...]
    ports: Mapping[str, tuple[Port, ...]] = {}
    """What containers expose whose listing does not tell, by id, as far as that is known."""
    left_off: frozenset[str] = frozenset()
    """The services that an operator turned off by hand, by name and by id."""
    handed: frozenset[str] = frozenset()
    """The network containers, by id, that an operator turned on and gave back to the labels."""


def decide(seen: Present, policy: Policy) -> tuple[Decision, ...]:
    """What there is to be done about each service that is on or asks for something, by name."""
    pairs = ownership.paired(seen.containers)
    by_name = {container.name: container for container in ownership.services(seen.containers)}
    found = []
    for service in sorted({*pairs, *by_name}):
        own, container = next(iter(pairs.get(service, ())), None), by_name.get(service)
        asked = _asked(container, seen, _lenient(policy, own))
        if own is not None and not ownership.by_labels(own, seen.handed):
            found.append(Decision(service, Ruling.BY_HAND))
        elif own is not None and not seen.left_off.isdisjoint((service, own.labels.service_id)):
            # It was being turned on at that moment.
            found.append(Decision(service, Ruling.TURN_OFF, "an operator turned it off"))
        elif own is not None:
            found.append(_kept(own, asked, container, seen, policy))
        elif isinstance(asked, Vain):
            found.append(Decision(service, Ruling.REFUSED, asked.why))
        elif asked is not None and container is not None:
            found.append(_wanted(asked, container, seen))
    return tuple(found)


def _lenient(policy: Policy, own: Own | None) -> Policy:
    """What is on stays on its interface where the settings name none at all: they were not found,
    more likely than that an operator wanted all of it off."""
    if own is None or policy.interface or policy.interfaces:
        return policy
    return msgspec.structs.replace(policy, interface=own.labels.interface)


def _asked(container: Container | None, seen: Present, policy: Policy) -> Wish | Vain | None:
    asked = wish(container) if container is not None else None
    if container is None or not isinstance(asked, Wish):
        return asked
    return granted(asked, container, _ports(container, seen), policy)


def _ports(container: Container, seen: Present) -> Sequence[Port] | None:
    """What it exposes; None: that is not known, since the listing tells it only of one that runs
    in a network of its own, and is on one."""
    if container.ports:
        return container.ports
    told = container.running and not container.borrows and bool(container.addresses)
    return seen.ports.get(container.id, () if told else None)


def _wanted(asked: Wish, container: Container, seen: Present) -> Decision:
    if not seen.left_off.isdisjoint((asked.service, asked.service_id)):
        return Decision(asked.service, Ruling.LEFT_OFF, "an operator turned it off", asked)
    if not container.running:
        return Decision(asked.service, Ruling.WAITS, f"it does not run ({container.state})", asked)
    if _ports(container, seen) is None:
        return Decision(asked.service, Ruling.WAITS, UNTOLD, asked)
    return Decision(asked.service, Ruling.TURN_ON, "its labels ask for it", asked)


def _kept(
    own: Own,
    asked: Wish | Vain | None,
    container: Container | None,
    seen: Present,
    policy: Policy,
) -> Decision:
    if container is None:
        return Decision(own.service, Ruling.TURN_OFF, "the service is gone")
    if asked is None:
        return Decision(own.service, Ruling.TURN_OFF, "its labels do not ask for it any more")
    if isinstance(asked, Vain):
        return Decision(own.service, Ruling.TURN_OFF, asked.why)
    if not container.running:
        # The address is kept for it.
        return Decision(own.service, Ruling.KEPT, f"the service does not run ({container.state})")
    if _ports(container, seen) is None:
        return Decision(own.service, Ruling.KEPT, UNTOLD)
    why = next(_changes(own, asked, container, seen, policy), None)
    if why is not None:
        return Decision(own.service, Ruling.CHANGE, shortened(why, TOLD), asked)
    return Decision(own.service, Ruling.KEPT, "as its labels ask", asked)


def _changes(
    own: Own, asked: Wish, container: Container, seen: Present, policy: Policy
) -> Iterator[str]:
    """Why it must be turned on again to be as asked. Nothing that turning it on would not change
    (``plan.decision.difference``): it would be done again and again."""
    labels = own.labels
    if labels.interface != asked.interface:
        yield f"moves from {labels.interface} to {asked.interface}"
    if labels.ports != as_text(asked.ports):
        yield f"ports change from {labels.ports or 'none'} to {as_text(asked.ports)}"
    ours = itertools.chain.from_iterable(ownership.paired(seen.containers).values())
    chosen = {"seed": asked.seed, "mac": asked.mac, "hostname": asked.hostname}
    who = origin.choose(seen.engine_id, own.service, ours, **chosen).identity
    if Identity(labels.mac, labels.client_id, labels.hostname) != who:
        yield "its MAC address or hostname changes"
    if policy.published and labels.dns_name != asked.name:
        yield f"its name changes to {asked.name or labels.hostname}"
    if asked.network and not _means(asked.network, labels.network, seen.networks):
        yield f"the service is to be reached over {asked.network}, not {labels.network}"
    if own.container.state in ("created", "exited", "dead"):
        yield f"its network container does not run ({own.container.state})"
    yield from _elsewhere(own, container, seen)
    fault = ownership.service_fault(own, seen.containers)
    if fault is not None and fault.code in FOLLOWED and fault.remedy.startswith("netc up"):
        yield fault.cause


def _means(asked: str, name: str, networks: Sequence[Network]) -> bool:
    """Is the network of that name asked for, by its name or its id?"""
    return asked == name or any((each.id, each.name) == (asked, name) for each in networks)


def _elsewhere(own: Own, container: Container, seen: Present) -> Iterator[str]:
    """That the service has its address from another now, such as one that was made anew on the
    host's network. Where it would be reached then is another's, perhaps."""
    labels = own.labels
    try:
        at = target(container, seen.containers)
    except NetcError:
        return  # there is nothing to follow
    if at != labels.target:
        yield f"the service is now reached at {at or 'the host itself'}"
    borrowed = at not in ("", own.service)
    if borrowed and labels.network == DEFAULT_BRIDGE and container.id != labels.service_id:
        yield "the service was made anew, and a link on the default bridge does not follow that"
