"""How results look: tables and lines for people, one JSON document for scripts."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from netc_tui.core.health import Check, State
from netc_tui.core.lease import Event, in_words
from netc_tui.core.model import SCHEMA, Interface, NetworkContainer, Service
from netc_tui.core.ports import Forward, Port, as_list
from netc_tui.core.protocol import QUIET
from netc_tui.core.rules import Rule
from netc_tui.core.text import printable, printable_json
from netc_tui.core.words import ago, clock


def say(line: str) -> None:
    """Progress and remarks, for people: stderr."""
    print(printable(line), file=sys.stderr, flush=True)


def line(text: str) -> None:
    """One line of a result."""
    print(printable(text), flush=True)


def document(**parts: Any) -> None:
    """A result for scripts: one JSON document on one line."""
    text = msgspec.json.encode({"schema": SCHEMA, **parts}).decode()
    sys.stdout.write(printable_json(text) + "\n")
    sys.stdout.flush()


WORDY = frozenset(
    (
        *("PORTS", "PUBLISHED", "NETWORK CONTAINER", "HEALTH", "ADDRESSES", "WHY NOT"),
        *("MATCH", "TARGET"),
    )
)
"""The columns whose texts are several words."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """A table, its columns as wide as they must be; ``empty`` on stderr when it has no rows."""
    rows = [list(map(printable, row)) for row in rows]
    if not rows:
        say(empty)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for head in heads:
        # Through a pipe nothing is cut or folded: programs read it.
        # On a narrow terminal only what is made of several words is folded, never an address.
        drawn.add_column(
            head, overflow="fold", no_wrap=head not in WORDY or not sys.stdout.isatty()
        )
    for row in rows:
        drawn.add_row(*map(Text, row))
    if not sys.stdout.isatty():
        console.width = 10_000
    for text in console.render_lines(drawn, pad=False):
        print("".join(segment.text for segment in text).rstrip())


def companion_json(one: NetworkContainer) -> dict[str, Any]:
    """A network container as scripts see it."""
    facts = msgspec.structs.asdict(one)
    facts["ports"] = [str(forward) for forward in one.ports]
    return facts


def service_json(one: Service) -> dict[str, Any]:
    """A service as scripts see it."""
    companion = one.network_container
    return {
        "name": one.name,
        "id": one.id,
        "image": one.image,
        "state": one.state,
        "project": one.project,
        "ports": [
            {"port": port.port, "proto": port.proto, "published": port.published}
            for port in one.ports
        ],
        "network_container": companion and companion_json(companion),
    }


def rule_json(one: Rule) -> dict[str, Any]:
    """A rule as scripts see it."""
    return msgspec.structs.asdict(one)


def services(found: Sequence[Service]) -> None:
    """The table of services."""
    table(
        ("SERVICE", "STATE", "PORTS", "PUBLISHED", "NETWORK CONTAINER", "RENEWS"),
        (
            (
                one.name,
                one.state,
                _span([str(port) for port in _ports(one)]),
                _span([on for port in one.ports for on in port.published_text]),
                _state(one.network_container),
                clock(one.network_container.renew_at) if one.network_container else "-",
            )
            for one in found
        ),
        empty="no running containers",
    )
    reasons(one.network_container for one in found if one.network_container is not None)


def _ports(one: Service) -> Sequence[Port | Forward]:
    """What leads to it from the LAN; of one that is off, what it exposes."""
    return one.network_container.ports if one.network_container is not None else one.ports


ROOMY = 110
"""Columns of a terminal from which on the reason of what is not healthy stands in its row."""


def roomy() -> bool:
    """Is there room for sentences in a table? Through a pipe nothing is cut."""
    return not sys.stdout.isatty() or shutil.get_terminal_size().columns >= ROOMY


def reasons(found: Iterable[NetworkContainer]) -> None:
    """Below a table that has no room for them: why what is not healthy is not."""
    lines = [f"{one.service}: {one.health}" for one in found if one.health.state != State.HEALTHY]
    if lines and not roomy():
        line("")
        for text in lines:
            line(text)


def _span(items: Sequence[str], most: int = 6) -> str:
    """Items on one line; of a long list the first ones and how many more."""
    more = f", {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more or "-"


def _state(one: NetworkContainer | None) -> str:
    if one is None:
        return "off"
    # Where the lease stands alone says nothing of whether the service can be reached.
    stands = " ".join(filter(None, (str(one.phase), one.ip, f"on {one.interface}")))
    return f"{stands}, {one.health if roomy() else one.health.short}"


def leases(found: Sequence[NetworkContainer]) -> None:
    """The table of leases. In a narrow terminal the server gives way: `show` has it."""
    wide = roomy()
    heads = ("SERVICE", "PHASE", "ADDRESS", "INTERFACE", "SERVER", "RENEWS", "EXPIRES", "HEALTH")

    def row(one: NetworkContainer) -> Sequence[str]:
        return (
            one.service,
            str(one.phase),
            f"{one.ip}/{one.prefix}" if one.ip else "-",
            one.interface,
            *([one.server or "-"] if wide else []),
            clock(one.renew_at),
            clock(one.expires_at),
            str(one.health if wide else one.health.state),
        )

    table(
        [head for head in heads if wide or head != "SERVER"],
        map(row, found),
        empty="no network containers; make one with: netc up SERVICE INTERFACE",
    )
    reasons(found)


def interfaces(found: Sequence[Interface], *, everything: bool = False) -> None:
    """The table of interfaces. Of those of containers, which may be many and can carry no LAN
    network, it has only the number, unless ``everything`` is asked for."""
    ends = 0 if everything else sum(one.of_container for one in found)
    table(
        ("INTERFACE", "KIND", "CARRIER", "ADDRESSES", "FIT", "WHY NOT"),
        (
            (
                one.name,
                one.kind,
                "yes" if one.carrier else "no",
                ", ".join(one.addresses) or "-",
                "no" if one.unfit else "yes",
                one.unfit or "",
            )
            for one in found
            if everything or not one.of_container
        ),
        empty="no interfaces",
    )
    if ends:
        say(f"and {ends} more that cannot carry a LAN network: --all")


def rules(found: Sequence[Rule]) -> None:
    """The table of rules."""
    table(
        ("TABLE", "CHAIN", "PACKETS", "BYTES", "MATCH", "TARGET"),
        (
            (one.table, one.chain, str(one.packets), str(one.bytes), one.match or "any", one.target)
            for one in found
        ),
        empty="no rules",
    )


def detail(service: Service, one: NetworkContainer) -> None:
    """All of one network container, a fact a line."""
    now = datetime.now(UTC)
    facts = [
        ("service", f"{service.name} ({service.state})"),
        ("network container", f"{one.name} ({one.state})"),
        ("phase", str(one.phase)),
        ("health", str(one.health)),
        ("checked", f"{clock(one.health.checked_at, now)}  {ago(one.health.checked_at, now)}"),
        ("not checked", ", ".join(_unchecked(one))),
        ("address", f"{one.ip}/{one.prefix}" if one.ip else "-"),
        ("interface", one.interface),
        ("gateway", one.gateway or "-"),
        ("DHCP server", one.server or "-"),
        ("bound", f"{clock(one.bound_at, now)}  {ago(one.bound_at, now)}"),
        ("renews (T1)", f"{clock(one.renew_at, now)}  {ago(one.renew_at, now)}"),
        ("rebinds (T2)", f"{clock(one.rebind_at, now)}  {ago(one.rebind_at, now)}"),
        ("expires", f"{clock(one.expires_at, now)}  {ago(one.expires_at, now)}"),
        ("MAC", one.mac),
        ("client-id", one.client_id),
        ("hostname", one.hostname),
        ("target", f"{one.target or '- (the service has no address now)'} over {one.network}"),
        ("ports", as_list(one.ports) or "-"),
    ]
    if one.message and one.message != one.health.reason:
        facts.append(("trouble", one.message))
    for name, value in facts:
        line(f"{name:<18} {value.rstrip()}")


def _unchecked(one: NetworkContainer) -> tuple[str, ...]:
    """What nobody looked at; of a path of which nothing is known, all of it."""
    nothing = one.health.state is State.UNKNOWN
    return ("the path", *one.health.unchecked) if nothing else one.health.unchecked


def check_json(one: Check) -> dict[str, Any]:
    """A look at a path as scripts see it."""
    return {"broken": one.broken, "unchecked": one.unchecked, "parts": one.parts}


def check(service: str, one: Check) -> None:
    """What a look at a path found, a part a line: for people, on stderr."""
    say(f"the path to {service}:")
    for part in one.parts:
        say(f"  {part}")


def event(one: Event) -> None:
    """What a network container says while one waits for it."""
    if one.event not in QUIET:
        say(f"  {in_words(one)}")
