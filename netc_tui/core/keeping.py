"""Who keeps each service on or off, as far as can be known beside the watcher.

What its settings let labels ask for the watcher alone knows. It writes down what it refuses and
what it fails in; where none is at work it is not known whether a service could be turned on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from netc_tui.core import memos, ownership
from netc_tui.core.memos import Trouble, WatcherMemo
from netc_tui.core.model import Care, Container, Keeping, Memo
from netc_tui.core.ownership import Own
from netc_tui.core.wishes import Vain, Wish, wish
from netc_tui.core.words import clock, command

UNREAD = "what is written down on the engine cannot be read"
NONE = "no netc watch runs here"
"""Where its labels are followed by nobody."""


class Written(msgspec.Struct, frozen=True):
    """What is written down on an engine, read at a moment."""

    at: datetime
    left_off: frozenset[str] = frozenset()
    handed: frozenset[str] = frozenset()
    watcher: WatcherMemo | None = None
    unread: bool = False
    """Could it not be read?"""

    @staticmethod
    def of(found: Iterable[Memo] | None, at: datetime) -> "Written":
        """What these memos say at that moment; None: they could not be read."""
        if found is None:
            return Written(at, unread=True)
        found = tuple(found)
        return Written(at, memos.left_off(found), memos.handed(found), memos.watching(found))

    @property
    def absent(self) -> str:
        """Why nobody is known to follow labels; empty: a watcher is at work."""
        if self.unread:
            return UNREAD
        if self.watcher is None:
            return NONE
        silent = silence(self.watcher, self.at)
        return f"netc watch is {silent}" if silent else ""

    @property
    def troubles(self) -> Mapping[str, Trouble]:
        """What the watcher that is at work is in trouble with, by service."""
        told = self.watcher.troubles if self.watcher is not None and not self.absent else ()
        return {trouble.service: trouble for trouble in told}


def silence(watcher: WatcherMemo, now: datetime) -> str:
    """That nothing was heard of it for too long; empty: it was."""
    return f"silent since {clock(watcher.at, now)}" if watcher.silent(now) else ""


def at_work(watcher: WatcherMemo, now: datetime) -> str:
    """Since when one is at work, when it was heard of, and its last trouble, in a clause."""
    since, heard = clock(watcher.since, now), clock(watcher.at, now)
    said = f"{watcher.version}, at work since {since}, heard of at {heard}"
    if trouble := len(watcher.troubles) + watcher.more:
        return f"{said}, in trouble with {trouble} service{'s' if trouble > 1 else ''}"
    last = watcher.last
    if last is None:
        return f"{said}, no trouble"
    at = clock(watcher.last_at, now)
    return f"{said}; its last trouble, over by now, came at {at}: {last.service}: {last.why}"


def keepings(containers: Sequence[Container], written: Written) -> dict[str, Keeping]:
    """Who keeps each service that is on or whose labels ask, by its name."""
    pairs = ownership.paired(containers)
    by_name = {container.name: container for container in ownership.services(containers)}
    found = {}
    for service in {*pairs, *by_name}:
        container = by_name.get(service)
        asked = wish(container) if container is not None else None
        own = next(iter(pairs.get(service, ())), None)
        if own is not None:
            found[service] = _on(own, container, asked, written)
        elif container is not None and asked is not None:
            found[service] = _off(container, asked, written)
    return found


def unfollowed(found: Mapping[str, Keeping], written: Written) -> tuple[str, ...]:
    """The services that are off because nobody follows what their labels ask for, by name."""
    why = written.absent
    return tuple(
        sorted(
            name
            for name, each in found.items()
            if why and (each.kept, each.why) == (Care.WAITS, why)
        )
    )


def _on(
    own: Own, container: Container | None, asked: Wish | Vain | None, written: Written
) -> Keeping:
    asks = asked is not None
    if not ownership.by_labels(own, written.handed):
        back = command("netc", "auto", own.service)
        why = f"back to its labels with: {back}" if asks else "an operator turned it on"
        return Keeping(Care.BY_HAND, why, asks)
    why = next(_to_go(own, container, asked, written), "")
    if why:
        ends = written.absent or "netc watch is about to turn it off"
        return Keeping(Care.BY_LABELS, f"{why}; {ends}", asks, trouble=True)
    if written.absent:
        return Keeping(Care.BY_LABELS, f"its labels ask for it; {written.absent}", asks)
    if (trouble := written.troubles.get(own.service)) is not None:
        return Keeping(Care.BY_LABELS, trouble.why, asks, trouble=True)
    return Keeping(Care.BY_LABELS, "its labels ask for it", asks)


def _to_go(
    own: Own, container: Container | None, asked: Wish | Vain | None, written: Written
) -> Iterator[str]:
    """Why it is not to be on any longer."""
    if _left_off(written, own.service, own.labels.service_id):
        yield "an operator turned it off"
    if container is None:
        yield "the service is gone"
    elif asked is None:
        yield "its labels do not ask for it any more"
    elif isinstance(asked, Vain):
        yield f"its labels ask in vain: {asked.why}"


def _off(container: Container, asked: Wish | Vain, written: Written) -> Keeping:
    if _left_off(written, container.name, container.id):
        back = command("netc", "auto", container.name)
        why = f"an operator turned it off; back to its labels with: {back}"
        return Keeping(Care.LEFT_OFF, why, asks=True)
    if isinstance(asked, Vain):
        return Keeping(Care.REFUSED, asked.why, asks=True, trouble=True)
    trouble = written.troubles.get(container.name)
    if trouble is not None and trouble.refused:
        return Keeping(Care.REFUSED, trouble.why, asks=True, trouble=True)
    if not container.running:
        return Keeping(Care.WAITS, f"it does not run ({container.state})", asks=True)
    if written.absent:
        return Keeping(Care.WAITS, written.absent, asks=True)
    if trouble is not None:
        return Keeping(Care.WAITS, trouble.why, asks=True, trouble=True)
    if written.watcher is not None and written.watcher.more:
        why = "netc watch has trouble with more services than it tells, perhaps with this one"
        return Keeping(Care.WAITS, why, asks=True)
    return Keeping(Care.WAITS, "netc watch has not turned it on yet", asks=True)


def _left_off(written: Written, service: str, id: str) -> bool:
    return not written.left_off.isdisjoint((service, id))
