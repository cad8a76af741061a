"""The way back: do the answers reach the clients, and do clients look in the right place?"""

from collections.abc import Iterator

from netc_tui.core.advice import advised
from netc_tui.core.diagnosis.facts import Facts, Probe, Surroundings
from netc_tui.core.findings import CLIENT, Finding
from netc_tui.core.path import Checked, ok, unchecked, wrong

ELSEWHERE = "the way from another machine"
"""What cannot be checked from here at all."""
_VAIN = ("failed", "incomplete")
"""What the kernel says of a neighbour that it asked for in vain."""
MOST = 3
"""Machines that are named."""


def parts(facts: Facts) -> Iterator[Checked]:
    """Connections without an end, the MTU, ports asked for in vain, this host, neighbours."""
    probe = facts.probe
    if isinstance(probe, Probe):
        yield from _stuck(facts, probe)
        yield from _mtu(facts, probe)
        yield from _unforwarded(facts, probe)
    if isinstance(facts.host, Surroundings):
        yield from _here(facts, facts.host)
        yield from _astray(facts, facts.host)
    yield unchecked(CLIENT, ELSEWHERE, "it needs another machine", aside=True)


def _stuck(facts: Facts, probe: Probe) -> Iterator[Checked]:
    if probe.stuck is None:
        return
    if not probe.stuck:
        yield ok(CLIENT, "connections", "none waits for its client's answer")
        return
    names = ", ".join(list(probe.stuck)[:MOST])
    count = sum(probe.stuck.values())
    cause = f"{count} of {names} were answered, and the answers do not come there"
    yield wrong(CLIENT, "connections", advised(Finding("N603", cause), facts.own))


def _mtu(facts: Facts, probe: Probe) -> Iterator[Checked]:
    if probe.large == "ok":
        yield ok(CLIENT, "MTU", f"{probe.mtu} bytes pass to the gateway and back")
    elif probe.large == "lost":
        cause = (
            f"small packets reach the gateway {facts.own.gateway} and come back, those of"
            f" {probe.mtu} bytes do not"
        )
        yield wrong(CLIENT, "MTU", advised(Finding("N604", cause), facts.own))


def _unforwarded(facts: Facts, probe: Probe) -> Iterator[Checked]:
    if probe.unforwarded is None or not probe.unforwarded[1]:
        return
    forwarded = {
        forward.public + at
        for forward in facts.own.ports
        if forward.proto == "tcp"
        for at in range(forward.count)
    }
    published = [port for port in facts.published if port not in forwarded]
    cause = f"{probe.unforwarded[1]} packets came for TCP ports that are not forwarded"
    if published:
        ports = ", ".join(map(str, published[:MOST]))
        cause += f"; Docker publishes {ports}, which is a port of this host's own address"
    yield wrong(CLIENT, "other ports", advised(Finding("N605", cause), facts.own))


def _here(facts: Facts, host: Surroundings) -> Iterator[Checked]:
    if host.elsewhere:
        yield unchecked(CLIENT, "the host and its neighbours", host.elsewhere, aside=True)
    elif host.routed:
        yield ok(CLIENT, "this host", "has a route to it")
    elif host.address is not None and host.address.state in _VAIN:
        cause = f"a program on this host asked for {facts.own.ip}, and nobody can answer it there"
        yield wrong(CLIENT, "this host", advised(Finding("N601", cause), facts.own))


def _astray(facts: Facts, host: Surroundings) -> Iterator[Checked]:
    if host.astray is None:
        return
    # What goes to the gateway's is routed over it, which is legal.
    router = host.gateway.mac if host.gateway is not None else None
    astray = [(source, mac) for source, mac in host.astray if mac != router]
    if not astray:
        yield ok(CLIENT, "neighbours", "none sends to another MAC address")
        return
    names = ", ".join(f"{source} sends to {mac}" for source, mac in astray[:MOST])
    cause = f"{names}, and {facts.own.ip} is at {facts.own.mac}"
    yield wrong(CLIENT, "neighbours", advised(Finding("N602", cause), facts.own))
