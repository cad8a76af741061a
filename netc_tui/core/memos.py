"""What netc writes down on an engine, and reads again: see ``core.model.Memo``.

That a service was turned off by hand is to outlive its network container, or ``netc watch`` would
turn it on again. That one which was turned on by hand is its labels' from now on cannot be written
on its network container, whose labels stay as they are. And how the watcher stands is to be seen by
who cannot ask it.

A service that is made anew under its name, as Compose does, is the same one to all of these. Who
may make volumes may forge all of it; what bears another name than netc gives it says nothing, so
that what is heeded can be found and forgotten again.
"""

import hashlib
import json
from collections.abc import Container as Names
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from netc_tui.core.identity import PREFIX
from netc_tui.core.model import FOR, MEMO, SERVICE_ID, Memo
from netc_tui.core.text import printable

OFF, AUTO = "off", "auto"
_AT, _CONTAINER = f"{MEMO}.at", f"{MEMO}.container"
WATCHER = f"{PREFIX}watch"
"""The name of the memo of a watcher, and what it is about."""
BEAT = timedelta(minutes=5)
"""How often a watcher writes its memo anew at least."""
SILENT = 2 * BEAT + timedelta(minutes=1)
"""For how long one that has not done so is taken to be at work."""
MOST_GONE = 50
"""Services that are not there any more of which it is remembered that they were turned off."""
TROUBLES = 20
"""Services that are told of in a memo at most."""
LONGEST = 200
"""Characters of each of its texts at most."""
_SHOWN = 180
"""Characters of a service's name in the name of a memo: a file system takes 255 for all of it."""
_DIGITS = 6
_YEARS = range(2000, 9000)
"""Those of a moment that can be reckoned with."""


def off_name(service: str) -> str:
    """The name of the memo that ``service`` was turned off by hand."""
    return _name(OFF, service)


def _name(kind: str, service: str) -> str:
    name = service
    if len(service) > _SHOWN:
        name = f"{service[:_SHOWN]}-{hashlib.sha256(service.encode()).hexdigest()[:12]}"
    return f"{PREFIX}{kind}-{name}"


def _is(kind: str, memo: Memo) -> bool:
    """Is it a memo of that kind, under the name that it has to have?"""
    labels = memo.labels
    return labels.get(MEMO) == kind and memo.name == _name(kind, labels.get(FOR, ""))


def off(service: str, id: str, at: datetime) -> Memo:
    """An operator turned it off, though its labels ask for it; ``id`` is its container's."""
    labels = {MEMO: OFF, FOR: service, SERVICE_ID: id, _AT: _stamp(at)}
    return Memo(off_name(service), labels)


def left_off(memos: Iterable[Memo]) -> frozenset[str]:
    """The services that an operator turned off by hand: their names, and their ids, which a rename
    does not change."""
    return frozenset(
        known
        for memo in memos
        if _is(OFF, memo)
        for known in (memo.labels.get(FOR), memo.labels.get(SERVICE_ID))
        if known
    )


def says_off(memo: Memo, service: str, id: str) -> bool:
    """Does it say that this service was turned off, be it under another name?"""
    return not left_off([memo]).isdisjoint((service, id))


def auto_name(service: str) -> str:
    """The name of the memo that ``service`` is its labels' though a hand turned it on."""
    return _name(AUTO, service)


def auto(service: str, container: str) -> Memo:
    """An operator gave it back to its labels; ``container`` is the id of its network container. One
    that takes the place of that is again the one's who makes it."""
    return Memo(auto_name(service), {MEMO: AUTO, FOR: service, _CONTAINER: container})


def handed(memos: Iterable[Memo]) -> frozenset[str]:
    """The network containers, by id, that a hand turned on and gave back to the labels."""
    return frozenset(
        id for memo in memos if _is(AUTO, memo) and (id := memo.labels.get(_CONTAINER, ""))
    )


def surplus(
    memos: Iterable[Memo], services: Names[str | None], containers: Names[str | None]
) -> tuple[str, ...]:
    """The names of those that say nothing any more, of the services of these names and the
    containers of these ids: what is written down must not grow for ever. Of services that are not
    there the last MOST_GONE are remembered; they may come again."""
    stale, gone = [], []
    for memo in memos:
        labels = memo.labels
        if _is(AUTO, memo) and labels.get(_CONTAINER) not in containers:
            stale.append(memo.name)
        there = labels.get(FOR) in services or labels.get(SERVICE_ID) in containers
        if _is(OFF, memo) and not there:
            gone.append((labels.get(_AT, ""), memo.name))
    return (*stale, *(name for _, name in sorted(gone, reverse=True)[MOST_GONE:]))


class Trouble(msgspec.Struct, frozen=True):
    """What keeps a service from being as its labels ask."""

    service: str
    why: str
    refused: bool = False
    """Do its labels ask in vain? Then nobody tries again."""


class WatcherMemo(msgspec.Struct, frozen=True):
    """How a watcher stood when it wrote that down."""

    since: datetime
    at: datetime
    version: str
    troubles: tuple[Trouble, ...] = ()
    more: int = 0
    """Further services with trouble."""
    last: Trouble | None = None
    """The last that came, which may be over."""
    last_at: datetime | None = None

    @property
    def silent_from(self) -> datetime:
        """From when on nobody knows whether it is still at work."""
        return self.at + SILENT

    def silent(self, now: datetime) -> bool:
        """Has it died without a word, or does it hang? A clock that was put makes it no older."""
        return now > self.silent_from


def watcher(
    since: datetime,
    at: datetime,
    version: str,
    troubles: Sequence[Trouble],
    last: Trouble | None = None,
    last_at: datetime | None = None,
) -> Memo:
    """What a watcher writes down of itself."""
    told = [_told(each) for each in troubles[:TROUBLES]]
    came = [_told(last), _stamp(last_at)] if last is not None and last_at is not None else None
    return Memo(
        WATCHER,
        {
            MEMO: WATCHER,
            f"{MEMO}.since": _stamp(since),
            _AT: _stamp(at),
            f"{MEMO}.version": version,
            f"{MEMO}.troubles": json.dumps(told),
            f"{MEMO}.more": str(max(0, len(troubles) - TROUBLES)),
            f"{MEMO}.last": json.dumps(came),
        },
    )


def watching(memos: Iterable[Memo]) -> WatcherMemo | None:
    """What a watcher wrote down; None when there is no word of one, or none that makes sense."""
    for memo in memos:
        if (memo.name, memo.labels.get(MEMO)) != (WATCHER, WATCHER):
            continue
        said = memo.labels
        try:
            told = msgspec.json.decode(said[f"{MEMO}.troubles"], type=list[_Told])
            last = msgspec.json.decode(said[f"{MEMO}.last"], type=tuple[_Told, str] | None)
            return WatcherMemo(
                since=_moment(said[f"{MEMO}.since"]),
                at=_moment(said[_AT]),
                version=_short(said[f"{MEMO}.version"]),
                troubles=tuple(map(_trouble, told[:TROUBLES])),
                more=int(said[f"{MEMO}.more"][:_DIGITS]),
                last=_trouble(last[0]) if last is not None else None,
                last_at=_moment(last[1]) if last is not None else None,
            )
        except (KeyError, ValueError):  # msgspec's errors are ValueErrors
            return None
    return None


_Told = tuple[str, str, bool]


def _told(trouble: Trouble) -> _Told:
    return _short(trouble.service), _short(trouble.why), trouble.refused


def _trouble(told: _Told) -> Trouble:
    service, why, refused = told
    return Trouble(_short(service), _short(why), refused)


def _short(text: str) -> str:
    return printable(text)[:LONGEST]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if at.year not in _YEARS:
        raise ValueError(text)  # what is reckoned from it would be no moment
    return at
