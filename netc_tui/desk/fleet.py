"""The hosts at hand, in their order, each with its desk; and a service where it is."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from netc_tui.core.model import DEFAULT_BRIDGE, Service
from netc_tui.core.twins import Identified, twins
from netc_tui.desk.desk import Desk
from netc_tui.desk.watching import WatchLinks
from netc_tui.operations.live.connection import ConnectEngine


class Way(NamedTuple):
    """How a host is called, how its engine is reached, and how its interfaces are watched."""

    host: str
    connect: ConnectEngine
    watch_links: WatchLinks


class Which(NamedTuple):
    """Which service of which host: names are unique in an engine, and no further."""

    host: str
    service: str


class Placed(msgspec.Struct, frozen=True):
    """A service, and the desk of the host that it is on."""

    desk: Desk
    service: Service

    @property
    def which(self) -> Which:
        """Which service of which host it is."""
        return Which(self.desk.host, self.service.name)

    @property
    def name(self) -> str:
        """Of the service, as it is called on its host."""
        return self.service.name

    @property
    def called(self) -> str:
        """The same where there are several hosts: ``web1@nas``."""
        return self.desk.called(self.service.name)


def by_desk(services: Iterable[Placed]) -> dict[Desk, list[Placed]]:
    """Those of each host together."""
    found: dict[Desk, list[Placed]] = {}
    for placed in services:
        found.setdefault(placed.desk, []).append(placed)
    return found


class Fleet:
    """All hosts at hand."""

    def __init__(self, desks: Sequence[Desk]) -> None:
        self.desks = tuple(desks)
        self._of = {desk.host: desk for desk in self.desks}
        self.attend(None)

    @property
    def several(self) -> bool:
        """Are there more hosts than one?"""
        return len(self.desks) > 1

    def of(self, host: str) -> Desk:
        """The desk of the host of that name."""
        return self._of[host]

    def attend(self, desk: Desk | None) -> None:
        """This one's host is looked at, and no other. One that is alone always is."""
        for each in self.desks if self.several else ():
            each.watching.attend(each is desk)

    @property
    def under_way(self) -> list[Which]:
        """The services with a job that is not over."""
        return [Which(desk.host, name) for desk in self.desks for name in desk.jobs.under_way]

    def twins(self) -> tuple[str, ...]:
        """What there is to say of hosts whose engines have an id in common; nothing before each has
        answered, or has not in time."""
        if not all(desk.site.away() or desk.site.inventory.at is not None for desk in self.desks):
            return ()
        return twins(known for desk in self.desks if (known := _known(desk)) is not None)


def _known(desk: Desk) -> Identified | None:
    engine, found = desk.site.connection.engine, desk.site.inventory
    if engine is None or found.at is None:
        return None
    bridge = (network.id for network in found.networks if network.name == DEFAULT_BRIDGE)
    return Identified(desk.host, engine.id, next(bridge, None))
