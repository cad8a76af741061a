"""How the watcher stands, at one moment."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from netc_tui.core.memos import Trouble
from netc_tui.core.patience import Failure
from netc_tui.core.rounds import Decision, Ruling
from netc_tui.operations.live.connection import Connection


class Progress(msgspec.Struct, frozen=True):
    """What it knows of itself and of services."""

    since: datetime
    stands_by: bool = False
    """Is another one at work?"""
    connection: Connection = Connection()
    rounds: int = 0
    """Since it began."""
    failed: int = 0
    """Deeds that failed since it began."""
    at: datetime | None = None
    """When it looked last."""
    decisions: tuple[Decision, ...] = ()
    failures: tuple[Failure, ...] = ()
    unnamed: Mapping[str, str] = msgspec.field(default_factory=dict)
    """What is wrong with names, by service."""
    last: Trouble | None = None
    """The last that came, which may be over."""
    last_at: datetime | None = None

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What keeps services from being as their labels ask, by name."""
        found = [
            *(Trouble(name, why) for name, why in self.unnamed.items()),
            *(
                Trouble(decision.service, decision.why, refused=True)
                for decision in self.decisions
                if decision.ruling is Ruling.REFUSED
            ),
            *(
                Trouble(each.decision.service, f"{each.why} (tried {each.times} times)")
                for each in self.failures
            ),
        ]
        by_name = {trouble.service: trouble for trouble in found}
        return tuple(by_name[service] for service in sorted(by_name))

    @property
    def summary(self) -> str:
        """In a few words."""
        if self.connection.error is not None:
            return "the engine is away"
        if self.stands_by:
            return "stands by"
        kept = sum(decision.ruling is Ruling.KEPT for decision in self.decisions)
        trouble = len(self.troubles)
        return f"{kept} kept" + (f", {trouble} in trouble" if trouble else "")
