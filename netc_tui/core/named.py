"""Which names netc published from an engine, written down there before they are (``Memo``).

No name server lists what an owner has, and a network container that is gone tells nothing any more:
without that nobody would know which names were left behind.

What is written down is never changed: what is to be takes its place beside it, and only when that
stands is the former forgotten. So at no moment a name stands that nothing tells of.
"""

import hashlib
import ipaddress
from collections.abc import Collection, Iterable, Sequence

import msgspec

from netc_tui.core import identity
from netc_tui.core.errors import NetcError
from netc_tui.core.model import FOR, MEMO, Container, Memo
from netc_tui.core.ownership import owned
from netc_tui.core.publication import LEAST_TTL, Publication, ServicePort, check_name, full

NAME = "name"
"""What such a memo is about."""
_SHOWN = 180
"""Characters of the name in the name of its memo: a file system takes 255 for all of it."""


class NameMemo(msgspec.Struct, frozen=True):
    """A name that netc published, or was about to."""

    service: str
    """What its service was called when it was published."""
    by: str
    """The way it was published, as the settings call it."""
    memo: str
    """The name of what tells it."""
    published: Publication
    """As far as it matters for taking it back: not how long it was to be remembered."""
    engine: str = ""
    """The id of the engine from which it was published, where its client-id does not tell."""

    def is_called(self, name: str, zone: str) -> bool:
        """Is it the name that a network container is to have? ``name`` is a label or a name in
        full, an empty zone any."""
        own = self.published
        try:
            same = not zone or check_name(zone, "zone") == own.zone
            return same and full(name, own.zone)[0] == own.name
        except NetcError:  # of what cannot be published nothing was
            return False


def memo(service: str, by: str, published: Publication, engine_id: str = "") -> Memo:
    """What is written down of a name, on the engine of that id."""
    said = {
        "name": published.name,
        "zone": published.zone,
        "address": published.address,
        "client-id": published.client_id,
        "ports": " ".join(f"{port.service}/{port.proto}/{port.port}" for port in published.ports),
        "shared": "true" if published.shared else "false",
        "by": by,
    }
    if engine_id and published.client_id != identity.derive(engine_id, service).client_id:
        said["engine"] = engine_id
    labels = {MEMO: NAME, FOR: service} | {f"{MEMO}.{field}": said[field] for field in said}
    content = hashlib.sha256("\0".join((service, *said.values())).encode()).hexdigest()[:12]
    return Memo(f"{identity.PREFIX}name-{published.name[:_SHOWN]}-{content}", labels)


def written(memos: Iterable[Memo]) -> tuple[NameMemo, ...]:
    """The names among what is written down; what makes no sense is none of netc's."""
    found = (_read(each) for each in memos if each.labels.get(MEMO) == NAME)
    return tuple(each for each in found if each is not None)


def _read(memo: Memo) -> NameMemo | None:
    said = memo.labels
    try:
        name, zone = full(said[f"{MEMO}.name"], said[f"{MEMO}.zone"])
        client_id = said[f"{MEMO}.client-id"]
        bytes.fromhex(client_id)
        parts = [port.split("/") for port in said[f"{MEMO}.ports"].split()]
        ports = tuple(ServicePort(service, proto, int(port)) for service, proto, port in parts)
        if address := said[f"{MEMO}.address"]:
            ipaddress.IPv4Address(address)
        for port in ports:
            # Its service begins with an underscore, and has no dot.
            check_name(f"{port.service}.{port.proto}")
        return NameMemo(
            said[FOR],
            said[f"{MEMO}.by"],
            memo.name,
            Publication(
                name, zone, address, client_id, LEAST_TTL,
                ports=ports, shared=said[f"{MEMO}.shared"] == "true",
            ),
            said.get(f"{MEMO}.engine", ""),
        )  # fmt: skip
    except (KeyError, ValueError, NetcError):
        return None


def of_service(
    found: Iterable[NameMemo], service: str, engine_id: str, by: str
) -> tuple[NameMemo, ...]:
    """Those of one service, as far as they are this engine's: one that was copied from another
    machine, with all that Docker has, brings what was written down there."""
    own = identity.derive(engine_id, service).client_id

    def is_own(each: NameMemo) -> bool:
        chosen = (each.service, each.engine) == (service, engine_id)
        return each.published.client_id == own or chosen

    return tuple(each for each in found if each.by == by and is_own(each))


def left(
    found: Iterable[NameMemo],
    containers: Sequence[Container],
    engine_id: str,
    by: str,
    zone: str,
    lapsed: Collection[str] = (),
) -> tuple[NameMemo, ...]:
    """Those that no network container is to have any more, in their order. ``zone``: of the
    settings; empty where that of each lease is taken. ``lapsed``: the client-ids of network
    containers that have no address."""
    known = {own.labels.client_id: own.labels for own in owned(containers)}
    there = {client_id: labels for client_id, labels in known.items() if client_id not in lapsed}

    def has(each: NameMemo) -> bool:
        labels = there.get(each.published.client_id)
        return labels is not None and each.is_called(labels.dns_name or labels.hostname, zone)

    return tuple(
        each for each in found if of_service([each], each.service, engine_id, by) and not has(each)
    )


def before(wanted: Publication, former: Iterable[NameMemo]) -> Publication | None:
    """What was published until now under the name of ``wanted``; None: nothing."""
    same = [each.published for each in former if each.published.name == wanted.name]
    if not same:
        return None
    ports = {port for each in same for port in each.ports}
    otherwise = any(each.shared != wanted.shared for each in same)
    return msgspec.structs.replace(
        same[-1],
        ports=tuple(sorted(ports)),
        shared=wanted.shared != otherwise,
    )
