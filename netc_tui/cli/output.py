"""How results look: tables and lines for people, one JSON document for scripts."""

import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from netc_tui.cli import hosts
from netc_tui.core.clients import Clients, left_out
from netc_tui.core.elsewhere import with_health, with_remedies
from netc_tui.core.health import State
from netc_tui.core.keeping import Written
from netc_tui.core.lease import Event, in_words
from netc_tui.core.lookup import InDns
from netc_tui.core.model import SCHEMA, Interface, Keeping, NetworkContainer, Service
from netc_tui.core.path import Check
from netc_tui.core.ports import Forward, Port, as_list
from netc_tui.core.protocol import QUIET
from netc_tui.core.rounds import Decision
from netc_tui.core.rules import Rule
from netc_tui.core.swarm import Membership
from netc_tui.core.text import few, printable, printable_json
from netc_tui.core.traffic import Traffic
from netc_tui.core.words import ago, clock, octets, short_clock

if TYPE_CHECKING:
    from netc_tui.operations.hosts import Listed


def say(line: str) -> None:
    """Progress and remarks, for people: stderr. That nobody reads them ends no work half-way."""
    with suppress(OSError):
        print(_told(line), file=sys.stderr, flush=True)


def line(text: str) -> None:
    """One line of a result."""
    print(_told(text), flush=True)


def _told(text: str) -> str:
    """As it is printed; commands in it act on the host that it is about."""
    return printable(hosts.aimed(text))


def document(**parts: Any) -> None:
    """A result for scripts: one JSON document on one line."""
    sys.stdout.write(encoded(**parts) + "\n")
    sys.stdout.flush()


def encoded(**parts: Any) -> str:
    """The same as text."""
    return printable_json(msgspec.json.encode({"schema": SCHEMA, **parts}).decode())


WORDY = frozenset(
    (
        *("PORTS", "PUBLISHED", "NETWORK CONTAINER", "HEALTH", "ADDRESSES", "WHY NOT"),
        *("MATCH", "TARGET", "DONE", "CAME OF IT"),
    )
)
"""The columns whose texts are several words."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """A table, its columns as wide as they must be; ``empty`` on stderr when it has no rows."""
    rows = [list(map(_told, row)) for row in rows]
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


def network_container_json(own: NetworkContainer) -> dict[str, Any]:
    """A network container as scripts see it; commands in it act on the host that it is on."""
    own = with_health(own, hosts.aimed_command, hosts.aimed)
    facts = msgspec.structs.asdict(own)
    facts["ports"] = [str(forward) for forward in own.ports]
    return facts


def service_json(service: Service) -> dict[str, Any]:
    """A service as scripts see it."""
    own = service.network_container
    return {
        "name": service.name,
        "id": service.id,
        "image": service.image,
        "state": service.state,
        "project": service.project,
        "network_mode": service.network_mode,
        "swarm": service.replicas and msgspec.structs.asdict(service.replicas),
        "ports": [
            {"port": port.port, "proto": port.proto, "published": port.published}
            for port in service.ports
        ],
        "network_container": own and network_container_json(own),
        **keeping_json(service.keeping),
    }


def keeping_json(keeping: Keeping | None) -> dict[str, Any]:
    """Who keeps a service on or off, as scripts see it."""
    if keeping is None:
        return {"kept": None, "keeper": None, "asks": False, "why": None}
    return {
        "kept": keeping.kept,
        "keeper": keeping.keeper,
        "asks": keeping.asks,
        "why": keeping.why,
    }


def watcher_json(written: Written) -> dict[str, Any] | None:
    """The watcher that was heard of, as scripts see it."""
    found = written.watcher
    if found is None:
        return None
    return {**msgspec.structs.asdict(found), "silent": found.silent(written.at)}


def host_json(told: "Listed") -> dict[str, Any]:
    """What one of several hosts told, but for its services, as scripts see it."""
    engine = told.engine
    return {
        "name": told.host.name,
        "url": told.host.endpoint.url,
        "error": told.error or None,
        "engine": engine and {"id": engine.id, "name": engine.name, "version": engine.version},
        "other_images": told.others,
        "watcher": told.written and watcher_json(told.written),
        "swarm": swarm_json(engine.swarm if engine else None, told.unseen),
    }


def swarm_json(member: Membership | None, unseen: str) -> dict[str, Any] | None:
    """The Swarm that an engine is in, as scripts see it. ``unseen``: what is to be known of it."""
    if member is None:
        return None
    return {**msgspec.structs.asdict(member), "remark": unseen or None}


def automation(written: Written, found: Iterable[Service], host: str = "") -> None:
    """What people must know beside a table of services: that nobody follows labels which ask."""
    keepings = (service.keeping for service in found)
    if written.absent and any(each is not None and each.follows for each in keepings):
        there = f"{host}: " if host else ""
        say(f"{there}{written.absent}: what labels ask for is not followed (netc doctor)")


def rule_json(rule: Rule) -> dict[str, Any]:
    """A rule as scripts see it."""
    return msgspec.structs.asdict(rule)


def services(found: Sequence[Service], hosts: Sequence[str] = ()) -> None:
    """The table of services, of several ``hosts`` with that of each. Who keeps them is told where
    labels ask for any."""
    kept = any(service.keeping is not None and service.keeping.follows for service in found)
    heads = ("SERVICE", "STATE", "PORTS", "PUBLISHED", "NETWORK CONTAINER", "RENEWS", "KEPT")
    placed = list(zip(found, hosts or [""] * len(found), strict=True))
    table(
        [*(["HOST"] if hosts else []), *(head for head in heads if kept or head != "KEPT")],
        (
            (
                *([host] if hosts else []),
                service.name,
                service.stands,
                _span([str(port) for port in _ports(service)]),
                _span([on for port in service.ports for on in port.published_text]),
                _state(service),
                _timer(service.network_container.renew_at) if service.network_container else "-",
                *([str(service.keeping.kept) if service.keeping else "-"] if kept else []),
            )
            for service, host in placed
        ),
        empty="no running containers",
    )
    called = [
        (service, f"{service.name}@{host}" if host else service.name) for service, host in placed
    ]
    on = [
        msgspec.structs.replace(service.network_container, service=name)
        for service, name in called
        if service.network_container is not None
    ]
    reasons(on, (f"{name}: {said}" for service, name in called if (said := kept_why(service))))


def kept_why(service: Service) -> str:
    """What is to be read in a list of who keeps it: why it is off, or not as its labels ask."""
    keeping = service.keeping
    told = keeping is not None and (keeping.trouble or service.network_container is None)
    return str(keeping) if told else ""


def _ports(service: Service) -> Sequence[Port | Forward]:
    """What leads to it from the LAN; of one that is off, what it exposes."""
    return (
        service.network_container.ports if service.network_container is not None else service.ports
    )


ROOMY = 110
"""Columns of a terminal from which on the reason of what is not healthy stands in its row."""


def roomy() -> bool:
    """Is there room for sentences in a table? Through a pipe nothing is cut."""
    return not sys.stdout.isatty() or shutil.get_terminal_size().columns >= ROOMY


def reasons(found: Iterable[NetworkContainer], more: Iterable[str] = ()) -> None:
    """Below a table that has no room for them: why what is not healthy is not, and ``more``."""
    lines = [f"{own.service}: {own.health}" for own in found if own.health.state != State.HEALTHY]
    lines += more
    if lines and not roomy():
        line("")
        for text in lines:
            line(text)


def _span(items: Sequence[str], most: int = 6) -> str:
    """Items on one line; of a long list the first ones and how many more."""
    return few(items, most) or "-"


def _state(service: Service) -> str:
    own, kept = service.network_container, kept_why(service) if roomy() else ""
    if own is None and service.replicas is not None and not service.replicas.told:
        return "not known here"
    if own is None:
        return ", ".join(filter(None, ("off", kept)))
    # Where the lease stands alone says nothing of whether the service can be reached.
    at = f"at {own.node}" if own.node else None
    stands = " ".join(filter(None, (str(own.phase), own.ip, f"on {own.interface}", at)))
    health = str(own.health if roomy() else own.health.short)
    return ", ".join(filter(None, (stands, health, kept)))


def _timer(at: datetime | None) -> str:
    """A moment in a table. A narrow terminal has no room for a day and a time."""
    return clock(at) if roomy() else short_clock(at, datetime.now(UTC))


def leases(found: Sequence[NetworkContainer]) -> None:
    """The table of leases. In a narrow terminal the server gives way: `show` has it."""
    wide = roomy()
    heads = ("SERVICE", "PHASE", "ADDRESS", "INTERFACE", "SERVER", "RENEWS", "EXPIRES", "HEALTH")

    def row(own: NetworkContainer) -> Sequence[str]:
        return (
            own.service,
            str(own.phase),
            f"{own.ip}/{own.prefix}" if own.ip else "-",
            own.interface,
            *([own.server or "-"] if wide else []),
            _timer(own.renew_at),
            _timer(own.expires_at),
            str(own.health if wide else own.health.state),
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
    ends = 0 if everything else sum(interface.of_container for interface in found)
    table(
        ("INTERFACE", "KIND", "CARRIER", "ADDRESSES", "FIT", "WHY NOT"),
        (
            (
                interface.name,
                interface.kind,
                "yes" if interface.carrier else "no",
                ", ".join(interface.addresses) or "-",
                "no" if interface.unfit else "yes",
                interface.unfit or "",
            )
            for interface in found
            if everything or not interface.of_container
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
            (
                rule.table,
                rule.chain,
                str(rule.packets),
                str(rule.bytes),
                rule.match or "any",
                rule.target,
            )
            for rule in found
        ),
        empty="no rules",
    )


def clients_json(
    found: Clients, names: Mapping[str, str], at: datetime, gone: Mapping[str, datetime]
) -> dict[str, Any]:
    """The clients of a service as scripts see them ``at`` a moment, and those that have ``gone``
    since it was looked first."""
    return {
        "clients": [
            {
                **msgspec.structs.asdict(client),
                "name": names.get(client.address),
                "last_seen": at,
            }
            for client in found.clients
        ],
        "gone": [
            {"address": address, "name": names.get(address), "last_seen": last}
            for address, last in gone.items()
        ],
        "more": found.more,
        "tracked": found.tracked,
    }


def clients(found: Clients, names: Mapping[str, str], gone: Mapping[str, datetime]) -> None:
    """The table of clients, a line for each port that one is connected to, and below it those that
    have ``gone`` since it was looked first."""
    table(
        ("CLIENT", "NAME", "PORT", "CONNECTIONS", "PACKETS", "BYTES", "UNANSWERED"),
        (
            (
                client.address,
                names.get(client.address, "-"),
                f"{client.port}/{client.proto}",
                str(client.connections),
                "-" if client.packets is None else str(client.packets),
                "-" if client.bytes is None else str(client.bytes),
                str(client.unanswered),
            )
            for client in found.clients
        ),
        empty="no client now",
    )
    for address, last in gone.items():
        called = f" ({names[address]})" if address in names else ""
        line(f"{address}{called} was last seen at {clock(last)}")
    for remark in left_out(found.more, found.tracked):
        say(remark)


def traffic_json(passed: Traffic) -> dict[str, Any]:
    """What has passed through a network container as scripts see it."""
    return {"since": passed.since, **msgspec.structs.asdict(passed.total)}


def _passed(passed: Traffic | None, now: datetime) -> str:
    if passed is None:
        return "not known: its counters cannot be read from here"
    total = passed.total
    return (
        f"in {total.packets_in:.0f} packets ({octets(total.bytes_in)}), out"
        f" {total.packets_out:.0f} ({octets(total.bytes_out)}), since {clock(passed.since, now)}"
    )


def name_json(found: InDns) -> dict[str, Any]:
    """Which name the DNS has for a network container, as scripts see it."""
    return {
        "name": found.name or None,
        "state": found.pointing,
        "addresses": found.addresses,
        "called": found.called,
        "others": found.others,
        "servers": found.servers,
        "published": found.ours,
        "reason": found.why or None,
    }


def _of_name(own: NetworkContainer) -> str:
    """Whose name its identity is derived from, where that is not its own."""
    return f", of {own.moved}" if own.moved not in ("", own.service) else ""


def detail(
    service: Service,
    own: NetworkContainer,
    passed: Traffic | None,
    name: InDns,
    engine_id: str,
) -> None:
    """All of one network container, a fact a line; ``passed``: what went through it."""
    now = datetime.now(UTC)
    facts = [
        ("service", f"{service.name} ({service.stands})"),
        ("network container", f"{own.name} ({own.state})"),
        ("phase", str(own.phase)),
        ("health", str(own.health)),
        ("checked", f"{clock(own.health.checked_at, now)}  {ago(own.health.checked_at, now)}"),
        ("not checked", ", ".join(_unchecked(own))),
        ("address", f"{own.ip}/{own.prefix}" if own.ip else "-"),
        ("interface", own.interface),
        *([("node", own.node or "-")] if own.node is not None else []),
        ("gateway", own.gateway or "-"),
        ("DHCP server", own.server or "-"),
        ("bound", f"{clock(own.bound_at, now)}  {ago(own.bound_at, now)}"),
        ("renews (T1)", f"{clock(own.renew_at, now)}  {ago(own.renew_at, now)}"),
        ("rebinds (T2)", f"{clock(own.rebind_at, now)}  {ago(own.rebind_at, now)}"),
        ("expires", f"{clock(own.expires_at, now)}  {ago(own.expires_at, now)}"),
        ("MAC", own.mac),
        ("client-id", own.client_id),
        ("hostname", own.hostname),
        ("seed", f"{own.seed or engine_id}{_of_name(own)}"),
        ("name", str(name)),
        ("target", f"{own.target or '- (the service has no address now)'} over {own.network}"),
        ("ports", as_list(own.ports) or "-"),
        ("traffic", _passed(passed, now)),
    ]
    if service.keeping is not None:
        facts.append(("kept", str(service.keeping)))
    if own.message and own.message != own.health.reason:
        facts.append(("trouble", own.message))
    if own.warning:
        facts.append(("warning", own.warning))
    if (doubt := name.finding(own.again)) is not None:
        facts.append(("warning", str(doubt)))
    for fact, value in facts:
        line(f"{fact:<18} {value.rstrip()}")


def _unchecked(own: NetworkContainer) -> tuple[str, ...]:
    """What nobody looked at; of a path of which nothing is known, all of it."""
    nothing = own.health.state is State.UNKNOWN
    return ("the path", *own.health.unchecked) if nothing else own.health.unchecked


def check_json(found: Check) -> dict[str, Any]:
    """A look at a path as scripts see it; commands in it act on the host that it is on."""
    found = with_remedies(found, hosts.aimed_command)
    return {"broken": found.broken, "unchecked": found.unchecked, "parts": found.parts}


def check(service: str, found: Check) -> None:
    """What a look at a path found, a part a line: for people, on stderr."""
    say(f"the path to {service}:")
    for part in found.parts:
        say(f"  {part}")


def event(said: Event) -> None:
    """What a network container says while one waits for it."""
    if said.event not in QUIET:
        say(f"  {in_words(said)}")


def decision_json(decision: Decision) -> dict[str, Any]:
    """What automation decided about a service, as scripts see it."""
    asked = decision.wish
    return {
        "service": decision.service,
        "ruling": decision.ruling,
        "why": decision.why or None,
        "wish": asked
        and {
            **{
                name: getattr(asked, name) or None
                for name in ("interface", "hostname", "mac", "seed")
            },
            "network": asked.network or None,
            "ports": [str(forward) for forward in asked.ports],
        },
    }


def decisions(found: Sequence[Decision]) -> None:
    """The table of what automation decided."""
    table(
        ("SERVICE", "", "WHY"),
        ((decision.service, decision.ruling, decision.why) for decision in found),
        empty="nothing asks for a network container",
    )
