"""The lease of a service's network container, with its timers on a time line."""

from collections.abc import Mapping
from datetime import datetime

from netc_tui.core.health import State
from netc_tui.core.lease import Phase
from netc_tui.core.model import NetworkContainer, Service
from netc_tui.core.ports import as_list
from netc_tui.core.words import clock, command, span
from netc_tui.desk.job import Job
from netc_tui.tui.draw import Line, shortened, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.panels.facts import LABEL, about_service, fact, folded, kept
from netc_tui.tui.panels.panel import Panel, Place, Room, Snapshot
from netc_tui.tui.standing import standing, stands_by


def lines(shown: Snapshot, room: Room) -> list[Line]:
    """The lease; of a service that is off, what there is to turn on."""
    service, now, columns = shown.service, shown.now, room.columns
    glyphs, hints = room.glyphs, room.hints
    own = service.network_container
    trouble = _trouble(shown.job, own, columns)
    who = kept(service, columns)
    if own is None:
        hint = wrap(_off(service, hints, shown.interface), columns)
        facts = about_service(service, columns, glyphs)
        return [*trouble, *((text(part),) for part in hint), *who, (), *facts]
    sign, word, style = standing(service, own, glyphs, full=True)
    address = f"{own.ip}/{own.prefix}" if own.ip else "-"
    target = own.target or "not found now"
    hostname = shortened(own.hostname, columns - LABEL - len(own.mac) - 12, glyphs.cut)
    network = shortened(own.network, columns - LABEL - len(target) - 6, glyphs.cut)
    found: list[Line] = [
        fact("phase", (f"{sign} {word}", style)),
        fact("address", text(address, "strong"), text(f" on {own.interface}")),
        fact(
            "gateway",
            text(own.gateway or "-"),
            ("   server ", "dim"),
            text(own.server or "-"),
        ),
        fact("MAC", text(own.mac), ("   hostname ", "dim"), text(hostname)),
        fact("client-id", text(own.client_id)),
        fact(
            "target",
            text(target, "" if own.target else "warn"),
            (" over ", "dim"),
            text(network),
        ),
        *folded("ports", as_list(own.ports) or "-", columns),
    ]
    if said := _halted(service, own, hints):
        found += [(text(part, "warn"),) for part in wrap(said, columns)]
    if own.warning:
        found += folded("warning", own.warning, columns)
    # What is wrong comes before what may be below the last line that there is room for.
    if service.keeping is not None and service.keeping.trouble:
        trouble, who = [*trouble, *who], []
    return [found[0], *trouble, *found[1:], *_timers(own, now, columns, glyphs), *who]


def _off(service: Service, hints: Mapping[str, str], interface: str) -> str:
    """What can be done about a service without a network container."""
    on_off, expose = hints.get("on_off"), hints.get("expose")
    if service.replicas is not None and not service.replicas.told:
        return "Whether it has a LAN address its Swarm does not tell here."
    if service.state not in ("running", "paused"):
        return f"It does not run ({service.state}). Start it, then it can be turned on."
    if not service.ports:
        choose = f": {expose} to choose some that are forwarded all the same" if expose else ""
        return f"It exposes no ports{choose}."
    said = "No LAN address."
    if on_off:
        said += f" {on_off} gives it one{f' on the LAN of {interface}' if interface else ''}."
    if expose:
        said += f" {expose} to choose interface, ports, hostname."
    return said


def _halted(service: Service, own: NetworkContainer, hints: Mapping[str, str]) -> str:
    """What to do about a network container that does not work, or nothing."""
    if own.state == "paused":
        mend = command("docker", "unpause", own.name)
        return f"It is paused, so its lease is not renewed: {mend}"
    if service.id is None:
        return f"Its service is gone: {hints['remove']} removes it." if "remove" in hints else ""
    if own.state in ("exited", "dead", "created"):
        does = (("restart", "starts it"), ("on_off", "removes it"))
        ways = ", ".join(f"{hints[id]} {what}" for id, what in does if id in hints)
        return f"It does not run{': ' if ways else ''}{ways}."
    if stands_by(own):
        off = f": {hints['on_off']} turns this one off" if "on_off" in hints else ""
        return f"Another has its address now{off}. It releases nothing."
    if own.ip is not None and own.health.state is State.UNKNOWN:
        return f"Whether it can be reached is not known: {own.health.reason}."
    return ""


def _trouble(job: Job | None, own: NetworkContainer | None, columns: int) -> list[Line]:
    said = [job.error] if job is not None and job.error else []
    if own is not None and own.message and own.message not in said:
        said.append(own.message)
    return [(text(part, "bad"),) for trouble in said for part in wrap(trouble, columns)]


def _timers(own: NetworkContainer, now: datetime, columns: int, glyphs: Glyphs) -> list[Line]:
    """Bound, T1, T2 and expiry, the next of them with a countdown: only one line ticks."""
    moments = [
        ("renews", "T1", own.renew_at),
        ("rebinds", "T2", own.rebind_at),
        ("expires", "", own.expires_at),
    ]
    # The first of those that are at one moment: only one line ticks.
    coming = next((sign for _, sign, at in moments if at is not None and at > now), None)
    found: list[Line] = []
    begin, end = own.bound_at, own.expires_at
    if begin is not None and end is not None:
        found.append(_time_line(own, begin, end, now, columns, glyphs))
    for label, sign, at in moments:
        if at is None:
            continue
        moment = (f"{clock(at, now)} ", ""), (f"{sign:2} ", "dim")
        if sign == coming:
            found.append(
                fact(label, *moment, ("in ", ""), (span((at - now).total_seconds()), "strong"))
            )
        else:
            found.append(fact(label, *moment, ("" if at > now else "passed", "dim")))
    return found


def _time_line(
    own: NetworkContainer,
    begin: datetime,
    end: datetime,
    now: datetime,
    columns: int,
    glyphs: Glyphs,
) -> Line:
    """From bound to expiry, with T1, T2 and where it is now."""
    room = max(10, min(columns, 64) - LABEL - 2)
    whole = max(1.0, (end - begin).total_seconds())

    def at(moment: datetime) -> int:
        part = (moment - begin).total_seconds() / whole
        return max(0, min(room - 1, int(part * room)))

    here = at(now)
    cells = [glyphs.bar if x < here else glyphs.rest for x in range(room)]
    styles = ["ok" if x < here else "dim" for x in range(room)]
    for sign, moment in (("1", own.renew_at), ("2", own.rebind_at)):
        if moment is not None:
            cells[at(moment)] = sign
            styles[at(moment)] = ""
    cells[here], styles[here] = glyphs.here, "bad" if own.phase is Phase.EXPIRED else "ok"
    left, right = glyphs.ends[0], glyphs.ends[1]
    line: list[tuple[str, str]] = [(left, "dim")]
    for cell, style in zip(cells, styles, strict=True):
        if line[-1][1] == style and cell != glyphs.here:
            line[-1] = (line[-1][0] + cell, style)
        else:
            line.append((cell, style))
    return fact("lease", *line, (right, "dim"))


PANEL = Panel("lease", lines, Place.LEFT, ticks=True)
