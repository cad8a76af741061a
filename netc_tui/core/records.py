"""What operators did to services, as Docker remembers it: who, when, what, and what came of it.

No file of netc's has it. A network container carries in a label who made it, with the last records
of those whose place it took. What leaves no container behind is told to the engine in passing, as a
command that is to be run in a network container and never is: it has the words of that among its
last events, which it keeps in memory.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby, takewhile

import msgspec

from netc_tui.core.lease import Event, why
from netc_tui.core.model import FOR, SERVICE_ID, Happened, Remembered
from netc_tui.core.ownership import Own
from netc_tui.core.protocol import TROUBLE, Said
from netc_tui.core.text import printable
from netc_tui.core.words import clock, span

RECORDS = "netc.records"
"""The label of a network container with its records, oldest first, as JSON."""
WORD = "netc-record"
"""The command that is made known to the engine and never run; its argument is a record as JSON."""
KEPT = 8
"""Records that one label has at most."""
LONGEST = 80
"""Characters of each of a record's texts at most."""
MOST = 1000
"""Events that are kept for longer than the engine remembers them."""
LONGEST_LABEL = 16384
"""Characters of a label that are read; netc's own are much shorter."""
CREATED = f"exec_create: {WORD} "
"""What an event of the engine begins with that tells a record."""
WITHIN = timedelta(seconds=60)
"""How long after it was begun what was done goes on in the engine."""
OFTEN = 3
"""So many ends between two records are counted, and not told one by one."""
BEFORE = timedelta(seconds=1)
"""Network containers tell whole seconds."""


class Did(StrEnum):
    """What was done to a service, or happened to its network container."""

    ON = "on"
    MOVED = "moved"
    """Over to another interface."""
    CHANGED = "changed"
    """Made anew with other ports, or for another reason that the record has."""
    OFF = "off"
    STARTED = "started"
    """It was there, and did not run."""
    RESTARTED = "restarted"
    RENEWED = "renewed"
    ENDED = "ended"
    """Not by netc: by itself, or stopped in Docker."""
    REMOVED = "removed"
    """Nobody told the engine why; by Docker's own means, or where nothing could be told."""


MAKING = frozenset({Did.ON, Did.MOVED, Did.CHANGED})
ASKING = frozenset({*MAKING, Did.STARTED, Did.RESTARTED, Did.RENEWED})
"""A lease is to come of these."""
ENDING = frozenset({Did.OFF, Did.MOVED, Did.CHANGED})
"""The network container that was there is removed."""


class Operator(msgspec.Struct, frozen=True):
    """Who gives commands, as far as this machine knows; nothing proves it to anybody."""

    user: str
    client: str = ""
    """The address that an SSH session comes from; empty: none."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that was done to a service."""

    did: Did
    at: datetime
    """When it was begun."""
    user: str = ""
    """Empty: nobody told."""
    client: str = ""
    what: str = ""
    """More of it, in words."""
    had: str = ""
    """The LAN address that it had until then."""

    @property
    def who(self) -> str:
        """``maria@10.0.0.5``; empty when nobody told."""
        return f"{self.user}@{self.client}" if self.client else self.user

    def __str__(self) -> str:
        if self.did in (Did.ON, Did.MOVED):
            return f"{self.did} {self.what}".rstrip()
        return f"{self.did}: {self.what}" if self.what else str(self.did)


class Entry(msgspec.Struct, frozen=True):
    """A record, whose service it was, and what came of it."""

    service: str
    record: Record
    came: str = ""
    """In words; empty: not known."""


_encoder = msgspec.json.Encoder()
_record = msgspec.json.Decoder(Record)
_records = msgspec.json.Decoder(list[msgspec.Raw])


def signed(by: Operator, at: datetime, had: str = "") -> Record:
    """A record in which only what was done is missing; it is taken for turning on."""
    return _cut(Record(Did.ON, at, by.user, by.client, had=had))


def filled(record: Record | None, did: Did, what: str = "") -> Record | None:
    """The same with what was done; None of none."""
    return record and _cut(msgspec.structs.replace(record, did=did, what=what))


def label(before: Mapping[str, str], record: Record) -> str:
    """The label of what takes the place of a network container with the labels ``before``."""
    return _encoder.encode([*of(before), record][-KEPT:]).decode()


def of(labels: Mapping[str, str]) -> tuple[Record, ...]:
    """The records that labels have, oldest first; what is none is left out."""
    text = labels.get(RECORDS, "")
    if len(text) > LONGEST_LABEL:
        return ()
    try:
        found = _records.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ()
    return tuple(record for raw in found[-KEPT:] if (record := _read(bytes(raw))) is not None)


def command(record: Record) -> tuple[str, str]:
    """What tells the engine."""
    return WORD, _encoder.encode(record).decode()


def told(action: str) -> Record | None:
    """The record that an event of the engine tells; None for any other."""
    return _read(action.removeprefix(CREATED)) if action.startswith(CREATED) else None


def matters(action: str) -> bool:
    """Does an event of the engine tell of what was done?"""
    return action in ("create", "start", "die", "destroy") or action.startswith(CREATED)


def _read(text: bytes | str) -> Record | None:
    """A record; None for what is none. Anybody who may use the engine can write one."""
    try:
        found = _record.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    # Without a zone, or so near the ends of time that no clock here can show it.
    sound = found.at.tzinfo is not None and 1 < found.at.year < 9999
    return _cut(found) if sound else None


def _cut(record: Record) -> Record:
    texts = {name: getattr(record, name) for name in ("user", "client", "what", "had")}
    return msgspec.structs.replace(
        record,
        **{name: printable(" ".join(text.split()))[:LONGEST] for name, text in texts.items()},
    )


def entries(
    ours: Sequence[Own], remembered: Remembered, said: Mapping[str, Sequence[Event]]
) -> tuple[Entry, ...]:
    """What was done, oldest first, as far as the labels of what is there and the engine know.

    ``said``: the events of each network container that is there, oldest first, by its id.
    """
    services = {own.container.id: own.service for own in ours}
    renamed = {own.labels.service_id: own.service for own in ours if own.labels.service_id}
    past: dict[str, _Life] = {}
    for happened in remembered.happened:
        labels = happened.labels
        name = services.get(happened.id) or renamed.get(labels.get(SERVICE_ID, ""))
        name = name or labels.get(FOR, "")
        if name and name.isprintable() and matters(happened.action):
            life = past.setdefault(happened.id, _Life(name, happened.id))
            life.labels = happened.labels
            life.happened.append(happened)
    for own in ours:
        life = past.setdefault(own.container.id, _Life(own.service, own.container.id))
        life.labels, life.there = own.container.labels, True
    of_service: dict[str, list[_Life]] = {}
    for life in past.values():
        of_service.setdefault(life.service, []).append(life)
    found = [
        entry for name, lives in of_service.items() for entry in _of_service(name, lives, said)
    ]
    return tuple(sorted(found, key=lambda entry: entry.record.at))


def reach(memory: Remembered, now: datetime) -> str:
    """How far back it is known what was done, in words."""
    if memory.since is None:
        return "the engine has just started and remembers nothing; only what is on is known of"
    since = f"its start, {clock(memory.since, now)}" if memory.whole else clock(memory.since, now)
    return f"the engine remembers back to {since}; before that only what is on is known of"


def joined(before: Remembered, now: Remembered) -> Remembered:
    """What was remembered before, and what is now: of what matters, as much as is kept. It reaches
    as far back as before, unless something may have been forgotten in between."""
    known = {
        (each.id, each.at, each.action): each
        for each in (*before.happened, *now.happened)
        if matters(each.action)
    }
    happened = tuple(sorted(known.values(), key=lambda each: each.at))[-MOST:]
    if before.until is None or now.since is None or now.since > before.until:
        return msgspec.structs.replace(now, happened=happened)
    return Remembered(happened, before.since, now.until, whole=before.whole)


class _Life:
    """A network container, from its making on."""

    def __init__(self, service: str, id: str) -> None:
        self.service, self.id = service, id
        self.labels: Mapping[str, str] = {}
        self.there = False
        self.happened: list[Happened] = []

    @property
    def made(self) -> datetime | None:
        """When it was created, if that is remembered."""
        return next((each.at for each in self.happened if each.action == "create"), None)

    @property
    def started(self) -> bool:
        """Was it ever, as far as is remembered?"""
        return self.made is None or any(each.action == "start" for each in self.happened)

    @property
    def removed(self) -> bool:
        """Was it seen to be removed?"""
        return any(each.action == "destroy" for each in self.happened)


def _of_service(
    service: str, lives: Iterable[_Life], said: Mapping[str, Sequence[Event]]
) -> Iterator[Entry]:
    lives = tuple(lives)
    known: dict[tuple[object, ...], tuple[Record, _Life | None]] = {}

    def add(record: Record, life: _Life | None, *, own: bool = False) -> None:
        key = (record.did, record.at, record.user, record.client)
        if own or key not in known:
            known[key] = record, life

    for life in lives:
        for happened in life.happened:
            if (record := told(happened.action)) is not None:
                add(record, life)
        chain = of(life.labels)
        for record in chain[:-1]:
            add(record, None)
        for record in chain[-1:]:
            add(record, life, own=True)
    found = sorted(known.values(), key=lambda pair: pair[0].at)
    for life in lives:
        taken_over = [
            made
            for other in lives
            if other is not life
            and (made := other.made) is not None
            and any(record.did in ENDING for record in of(other.labels)[-1:])
        ]
        found += [(record, life) for record in _counted(_unasked(life, taken_over), found)]
    found.sort(key=lambda pair: pair[0].at)
    for number, (record, owner) in enumerate(found):
        after = found[number + 1][0] if number + 1 < len(found) else None
        heard = said.get(owner.id, ()) if owner is not None else ()
        yield Entry(service, record, _came(record, owner, heard, after))


def _unasked(life: _Life, taken_over: Sequence[datetime]) -> Iterator[Record]:
    """What happened to a network container that was not netc's doing, as far as that was told.
    ``taken_over``: when others of its service were made to take the place of one."""
    happened = sorted(life.happened, key=lambda each: each.at)
    asked: Record | None = None  # that it is to end
    for number, each in enumerate(happened):
        at, later = each.at, happened[number + 1 :]
        if (record := told(each.action)) is not None:
            asked = record if record.did in {*ENDING, Did.RESTARTED} else None
        by_netc = asked is not None and at <= asked.at + WITHIN
        match each.action:
            case "create" if not of(life.labels):  # by a netc that did not yet say who
                yield Record(Did.ON, at)
            case "destroy" if life.started:
                if not by_netc and not any(at <= made <= at + WITHIN for made in taken_over):
                    yield Record(Did.REMOVED, at)
            case "die":
                # An end that it came back from was not the end of its removal.
                until_start = takewhile(lambda coming: coming.action != "start", later)
                removed = any(
                    coming.action == "destroy" and coming.at <= at + WITHIN
                    for coming in until_start
                )
                if not by_netc and not removed:
                    yield Record(Did.ENDED, at, what=f"exit code {each.exit_code}"[:LONGEST])
            case "start":
                before = [former.action for former in happened[:number]]
                first = "create" in before and "start" not in before
                after = (told(coming.action) for coming in later if coming.at <= at + BEFORE)
                started = any(record is not None and record.did is Did.STARTED for record in after)
                if not by_netc and not first and not started:
                    yield Record(Did.STARTED, at)
                asked = None


def _counted(unasked: Iterable[Record], asked: Sequence[tuple[Record, object]]) -> Iterator[Record]:
    """What happened by itself, told once where it happened again and again: Docker starts what
    ended anew."""
    moments = sorted(record.at for record, _ in asked)

    def between(record: Record) -> tuple[bool, int]:
        again = record.did in (Did.ENDED, Did.STARTED)
        return again, bisect(moments, record.at)

    for (again, _), group in groupby(unasked, between):
        several = list(group)
        ends = [record for record in several if record.did is Did.ENDED]
        if not again or len(ends) < OFTEN:
            yield from several
            continue
        took = span((ends[-1].at - ends[0].at).total_seconds())
        what = f"{ends[-1].what}, {len(ends)} times in {took}"
        yield msgspec.structs.replace(ends[-1], what=what)
        yield from (record for record in several[-1:] if record.did is Did.STARTED)


def _between(
    said: Sequence[Event], record: Record, end: datetime | None
) -> tuple[bool, Sequence[Event]]:
    """What was said of it until ``end``, and whether that is whole: a log may have been cut."""
    first = Said.RENEW_ASKED if record.did is Did.RENEWED else Said.START
    found = [
        event
        for event in said
        if event.time >= record.at - BEFORE and (end is None or event.time < end)
    ]
    at = next((at for at, event in enumerate(found) if event.event == first), None)
    return at is not None, found[at or 0 :]


def _came(record: Record, life: _Life | None, said: Sequence[Event], after: Record | None) -> str:
    if record.did is Did.OFF:
        if life is None or not life.removed:
            return "it is still there" if life is not None and life.there else ""
        return f"removed; it had {record.had}" if record.had else "removed"
    if record.did not in ASKING:
        return ""
    if life is not None and life.removed and not life.started:
        return "never started, and removed again"
    whole, events = _between(said, record, after.at if after is not None else None)
    answers = {Said.BOUND, Said.MOVED} | ({Said.RENEWED} if record.did is Did.RENEWED else set())
    bound = next((event for event in events if event.event in answers), None)
    if bound is None:
        if after is not None:
            return after.had  # what it said itself may be gone with it
        reason = why(events)
        return f"no lease: {reason}" if reason else "no lease yet" if whole else ""
    took = max(0, round((bound.time - record.at).total_seconds()))
    parts = [f"{bound.ip} after {took} s" if bound.ip else str(bound.message)]
    later = events[events.index(bound) + 1 :]
    parts += [event.message for event in later if event.event == Said.MOVED and event.message][-1:]
    counted = Counter(event.event for event in later if event.event in TROUBLE)
    parts += [
        name.replace("_", " ") + (f" {count} times" if count > 1 else "")
        for name, count in counted.items()
    ]
    return printable("; ".join(parts))
