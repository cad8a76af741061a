"""The address: is there a lease, is it of the right server, and is the address its own?"""

import ipaddress
from collections.abc import Iterator
from datetime import timedelta

from netc_tui.core.advice import advised
from netc_tui.core.diagnosis import own
from netc_tui.core.diagnosis.facts import Facts, Probe, Surroundings, at_odds
from netc_tui.core.findings import Finding
from netc_tui.core.lease import Phase
from netc_tui.core.path import Checked, ok, unchecked, wrong
from netc_tui.core.protocol import Hop, Said
from netc_tui.core.words import command, span

RECENT = timedelta(minutes=5)
"""How long an event counts that says what somebody did from outside."""
REFUSED = 2
"""So many refusals of a server within ``RECENT`` are no chance."""


def parts(facts: Facts) -> Iterator[Checked]:
    """The lease, other holders, the netmask, and which servers there are."""
    what = f"address {facts.own.ip}" if facts.own.ip else "address"
    yield _lease(facts, what)
    yield from _holders(facts, what)
    yield from _netmask(facts, what)
    if facts.own.phase is Phase.REBINDING:
        left = facts.own.expires_at
        until = f", {span((left - facts.now).total_seconds())} before its end" if left else ""
        cause = f"the server {facts.own.server} does not renew it{until}"
        yield wrong(Hop.ADDRESS, "lease", advised(Finding("N212", cause), facts.own))
    yield from _servers(facts)


def _lease(facts: Facts, what: str) -> Checked:
    found = own.health(facts)
    if found.hop == Hop.ADDRESS and found.finding is not None:
        return wrong(Hop.ADDRESS, what, _why(facts, own.said(facts, found)))
    server = f", leased from {facts.own.server}" if facts.own.server else ""
    return own.part(facts, Hop.ADDRESS, what, f"is its own{server}")


def _why(facts: Facts, found: Finding) -> Finding:
    """What it says of the address that it does not have, with what others say."""
    if facts.own.ip is not None or found.code not in ("N201", "N219"):
        return found
    refusals = [
        event
        for event in facts.events
        if event.event == Said.NAK and facts.now - event.time < RECENT
    ]
    if len(refusals) >= REFUSED:
        cause = f"the DHCP server refused {len(refusals)} times within {span(RECENT.seconds)}"
        return advised(Finding("N204", cause), facts.own)
    if isinstance(facts.servers, str):
        return found
    if not facts.servers:
        cause = f"no DHCP server on the LAN of {facts.own.interface} answers, this host neither"
        return advised(Finding("N201", cause), facts.own)
    if not any(server.offer for server in facts.servers):
        names = ", ".join(server.address for server in facts.servers)
        cause = f"the DHCP server {names} answers this host, and offers no address"
        return advised(Finding("N202", cause), facts.own)
    return found


def _holders(facts: Facts, what: str) -> Iterator[Checked]:
    if not isinstance(facts.probe, Probe) or facts.probe.holders is None:
        return
    if facts.probe.holders:
        cause = f"{' and '.join(facts.probe.holders)} has the address {facts.own.ip} too"
        yield wrong(Hop.ADDRESS, what, advised(Finding("N205", cause), facts.own))
    elif facts.own.ip:
        yield ok(Hop.ADDRESS, what, "nobody else has it")


def _netmask(facts: Facts, what: str) -> Iterator[Checked]:
    if not isinstance(facts.host, Surroundings) or not facts.own.ip or facts.own.prefix is None:
        return
    ip = ipaddress.IPv4Address(facts.own.ip)
    here = [ipaddress.IPv4Interface(address) for address in facts.host.addresses]
    if not here:
        return
    lease = ipaddress.IPv4Interface(f"{ip}/{facts.own.prefix}")
    if any(address.network == lease.network for address in here):
        yield ok(Hop.ADDRESS, what, f"in the host's own network {lease.network}")
        return
    near = [address for address in here if ip in address.network or address.ip in lease.network]
    if near:
        cause = (
            f"the lease is {facts.own.ip}/{facts.own.prefix}, and the host has {near[0]} on"
            f" {facts.own.interface}"
        )
        yield wrong(Hop.ADDRESS, what, advised(Finding("N207", cause), facts.own))
        return
    cause = (
        f"{facts.own.ip}/{facts.own.prefix} is in no network that the host has on"
        f" {facts.own.interface}: {', '.join(map(str, here))}"
    )
    yield wrong(Hop.ADDRESS, what, advised(Finding("N208", cause), facts.own))


def _servers(facts: Facts) -> Iterator[Checked]:
    what = "DHCP servers"
    found = facts.servers
    rogue = [
        event
        for event in facts.events
        if event.event == Said.ROGUE and facts.now - event.time < RECENT
    ]
    if isinstance(found, str):
        if rogue:
            cause = rogue[-1].message or "another DHCP server answered for this lease"
            yield wrong(Hop.ADDRESS, what, advised(Finding("N203", cause), facts.own))
        elif found:
            yield unchecked(Hop.ADDRESS, what, found, aside=True)
        return
    told = "; ".join(map(str, found))
    if at_odds(found):
        yield wrong(Hop.ADDRESS, what, advised(Finding("N203", told), facts.own))
    elif not found and facts.own.ip:
        cause = "none answers now; the lease runs until its end"
        ask = command("netc", "renew", facts.own.service)
        finding = Finding("N814", cause, "is the server up? Ask it for a renewal with", ask)
        yield wrong(Hop.ADDRESS, what, finding)
    elif found and facts.own.server and found[0].address != facts.own.server:
        cause = f"the lease is from {facts.own.server}, and now answers {told}"
        yield wrong(Hop.ADDRESS, what, advised(Finding("N203", cause), facts.own))
    elif found:
        yield ok(Hop.ADDRESS, what, told)
