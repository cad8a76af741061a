"""What a panel is: a value. Another is a file beside this one and its name in ``settings.keys``."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum

import msgspec

from netc_tui.core.lease import Event
from netc_tui.core.lookup import InDns
from netc_tui.core.model import Remembered, Service
from netc_tui.core.path import Check
from netc_tui.core.records import Entry
from netc_tui.core.traffic import Traffic
from netc_tui.desk.desk import Desk
from netc_tui.desk.job import Job
from netc_tui.desk.notes import Note
from netc_tui.operations.live.clients import Callers
from netc_tui.operations.live.rules import Reading
from netc_tui.tui.draw import Line
from netc_tui.tui.glyphs import Glyphs


class Feed(Enum):
    """What is read only while a panel that needs it is on screen."""

    RULES = "rules"
    PATH = "path"
    CLIENTS = "clients"
    NAMES = "names"


class Place(Enum):
    """Where a panel stands when there is room for several: two beside each other, one below. Of
    those with one place, that in front is shown, or else the first; all are on a large screen."""

    LEFT = 0
    RIGHT = 1
    BELOW = 2


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All that a desk knows of one service at one moment."""

    service: Service
    now: datetime
    job: Job | None = None
    notes: tuple[Note, ...] = ()
    check: Check | None = None
    """The path to it; None while it is off."""
    asked: bool = False
    """Was it asked along that path?"""
    events: tuple[Event, ...] = ()
    """What its network container said, oldest first."""
    entries: tuple[Entry, ...] = ()
    """What was done to it, oldest first."""
    memory: Remembered | None = None
    """What the engine remembers; None: not asked yet."""
    reading: Reading | None = None
    """The rules that were read last, of whichever network container."""
    clients: Callers | None = None
    """Who was connected last, to whichever service."""
    traffic: Traffic | None = None
    """What passes to it; None: that is not known."""
    counters_coming: bool = False
    """Is that about to be read for the first time?"""
    in_dns: InDns | None = None
    """Which name the DNS has for it; None: it was not asked."""
    alive: bool = True
    """Does the engine answer?"""
    local: bool = True
    """Is the engine's host this machine?"""
    interface: str = ""
    """The interface in force."""
    rested: float = 0.0
    """Seconds that the cursor has been on it."""
    called: str = ""
    """Its name, with its host's where there are several."""


COME = 1.5
"""Seconds from a move of the cursor within which what panels show is read."""


def awaited(shown: Snapshot, *, known: bool) -> bool:
    """Is what a panel shows of this service about to be read? ``known``: it was read already."""
    own = shown.service.network_container
    running = own is not None and own.state == "running"
    return running and shown.alive and not known and 0 <= shown.rested < COME


class Room(msgspec.Struct, frozen=True):
    """Where lines are to go."""

    columns: int
    glyphs: Glyphs
    hints: Mapping[str, str]
    """The keys of what can be done, by their ids."""
    alone: bool = True
    """Is it the only panel that can be seen?"""


class Panel(msgspec.Struct, frozen=True):
    """One of the panels of the service under the cursor."""

    name: str
    """Its title, and the id of its key without ``_panel``."""
    lines: Callable[[Snapshot, Room], list[Line]]
    place: Place = Place.BELOW
    wide: bool = False
    """Are its lines long ones, so that on a large screen it stands where there is more room?"""
    feeds: frozenset[Feed] = frozenset()
    ticks: bool = False
    """Does it change with the time alone?"""
    coming: Callable[[Snapshot], bool] = lambda _: False
    """Is what it shows about to be read? Then what it shows stays for a moment: to clear a panel
    costs more than all else that the cursor moves."""
    of: Callable[[Snapshot], str] = lambda _: ""
    """What its title says of how old it is; empty for now."""

    @property
    def key(self) -> str:
        """The id of the key that brings it to the front."""
        return f"{self.name}_panel"


def snapshot(desk: Desk, service: Service, rested: float = 0.0) -> Snapshot:
    """What there is to know of a service now."""
    own, engine = service.network_container, desk.site.connection.engine
    return Snapshot(
        service=service,
        now=desk.now(),
        check=desk.check(own) if own is not None else None,
        asked=own is not None and desk.site.asked(own, desk.now()) is not None,
        job=desk.jobs.of(service.name),
        notes=desk.notes.of(service.name),
        events=desk.site.events(service.name),
        entries=desk.site.entries(service.name),
        memory=desk.site.memory,
        reading=desk.reading,
        clients=desk.callers,
        traffic=desk.site.passing.get(service.name),
        counters_coming=desk.site.counters_coming(service.name),
        in_dns=desk.site.in_dns(own) if own is not None else None,
        alive=desk.site.connection.alive,
        local=engine is None or engine.local,
        interface=desk.interface,
        rested=rested,
        called=desk.called(service.name),
    )
