"""The rows of the table of services: which there are, in what order, and how wide columns are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from rich.cells import cell_len

from netc_tui.core.lookup import InDns
from netc_tui.core.model import Service
from netc_tui.core.text import natural
from netc_tui.core.traffic import Traffic
from netc_tui.desk.fleet import Which
from netc_tui.desk.job import Job
from netc_tui.tui.columns import COLUMNS, TROUBLE, Column, Shown
from netc_tui.tui.draw import Cell, Line, fit, line_fit, width
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.standing import trouble

LAN = 44
"""Cells that the column of addresses has where there is room: progress is shown there too, and it
should not change its width for that."""


PLAIN = frozenset({"name", "state", "ports", "renews"})
"""The columns that look as if somebody had looked just now."""


class Row(msgspec.Struct, frozen=True):
    """A service as the table shows it."""

    service: Service
    cells: Mapping[str, Cell]
    """By column."""
    order: Mapping[str, tuple[object, ...]]
    """What it is sorted by, by column."""
    wanted: frozenset[str] = frozenset()
    """The columns, of those that are not always there, that have something to show of it."""
    host: str = ""
    """What its host is called; empty where it is the only one."""

    @property
    def which(self) -> Which:
        """Which service of which host it is."""
        return Which(self.host, self.service.name)

    def matches(self, words: Sequence[str]) -> bool:
        """Does it hold all of these, given in lower case?"""
        if not words:
            return True  # all that it shows need not be put together for that
        own = self.service.network_container
        shown = " ".join(part for part, _ in self.cells.values())
        found = f"{shown} {self.service.name} {self.service.project or ''}".lower()
        if self.host:
            found += f" {self.service.name}@{self.host}".lower()
        if own is not None:
            found += f" {own.mac} {own.hostname} {own.network}".lower()
        return all(word in found for word in words)


def row(
    service: Service,
    job: Job | None,
    now: datetime,
    glyphs: Glyphs,
    traffic: Traffic | None = None,
    in_dns: InDns | None = None,
    host: str = "",
    *,
    away: bool = False,
) -> Row:
    """The row of one service; of several hosts, dimmed where its own is ``away``."""
    shown = Shown(service, job, now, glyphs, traffic, in_dns, host, away)
    name = natural(service.name)
    cells = {column.id: column.cell(shown) for column in COLUMNS}
    if host and away:
        cells = {id: (said, "dim" if id in PLAIN else style) for id, (said, style) in cells.items()}
    return Row(
        service,
        cells,
        {column.id: (*column.order(shown), name) for column in COLUMNS}
        | {TROUBLE: (-trouble(service), name)},
        frozenset(column.id for column in COLUMNS if column.wanted and column.wanted(shown)),
        host,
    )


def arranged(
    rows: Sequence[Row],
    *,
    words: Sequence[str] = (),
    only_on: bool = False,
    sort: str = "name",
    reverse: bool = False,
) -> list[Row]:
    """The rows that are asked for, in order."""
    found = [
        row
        for row in rows
        if (not only_on or row.service.network_container is not None) and row.matches(words)
    ]

    def key(row: Row) -> tuple[object, ...]:
        return row.order[sort]

    return sorted(found, key=key, reverse=reverse)


def widths(rows: Sequence[Row], columns: int, position: str = "") -> dict[str, int]:
    """The width of each column that there is room for; the one that gives no way has the rest.

    Between two columns are two blanks, before the first one sign and a blank. ``position`` stands
    beside the first title.
    """
    there = [column for column in _wanted(rows) if columns >= column.from_width]
    # The host takes room from the others: of those that not every terminal has, none stays at the
    # cost of another.
    several = any(column.id == "host" for column in there)
    found, cut = _widths(there, rows, columns, position)
    spare = [column for column in there if column.spare or (several and column.from_width)]
    for column in sorted(spare, key=lambda column: column.gives_way):
        if cut:
            there.remove(column)
            found, cut = _widths(there, rows, columns, position)
    return found


def _wanted(rows: Sequence[Row]) -> list[Column]:
    """The columns that have something to show."""
    return [
        column
        for column in COLUMNS
        if column.wanted is None or any(column.id in row.wanted for row in rows)
    ]


def hidden(rows: Sequence[Row], sizes: Mapping[str, int]) -> int:
    """How many more columns a wider terminal has."""
    return sum(column.id not in sizes for column in _wanted(rows))


def _widths(
    there: Sequence[Column], rows: Sequence[Row], columns: int, position: str
) -> tuple[dict[str, int], bool]:
    """The widths of these, and whether one that is not spare has to be cut."""
    narrow = [column for column in there if column.gives_way]
    (rest,) = (column for column in there if not column.gives_way)
    found = {
        column.id: min(
            column.most,
            max(
                [column.least, len(column.title) + 2 + len(position) * (column.id == "name")]
                + [cell_len(row.cells[column.id][0]) for row in rows]
            ),
        )
        for column in narrow
    }
    room = columns - 2 - 2 * (len(there) - 1)
    wanted = max([24] + [cell_len(row.cells[rest.id][0]) for row in rows])
    over = sum(found.values()) + min(wanted, max(32, room // 3)) - room
    cut = False
    for column in sorted(narrow, key=lambda column: column.gives_way):
        given = max(0, min(over, found[column.id] - column.least))
        found[column.id] -= given
        over -= given
        cut = cut or (given > 0 and not column.spare and not column.partly)
    # Not wider than it needs: the time beside it is to be read with it.
    found[rest.id] = max(0, min(room - sum(found.values()), max(LAN, wanted)))
    return {column.id: found[column.id] for column in there}, cut or over > 0


def header(
    sizes: Mapping[str, int],
    sort: str,
    reverse: bool,
    columns: int,
    glyphs: Glyphs,
    position: str = "",
    hidden: int = 0,
) -> Line:
    """The titles of the columns; the one that is sorted by has a sign, the first says which rows
    are shown. Beside them is how many more columns a wider terminal has."""
    cells: list[Cell] = [("  ", "head")]
    titles = {column.id: column.title for column in COLUMNS}
    for column, size in sizes.items():
        title = titles[column]
        if column == sort:
            title += f" {glyphs.down if reverse else glyphs.up}"
        if column == "name":
            title += position
        if hidden and column == "lan":
            for more in (f"{hidden} more columns when wider", f"{hidden} more", f"+{hidden}"):
                if len(title) + 2 + len(more) <= size:
                    cells.append((fit(title, size - len(more), glyphs.cut), "head"))
                    cells.append((f"{more}  ", "dim"))
                    break
            else:
                cells.append((fit(title, size, glyphs.cut) + "  ", "head"))
            continue
        cells.append((fit(title, size, glyphs.cut) + "  ", "head"))
    return line_fit(_closed(cells), columns, glyphs.cut)


def line(
    row: Row, sizes: Mapping[str, int], mark: str, cursor: str, columns: int, glyphs: Glyphs
) -> Line:
    """A row as a line of so many columns; ``cursor`` is a style that all of it has as well."""
    cells: list[Cell] = [(f"{mark} ", f"mark {cursor}".strip())]
    for column, size in sizes.items():
        part, style = row.cells[column]
        fitted = _FITS[column](part, size, glyphs.cut)
        cells.append((fitted + "  ", f"{style} {cursor}".strip()))
    closed = _closed(cells)
    return (*closed, (" " * max(0, columns - width(closed)), cursor))


_FITS = {column.id: column.fit for column in COLUMNS}


def _closed(cells: list[Cell]) -> Line:
    """Without the blanks after the last column."""
    last, style = cells[-1]
    return (*cells[:-1], (last[:-2], style))
