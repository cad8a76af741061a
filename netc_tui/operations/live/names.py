"""Which names the LAN's DNS has for the network containers that somebody looks at, seldom asked.

A look is two questions to a name server. Nothing is asked while nobody looks, nor where no name is
known that should lead to a network container.
"""

import asyncio
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec

from netc_tui.core.lookup import InDns, Pointing, Question
from netc_tui.core.model import NetworkContainer
from netc_tui.operations.lookup import LookUp

SETTLE = 2.0
"""Seconds from a lease to the first look: the DHCP server registers a name a moment later."""
APART = 0.25
"""Seconds between two looks at least."""
FIRST, SELDOM = 5.0, 300.0
"""Seconds between two looks for one name: at first while it does not lead where it should, ever
longer, and at most, within a tenth."""
RECENT = 30.0
"""Seconds after which one that is selected is looked for again at once."""


class _Planned(msgspec.Struct):
    question: Question
    due: float
    looked: float | None = None
    """When it was looked for last; None: not as it is asked now."""
    pause: float = FIRST


class Schedule:
    """Whose name is to be looked for when. Moments are seconds."""

    def __init__(self) -> None:
        self._entries: dict[str, _Planned] = {}
        self._wanted: tuple[str, ...] = ()

    def want(self, asked: Mapping[str, Question], selected: str, now: float) -> None:
        """These, by their ids, and no others from now on; one of them is ``selected``, or none."""
        self._wanted = tuple(asked)
        for key, question in asked.items():
            known = self._entries.get(key)
            if known is None or known.question != question:
                self._entries[key] = _Planned(question, now + SETTLE)
        chosen = self._entries.get(selected) if selected in asked else None
        if chosen is not None and chosen.looked is not None and now - chosen.looked >= RECENT:
            chosen.due = min(chosen.due, now)
        # What nobody looks at is known for a while: who comes back does not ask all anew.
        self._entries = {
            key: entry
            for key, entry in self._entries.items()
            if key in asked or now - (entry.looked or entry.due) < SELDOM
        }

    def next(self) -> tuple[str, float] | None:
        """Who is next, and when; None: nobody."""
        waiting = [(self._entries[key].due, key) for key in self._wanted]
        if not waiting:
            return None
        due, key = min(waiting)
        return key, due

    def told(self, key: str, asked: Question, found: InDns, now: float) -> bool:
        """What was found; whether that is what is asked by now."""
        entry = self._entries.get(key)
        if entry is None or entry.question != asked:
            return False
        sound = found.pointing is Pointing.HERE
        pause = SELDOM if sound else entry.pause
        entry.pause = FIRST if sound else min(3 * entry.pause, SELDOM)
        entry.looked, entry.due = now, now + pause * _spread(key)
        return True


def _spread(key: str) -> float:
    """A factor near 1 that is its own: not all are looked for at one moment."""
    return 0.9 + 0.2 * (zlib.crc32(key.encode()) % 1000) / 1000


class Lookups:
    """Looks for the names of those that are wanted, one after the other."""

    def __init__(self, look: LookUp, ask: Callable[[NetworkContainer], Question | str]) -> None:
        self._look, self._ask = look, ask
        self._schedule, self._own = Schedule(), dict[str, NetworkContainer]()
        self._selected = ""
        self._wake = asyncio.Event()

    def want(self, found: Mapping[str, NetworkContainer], selected: str = "") -> None:
        """From now on these, by the ids of their containers, of which one is ``selected``."""
        if found == self._own and selected == self._selected:
            return
        self._own, self._selected = dict(found), selected
        self._wake.set()

    def _asked(self) -> dict[str, Question]:
        asked = {key: self._ask(own) for key, own in self._own.items()}
        # Without a name to look for there is nothing that could be shown.
        return {key: each for key, each in asked.items() if isinstance(each, Question) if each.name}

    async def watch(self, deliver: Callable[[str, InDns], None]) -> None:
        """Deliver what the DNS has for each, by the id of its container."""
        now = asyncio.get_running_loop().time
        while True:
            self._wake.clear()
            asked = self._asked()
            self._schedule.want(asked, self._selected, now())
            upcoming = self._schedule.next()
            wait = upcoming[1] - now() if upcoming is not None else None
            if wait is None or wait > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
                await asyncio.sleep(APART)  # one change comes seldom alone
                continue
            key = upcoming[0] if upcoming is not None else ""
            found = await self._look(self._own[key])
            if self._schedule.told(key, asked[key], found, now()):
                deliver(key, found)
            await asyncio.sleep(APART)
