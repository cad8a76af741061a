"""Which services of all hosts are listed, how and in what order; kept until something of their host
is new: a screen of twenty hosts is not made anew for each word of one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from netc_tui.core.model import Service
from netc_tui.desk.desk import Desk
from netc_tui.desk.fleet import Fleet, Placed, Which
from netc_tui.desk.site import next_timer
from netc_tui.tui import rows
from netc_tui.tui.look import Look
from netc_tui.tui.rows import Row


class _Host(msgspec.Struct):
    """What is known of one host's services."""

    placed: tuple[Placed, ...]
    names: frozenset[Which]
    """Of all services, listed or not."""
    due: datetime | None
    """When it is another one by the time alone."""
    rows: tuple[Row, ...] | None = None
    """Made when they are to be shown."""


class Listing:
    """The rows of the table, and what the operator asked to see of them."""

    def __init__(self, fleet: Fleet, look: Look) -> None:
        self._fleet, self._look = fleet, look
        settings = look.settings
        self.only_on, self.stopped = settings.only_on, settings.stopped
        self.sort: str = settings.sort
        self.reverse = settings.reverse
        self.words: tuple[str, ...] = ()
        self.some = False
        """Is there any that could be listed?"""
        self._hosts: dict[str, _Host] = {}

    def forget(self, host: str | None = None) -> None:
        """What was made of this host's services is not so any more; None: of any."""
        if host is None:
            self._hosts.clear()
        else:
            self._hosts.pop(host, None)

    @property
    def placed(self) -> list[Placed]:
        """The services as they are now, as far as they are known."""
        return [placed for host in self._known() for placed in host.placed]

    @property
    def names(self) -> frozenset[Which]:
        """Of all services, also of those that do not run or are gone."""
        return frozenset().union(*(host.names for host in self._known()))

    @property
    def due(self) -> datetime | None:
        """When something of it is another one by the time alone."""
        return min((host.due for host in self._known() if host.due is not None), default=None)

    def rows(self) -> list[Row]:
        """Those that are asked for, in order."""
        made = [row for desk in self._fleet.desks for row in self._rows(desk, self._host(desk))]
        self.some = bool(made)
        return rows.arranged(
            made, words=self.words, only_on=self.only_on, sort=self.sort, reverse=self.reverse
        )

    def pass_time(self, now: datetime) -> None:
        """What is another one by now is not known any more."""
        over = [name for name, host in self._hosts.items() if host.due and host.due <= now]
        for name in over:
            self.forget(name)

    def services(self, desk: Desk) -> tuple[Service, ...]:
        """Those of one host."""
        return tuple(placed.service for placed in self._host(desk).placed)

    def _known(self) -> Iterable[_Host]:
        return map(self._host, self._fleet.desks)

    def _host(self, desk: Desk) -> _Host:
        if desk.host not in self._hosts:
            self._hosts[desk.host] = self._look_at(desk)
        return self._hosts[desk.host]

    def _look_at(self, desk: Desk) -> _Host:
        now = desk.now()
        found = desk.services(stopped=self.stopped)
        watcher = desk.site.written(now).watcher
        silent_from = watcher.silent_from if watcher is not None else None
        return _Host(
            tuple(Placed(desk, service) for service in found),
            frozenset(Which(desk.host, name) for name in desk.site.names),
            next_timer(found, now, silent_from),
        )

    def _rows(self, desk: Desk, host: _Host) -> Sequence[Row]:
        if host.rows is None:
            site, jobs = desk.site, desk.jobs
            seen, passing = site.seen(desk.now()), site.passing
            host.rows = tuple(
                rows.row(
                    *(placed.service, jobs.of(placed.name), seen, self._look.glyphs),
                    passing.get(placed.name),
                    site.in_dns(own) if (own := placed.service.network_container) else None,
                    desk.host,
                    away=site.away(),
                )
                for placed in host.placed
            )
        return host.rows
