"""What netc writes down on an engine, and reads again: see ``core.model.Memo``.

That a service was turned off by hand is to outlive its network container, or ``netc watch`` would
turn it on again; and how the watcher stands is to be seen by who cannot ask it.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from netc_tui.core.identity import PREFIX
from netc_tui.core.model import FOR, MEMO, Memo
from netc_tui.core.text import printable

OFF = "off"
WATCHER = f"{PREFIX}watch"
"""The name of the memo of a watcher, and what it is about."""
BEAT = timedelta(minutes=5)
"""How often a watcher writes its memo anew at least."""
SILENT = 2 * BEAT + timedelta(minutes=1)
"""For how long one that has not done so is taken to be at work."""
TROUBLES = 20
"""Services that are told of in a memo at most."""
LONGEST = 200
"""Characters of each of its texts at most."""


def off_name(service: str) -> str:
    """The name of the memo that ``service`` was turned off by hand."""
    return f"{PREFIX}off-{service}"


def off(service: str) -> Memo:
    """An operator turned it off, though its labels ask for it."""
    return Memo(off_name(service), {MEMO: OFF, FOR: service})


def left_off(memos: Iterable[Memo]) -> frozenset[str]:
    """The services that an operator turned off by hand."""
    return frozenset(
        service
        for memo in memos
        if memo.labels.get(MEMO) == OFF and (service := memo.labels.get(FOR, ""))
    )


class Trouble(msgspec.Struct, frozen=True):
    """What keeps a service from being as its labels ask."""

    service: str
    why: str


class WatcherMemo(msgspec.Struct, frozen=True):
    """How a watcher stood when it wrote that down."""

    since: datetime
    at: datetime
    version: str
    troubles: tuple[Trouble, ...] = ()
    more: int = 0
    """Further services with trouble."""

    def silent(self, now: datetime) -> bool:
        """Has it died without a word, or does it hang? A clock that was put makes it no older."""
        return now - self.at > SILENT


def watcher(since: datetime, at: datetime, version: str, troubles: Sequence[Trouble]) -> Memo:
    """What a watcher writes down of itself."""
    told = [[_short(each.service), _short(each.why)] for each in troubles[:TROUBLES]]
    return Memo(
        WATCHER,
        {
            MEMO: WATCHER,
            f"{MEMO}.since": _stamp(since),
            f"{MEMO}.at": _stamp(at),
            f"{MEMO}.version": version,
            f"{MEMO}.troubles": json.dumps(told),
            f"{MEMO}.more": str(max(0, len(troubles) - TROUBLES)),
        },
    )


def watching(memos: Iterable[Memo]) -> WatcherMemo | None:
    """What a watcher wrote down; None when there is no word of one, or none that makes sense."""
    for memo in memos:
        if memo.labels.get(MEMO) != WATCHER:
            continue
        said = memo.labels
        try:
            told = msgspec.json.decode(said[f"{MEMO}.troubles"], type=list[tuple[str, str]])
            return WatcherMemo(
                since=_moment(said[f"{MEMO}.since"]),
                at=_moment(said[f"{MEMO}.at"]),
                version=_short(said[f"{MEMO}.version"]),
                troubles=tuple(Trouble(_short(name), _short(why)) for name, why in told),
                more=int(said[f"{MEMO}.more"]),
            )
        except (KeyError, ValueError):  # msgspec's errors are ValueErrors
            return None
    return None


def _short(text: str) -> str:
    return printable(text)[:LONGEST]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
