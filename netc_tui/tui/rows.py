"""The table of services: what each row says, which rows there are, and how wide columns are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from rich.cells import cell_len

from netc_tui.core.health import State
from netc_tui.core.lease import Phase
from netc_tui.core.model import NetworkContainer, Service
from netc_tui.core.ports import Forward, as_exposed
from netc_tui.core.text import natural, printable
from netc_tui.core.words import short_clock
from netc_tui.operations.inventory import GONE
from netc_tui.tui.draw import Cell, Line, fit, line_fit, width
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.jobs import TURNING_ON, Job

PHASE_STYLES = {
    "acquiring": "busy",
    "bound": "ok",
    "renewing": "busy",
    "rebinding": "warn",
    "expired": "bad",
    "stopped": "bad",
}


class Row(msgspec.Struct, frozen=True):
    """A service as the table shows it."""

    service: Service
    cells: Mapping[str, Cell]
    """By column."""
    order: Mapping[str, tuple[object, ...]]
    """What it is sorted by, by column."""

    @property
    def name(self) -> str:
        """Which service it is; names are unique in an engine."""
        return self.service.name

    def matches(self, words: Sequence[str]) -> bool:
        """Does it hold all of these, given in lower case?"""
        companion = self.service.network_container
        shown = " ".join(part for part, _ in self.cells.values())
        found = f"{shown} {self.service.name} {self.service.project or ''}".lower()
        if companion is not None:
            found += f" {companion.mac} {companion.hostname} {companion.network}".lower()
        return all(word in found for word in words)


class Column(msgspec.Struct, frozen=True):
    """A column of the table."""

    id: str
    title: str
    least: int
    """Cells that it has at least."""
    most: int
    """Cells that it has at most, unless it is the one that takes what is left."""
    from_width: int = 0
    """The width of the terminal from which on it is there."""


COLUMNS = (
    Column("name", "SERVICE", 9, 32),
    Column("state", "STATE", 7, 12),
    Column("ports", "PORTS", 6, 24),
    Column("published", "PUBLISHED", 9, 28, from_width=100),
    Column("lan", "LAN ADDRESS", 18, 400),
    Column("renews", "RENEWS", 8, 8, from_width=70),
    Column("network", "OVER", 6, 20, from_width=160),
    Column("image", "IMAGE", 8, 36, from_width=160),
)
LAN = 44
"""Cells that the column of addresses has where there is room: progress is shown there too, and it
should not change its width for that."""
SORTS = tuple(column.id for column in COLUMNS)


def row(service: Service, job: Job | None, now: datetime, glyphs: Glyphs) -> Row:
    """The row of one service."""
    companion = service.network_container
    label = service.name
    if service.project and service.compose and service.project not in service.name:
        label = f"{service.name} ({service.project}/{service.compose})"
    elif service.project and service.compose:
        label = f"{service.project}/{service.compose}"
        if service.name not in (
            f"{service.project}-{service.compose}-1",
            f"{service.project}_{service.compose}_1",
        ):
            label += f" ({service.name})"
    renew_at = companion.renew_at if companion is not None else None
    lan = lan_cell(service, job, glyphs)
    cells = {
        "name": (printable(label), "strong" if companion else ""),
        "state": state_cell(service),
        "ports": (ports_text(service), ""),
        "published": (published_text(service, glyphs), "dim"),
        "lan": lan,
        "renews": renews_cell(companion, now),
        "network": (printable(companion.network) if companion else "-", "dim"),
        "image": (printable(service.image or "-"), "dim"),
    }
    ip = companion.ip if companion is not None else None
    name, leads = natural(service.name), forwards(service)
    order: dict[str, tuple[object, ...]] = {
        "name": (natural(service.project or ""), name),
        "state": (service.state, service.health or "", name),
        "ports": (not leads, *[(first.public, first.proto) for first in leads[:1]], name),
        "lan": (companion is None, ip is None, _numbers(ip), name),
        "renews": (renew_at is None, renew_at or now, name),
        "published": (not any(port.published for port in service.ports), name),
        "network": (companion is None, natural(companion.network if companion else ""), name),
        "image": (natural(service.image or ""), name),
    }
    return Row(service, cells, order)


def renews_cell(companion: NetworkContainer | None, now: datetime) -> Cell:
    """When its lease is to be renewed; past that moment, that it is due."""
    at = companion.renew_at if companion is not None else None
    if at is not None and at <= now:
        return "due now", "busy"
    return short_clock(at, now), "" if at else "dim"


def _numbers(ip: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in (ip or "").split(".") if part.isdigit())


def state_cell(service: Service) -> Cell:
    """Docker's word, or what its health check says of one that runs."""
    if service.health == "unhealthy":
        return "unhealthy", "bad"
    if service.health == "starting" and service.state == "running":
        return "starting", "warn"
    if service.health == "healthy" and service.state == "running":
        return "healthy", ""
    return printable(service.state), "" if service.state == "running" else "warn"


def forwards(service: Service) -> tuple[Forward, ...]:
    """What leads to it from the LAN; of one that is off, what would: what it exposes."""
    own = service.network_container
    return own.ports if own is not None else as_exposed(service.ports)


def ports_text(service: Service) -> str:
    """Its ports as the LAN has them, neighbouring ones joined: ``53/tcp+udp, 8080:80``; tcp where
    nothing is said."""
    protos: dict[str, list[str]] = {}
    for forward in forwards(service):
        numbers = str(forward).partition("/")[0]
        protos.setdefault(numbers, []).append(forward.proto)
    found = [
        numbers if of == ["tcp"] else f"{numbers}/{'+'.join(of)}" for numbers, of in protos.items()
    ]
    return ", ".join(found) or "-"


def published_text(service: Service, glyphs: Glyphs) -> str:
    """Where Docker publishes them: ``8081→80``; the address too when it is not any."""
    found: list[str] = []
    for port in service.ports:
        for on in port.published:
            address, _, number = on.rpartition(":")
            any_address = address in ("0.0.0.0", "[::]")  # noqa: S104 # as Docker writes it
            to = f"{number if any_address else on}{glyphs.arrow}{port.port}"
            to += "" if port.proto == "tcp" else f"/{port.proto}"
            if to not in found:
                found.append(to)
    return printable(", ".join(found)) or "-"


def lan_cell(service: Service, job: Job | None, glyphs: Glyphs) -> Cell:
    """How its network container stands: a sign, a word, address and interface."""
    if job is not None and job.under_way:
        return printable(f"{glyphs.working} {job.kind}: {job.step or 'begins'}"), "busy"
    companion = service.network_container
    failed = job is not None and job.error is not None and job.kind in TURNING_ON
    if companion is None:
        return (
            (f"{glyphs.failed} off, failed to turn on", "bad")
            if failed
            else (f"{glyphs.off} off", "dim")
        )
    sign, word, style = standing(service, companion, glyphs)
    where = f"{companion.ip} {companion.interface}" if companion.ip else f"on {companion.interface}"
    why = f": {companion.message}" if companion.message and not companion.ip else ""
    return printable(f"{sign} {word} {where}{why}"), style


def standing(
    service: Service, companion: NetworkContainer, glyphs: Glyphs, *, full: bool = False
) -> tuple[str, str, str]:
    """The sign, the word and the style for how a network container stands; in ``full`` also where
    its lease does when that is not what matters first."""
    if companion.state == "restarting":  # Docker starts it again and again
        return glyphs.failed, "failed", "bad"
    if companion.phase is Phase.STOPPED:
        return glyphs.stopped, "stopped", "bad"
    if service.state == GONE:
        return glyphs.gone, "service gone", "warn"
    if companion.state == "paused":  # the kernel forwards for it, but nothing renews its lease
        return glyphs.gone, f"{companion.phase}, paused", "warn"
    if companion.target is None and companion.ip is not None:
        return glyphs.gone, f"{companion.phase}, no service", "warn"
    phase = str(companion.phase)
    also = f"{phase}, " if full else ""
    if companion.ip is not None and companion.health.state is State.BROKEN:
        return glyphs.failed, f"{also}{companion.health.hop or 'it'} broken", "bad"
    if companion.ip is not None and companion.health.state is State.UNKNOWN:
        return glyphs.gone, f"{also}unknown", "warn"
    return getattr(glyphs, phase), phase, PHASE_STYLES[phase]


def arranged(
    rows: Sequence[Row],
    *,
    words: Sequence[str] = (),
    only_exposed: bool = False,
    sort: str = "name",
    reverse: bool = False,
) -> list[Row]:
    """The rows that are asked for, in order."""
    found = [
        one
        for one in rows
        if (not only_exposed or one.service.network_container is not None) and one.matches(words)
    ]

    def key(one: Row) -> tuple[object, ...]:
        return one.order[sort]

    return sorted(found, key=key, reverse=reverse)


def widths(rows: Sequence[Row], columns: int, position: str = "") -> dict[str, int]:
    """The width of each column that there is room for; ``lan`` gives way last.

    Between two columns are two blanks, before the first one sign and a blank. ``position`` stands
    beside the first title.
    """
    there = [column for column in COLUMNS if columns >= column.from_width]
    found = {
        column.id: min(
            column.most,
            max(
                [column.least, len(column.title) + 2 + len(position) * (column.id == "name")]
                + [cell_len(one.cells[column.id][0]) for one in rows]
            ),
        )
        for column in there
        if column.id != "lan"
    }
    room = columns - 2 - 2 * (len(there) - 1)
    wanted = max([24] + [cell_len(one.cells["lan"][0]) for one in rows])
    over = sum(found.values()) + min(wanted, max(32, room // 3)) - room
    for narrow in ("image", "published", "ports", "network", "name", "state"):
        if over > 0 and narrow in found:
            least = next(column.least for column in there if column.id == narrow)
            given = min(over, max(0, found[narrow] - least))
            found[narrow] -= given
            over -= given
    # Not wider than it needs: the time beside it is to be read with it.
    found["lan"] = max(0, min(room - sum(found.values()), max(LAN, wanted)))
    return {column.id: found[column.id] for column in there}


def header(
    sizes: Mapping[str, int],
    sort: str,
    reverse: bool,
    columns: int,
    glyphs: Glyphs,
    position: str = "",
) -> Line:
    """The titles of the columns; the one that is sorted by has a sign, the first says which rows
    are shown. Beside them is how many more columns a wider terminal has."""
    hidden = len(COLUMNS) - len(sizes)
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
    one: Row, sizes: Mapping[str, int], mark: str, cursor: str, columns: int, glyphs: Glyphs
) -> Line:
    """A row as a line of so many columns; ``cursor`` is a style that all of it has as well."""
    cells: list[Cell] = [(f"{mark} ", f"mark {cursor}".strip())]
    for column, size in sizes.items():
        part, style = one.cells[column]
        cells.append((fit(part, size, glyphs.cut) + "  ", f"{style} {cursor}".strip()))
    closed = _closed(cells)
    return (*closed, (" " * max(0, columns - width(closed)), cursor))


def _closed(cells: list[Cell]) -> Line:
    """Without the blanks after the last column."""
    last, style = cells[-1]
    return (*cells[:-1], (last[:-2], style))
