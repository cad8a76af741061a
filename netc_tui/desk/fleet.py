"""The hosts at hand, in their order, each with its desk; and a service where it is."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from netc_tui.core.model import DEFAULT_BRIDGE, Service
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


NAMED = 4
"""So many hosts are named at most."""


class Alike(msgspec.Struct, frozen=True):
    """Hosts whose engines have one id."""

    hosts: tuple[str, ...]
    same: bool
    """Is it one engine, reached in several ways? Else machines were cloned."""

    def __str__(self) -> str:
        names = f"{', '.join(self.hosts[:-1])} and {self.hosts[-1]}"
        if len(self.hosts) > NAMED:
            names = f"{', '.join(self.hosts[:NAMED])} and {len(self.hosts) - NAMED} more"
        if self.same:
            return f"{names} are one engine: what it has is listed {len(self.hosts)} times"
        return (
            f"{names} have the same engine id, as cloned machines do: network containers of"
            " services with one name get the same MAC there, and take each other's address. Turn"
            " them off, remove /etc/docker/key.json and /var/lib/docker/engine-id on one of them,"
            " and restart its engine"
        )


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

    def alike(self) -> list[Alike]:
        """Which have an engine id in common; none before each has answered, or has not in time."""
        if not all(desk.site.away() or desk.site.inventory.at is not None for desk in self.desks):
            return []
        found: dict[str, list[Desk]] = {}
        for desk in self.desks:
            engine = desk.site.connection.engine
            if engine is not None and desk.site.inventory.at is not None:
                found.setdefault(engine.id, []).append(desk)
        return [
            Alike(tuple(desk.host for desk in desks), _same(desks))
            for desks in found.values()
            if len(desks) > 1
        ]


def _same(desks: Sequence[Desk]) -> bool:
    """Have they the default bridge in common? Each start of an engine makes it anew, under another
    id; containers and other networks a clone has, too."""
    bridges = {
        network.id
        for desk in desks
        for network in desk.site.inventory.networks
        if network.name == DEFAULT_BRIDGE
    }
    return len(bridges) == 1
