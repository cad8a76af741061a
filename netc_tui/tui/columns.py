"""The columns of the table of services, each a value: what it shows, sorts by, and gives way to."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from netc_tui.core.health import State
from netc_tui.core.lookup import InDns, Pointing
from netc_tui.core.model import Service
from netc_tui.core.ports import Forward, as_exposed
from netc_tui.core.text import natural, printable
from netc_tui.core.traffic import Traffic
from netc_tui.core.words import count, short_clock
from netc_tui.desk.job import TURNING_ON, Job, Kind
from netc_tui.tui.draw import Cell, fit, fit_ends
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.spark import spark
from netc_tui.tui.standing import name_standing, standing, stands_by


class Shown(msgspec.Struct, frozen=True):
    """What a row is made of."""

    service: Service
    job: Job | None
    now: datetime
    glyphs: Glyphs
    traffic: Traffic | None = None
    """What passes to it; None: that is not known."""
    in_dns: InDns | None = None
    """Which name the DNS has for it; None: it was not asked."""
    host: str = ""
    """What its host is called; empty where it is the only one."""
    away: bool = False
    """Is the engine of its host away?"""


class Column(msgspec.Struct, frozen=True):
    """A column of the table."""

    id: str
    title: str
    cell: Callable[[Shown], Cell]
    order: Callable[[Shown], tuple[object, ...]]
    """What rows are sorted by; where that is the same, by name."""
    least: int
    """Cells that it has at least."""
    most: int
    """Cells that it has at most."""
    gives_way: int = 0
    """The lowest first, where there is no room for all; 0: the one that takes what is left."""
    from_width: int = 0
    """The width of the terminal from which on it is there."""
    spare: bool = False
    """Does it go before any other is cut?"""
    partly: bool = False
    """Does a part of it do? Then none goes for it."""
    wanted: Callable[[Shown], bool] | None = None
    """Has it something to show of this one? It is there where it has of any; None: always."""
    fit: Callable[[str, int, str], str] = fit
    """How it gives way: see ``draw.fit``."""


def name_cell(shown: Shown) -> Cell:
    """Its name, or that of its Compose service."""
    service = shown.service
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
    return printable(label), "strong" if service.network_container else ""


def host_cell(shown: Shown) -> Cell:
    """Its host, with a sign when nothing is heard of that."""
    if shown.away:
        return printable(f"{shown.glyphs.failed} {shown.host}"), "bad"
    return printable(shown.host), ""


def state_cell(service: Service) -> Cell:
    """Docker's word, or what its health check says of one that runs."""
    if service.health == "unhealthy":
        return "unhealthy", "bad"
    if service.health == "starting" and service.state == "running":
        return "starting", "warn"
    if service.health == "healthy" and service.state == "running":
        return "healthy", ""
    return printable(service.stands), "" if service.state == "running" else "warn"


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


def lan_cell(shown: Shown) -> Cell:
    """How its network container stands: a sign, a word, address and interface."""
    service, job, glyphs = shown.service, shown.job, shown.glyphs
    if job is not None and job.under_way:
        return printable(f"{glyphs.working} {job.kind}: {job.step or 'begins'}"), "busy"
    own = service.network_container
    failed = job is not None and job.error is not None and job.kind in TURNING_ON
    keeping = service.keeping
    if own is None and failed:
        what = "take over" if job is not None and job.kind is Kind.TAKE_OVER else "turn on"
        return f"{glyphs.failed} off, failed to {what}", "bad"
    if own is None and service.replicas is not None and not service.replicas.told:
        return f"{glyphs.gone} not known here", "dim"
    if own is None:
        why = f", {keeping}" if keeping is not None else ""
        trouble = keeping is not None and keeping.trouble
        return printable(f"{glyphs.off} off{why}"), "warn" if trouble else "dim"
    finding = own.health.finding
    if own.ip is not None and own.health.state is State.BROKEN and finding is not None:
        remedy = f" {glyphs.arrow} {finding.remedy}" if finding.remedy else ""
        return printable(f"{glyphs.failed} {own.ip} {finding.cause}{remedy}"), "bad"
    sign, word, style = standing(service, own, glyphs)
    if finding is not None and stands_by(own):
        remedy = f" {glyphs.arrow} {finding.remedy}" if finding.remedy else ""
        return printable(f"{sign} {word} on {own.interface}{remedy}: {finding.cause}"), style
    where = f"{own.ip} {own.interface}" if own.ip else f"on {own.interface}"
    where += f" at {own.node}" if own.node else ""
    why = f": {own.message}" if own.message and not own.ip else ""
    if keeping is not None and keeping.trouble:
        why, style = f"{why}; {keeping.why}", "warn" if style == "ok" else style
    return printable(f"{sign} {word} {where}{why}"), style


NO_NAME = "-"
DNS_FROM = 120
"""The width of the terminal from which on names are looked for and shown in the table."""


def dns_cell(shown: Shown) -> Cell:
    """The name that leads to it; where none does, or others have it too, that."""
    found = shown.in_dns
    if found is None:
        return NO_NAME, "dim"
    sign, word, style = name_standing(found, shown.glyphs)
    if found.pointing is Pointing.HERE:
        return printable(f"{sign} {found.name}"), style
    there = ", ".join(found.there)
    return printable(f"{sign} {word}{f': {there}' if there else ''}"), style


def _by_name(shown: Shown) -> tuple[object, ...]:
    found = shown.in_dns
    if found is None:
        return True, True, natural("")
    return False, found.pointing is Pointing.HERE, natural(found.name)


def kept_cell(shown: Shown) -> Cell:
    """Who keeps it on or off, in a word."""
    keeping = shown.service.keeping
    if keeping is None:
        return "-", "dim"
    return str(keeping.kept), "warn" if keeping.trouble else ""


def _followed(shown: Shown) -> bool:
    keeping = shown.service.keeping
    return keeping is not None and keeping.follows


RATE, BARS = 7, 6
"""Cells of a rate, and of how it went."""


def traffic_cell(shown: Shown) -> Cell:
    """Packets a second now, and how they went in the last minute; at rest, 0 and nothing more."""
    now = shown.traffic.rate if shown.traffic is not None else None
    if now is None or shown.traffic is None:
        return f"{'-':>{RATE}}", "dim"
    rate = f"{per_second(now.packets):>{RATE}}"
    bars = spark(shown.traffic.history, BARS, shown.glyphs)
    if not bars.strip(" " + shown.glyphs.levels[0]):
        bars = ""
    return f"{rate} {bars:{BARS}}", "ok" if now.packets > 0 else "dim"


def per_second(number: float) -> str:
    """A rate in at most 7 cells; what is less than one in ten seconds is told as such."""
    if 0 < number < 10:
        return f"{number:.1f}/s" if number >= 0.1 else "<0.1/s"
    return f"{count(number)}/s"


def fit_rate(value: str, columns: int, cut: str) -> str:
    """All of it, or only the rate: half a sparkline tells nothing."""
    return fit(value if columns >= RATE + 1 + BARS else value[:RATE], columns, cut)


def _by_traffic(shown: Shown) -> tuple[object, ...]:
    now = shown.traffic.rate if shown.traffic is not None else None
    return now is None, -now.packets if now is not None else 0


def renews_cell(shown: Shown) -> Cell:
    """When its lease is to be renewed; past that moment, that it is due."""
    at = _renew_at(shown)
    if at is not None and at <= shown.now:
        return "due now", "busy"
    return short_clock(at, shown.now), "" if at else "dim"


def _renew_at(shown: Shown) -> datetime | None:
    own = shown.service.network_container
    return own.renew_at if own is not None else None


def _over(shown: Shown) -> str:
    own = shown.service.network_container
    return own.network if own is not None else ""


def _by_address(shown: Shown) -> tuple[object, ...]:
    own = shown.service.network_container
    ip = own.ip if own is not None else None
    numbers = tuple(int(part) for part in (ip or "").split(".") if part.isdigit())
    return own is None, ip is None, numbers


def _by_port(shown: Shown) -> tuple[object, ...]:
    first = forwards(shown.service)[:1]
    return (not first, *[(forward.public, forward.proto) for forward in first])


def _by_renewal(shown: Shown) -> tuple[object, ...]:
    at = _renew_at(shown)
    return at is None, at or shown.now


COLUMNS = (
    Column(
        "name",
        "SERVICE",
        name_cell,
        lambda shown: (natural(shown.service.project or ""),),
        least=9,
        most=32,
        gives_way=7,
        fit=fit_ends,
    ),
    Column(
        "host",
        "HOST",
        host_cell,
        lambda shown: (natural(shown.host),),
        least=6,
        most=20,
        gives_way=8,
        wanted=lambda shown: bool(shown.host),
        fit=fit_ends,
    ),
    Column(
        "state",
        "STATE",
        lambda shown: state_cell(shown.service),
        lambda shown: (shown.service.state, shown.service.health or ""),
        least=7,
        most=12,
        gives_way=9,
    ),
    Column(
        "ports",
        "PORTS",
        lambda shown: (ports_text(shown.service), ""),
        _by_port,
        least=6,
        most=24,
        gives_way=5,
    ),
    Column(
        "published",
        "PUBLISHED",
        lambda shown: (published_text(shown.service, shown.glyphs), "dim"),
        lambda shown: (not any(port.published for port in shown.service.ports),),
        least=9,
        most=28,
        gives_way=4,
        from_width=100,
    ),
    Column("lan", "LAN ADDRESS", lan_cell, _by_address, least=18, most=400),
    Column(
        "dns",
        "DNS NAME",
        dns_cell,
        _by_name,
        least=14,
        most=36,
        gives_way=1,
        from_width=DNS_FROM,
        spare=True,
        wanted=lambda shown: shown.in_dns is not None,
    ),
    Column(
        "traffic",
        "TRAFFIC",
        traffic_cell,
        _by_traffic,
        least=9,  # its title with the sign of what is sorted by
        most=RATE + 1 + BARS,
        gives_way=2,
        from_width=80,
        spare=True,
        fit=fit_rate,
    ),
    Column(
        "kept",
        "KEPT",
        kept_cell,
        lambda shown: (kept_cell(shown)[0] == "-", kept_cell(shown)[0]),
        least=9,
        most=9,
        gives_way=11,
        from_width=120,
        spare=True,
        wanted=_followed,
    ),
    Column(
        "renews",
        "RENEWS",
        renews_cell,
        _by_renewal,
        least=8,
        most=8,
        gives_way=10,
        from_width=70,
    ),
    Column(
        "network",
        "OVER",
        lambda shown: (printable(_over(shown)) or "-", "dim"),
        lambda shown: (shown.service.network_container is None, natural(_over(shown))),
        least=6,
        most=20,
        gives_way=6,
        from_width=160,
    ),
    Column(
        "image",
        "IMAGE",
        lambda shown: (printable(shown.service.image or "-"), "dim"),
        lambda shown: (natural(shown.service.image or ""),),
        least=8,
        most=36,
        gives_way=3,
        from_width=160,
        partly=True,
    ),
)
TROUBLE = "trouble"
"""What can be sorted by beside the columns: what is broken first."""
SORTS = (*(column.id for column in COLUMNS), TROUBLE)
