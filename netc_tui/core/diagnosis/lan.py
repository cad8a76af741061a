"""The first hop: is the network container on the LAN, and does the LAN let it in?"""

from collections.abc import Iterator

from netc_tui.core.advice import advised
from netc_tui.core.diagnosis import own
from netc_tui.core.diagnosis.facts import Facts, Surroundings
from netc_tui.core.findings import CONTAINER, Finding
from netc_tui.core.health import State
from netc_tui.core.path import Checked, ok, unchecked, wrong
from netc_tui.core.protocol import Hop

_OF_GATEWAY = ("N104", "N106")
"""What the network container says of the LAN that is about the gateway."""


def parts(facts: Facts) -> Iterator[Checked]:
    """Interface, network container, its link, gateway, and whether its frames pass."""
    yield from _interface(facts)
    found = own.health(facts)
    alone = found.state is State.BROKEN or found.finding is not None
    if alone and found.hop is None:
        yield wrong(CONTAINER, CONTAINER, own.said(facts, found))
        if found.state is State.BROKEN:
            return
    if facts.own.warning:
        yield wrong(CONTAINER, "IPv6", advised(Finding("N705", facts.own.warning), facts.own))
    told = found.finding.code if found.finding is not None and found.hop == Hop.LAN else ""
    if told in _OF_GATEWAY:
        yield ok(Hop.LAN, "link on the LAN", "up")
    elif told == "N103" and isinstance(facts.host, Surroundings) and facts.host.there:
        cause = "it was taken away, though the interface is there"
        yield wrong(Hop.LAN, "link on the LAN", advised(Finding("N108", cause), facts.own))
    else:
        yield own.part(facts, Hop.LAN, "link on the LAN", "up")
    yield from _gateway(facts, told)
    yield from _foreign(facts)


def _interface(facts: Facts) -> Iterator[Checked]:
    host, name = facts.host, facts.own.interface
    what = f"interface {name}"
    if isinstance(host, str):
        if host:
            yield unchecked(Hop.LAN, what, host, aside=True)
        return
    if fault := unusable(host, name):
        yield wrong(Hop.LAN, what, advised(fault, facts.own))
        return
    virtual = f", of a virtual machine ({host.virtual})" if host.virtual else ""
    filters = ", a bridge whose packets this host's PREROUTING rules see" if host.filters else ""
    yield ok(Hop.LAN, what, f"up, with carrier{virtual}{filters}")


def unusable(host: Surroundings, name: str) -> Finding | None:
    """Why nothing gets through this machine's interface of that name; None: not for its sake."""
    if not host.there:
        return Finding("N103", f"the host has no interface {name}")
    if host.unfit:
        return Finding("N109", f"{name} cannot carry a network container: {host.unfit}")
    if not host.up:
        return Finding("N101", f"{name} is set down")
    if not host.carrier:
        return Finding("N102", f"{name} is up and has no carrier")
    return None


def _gateway(facts: Facts, told: str) -> Iterator[Checked]:
    named, probe, host = facts.own.gateway, facts.probe, facts.host
    if not named and (isinstance(probe, str) or probe.gateway in (None, "none")):
        return  # the lease names none, which is legal
    what = f"gateway {named}" if named else "gateway"
    if isinstance(probe, str):
        yield unchecked(Hop.LAN, what, probe)
    elif probe.gateway == "ok":
        yield ok(Hop.LAN, what, "answers")
    elif probe.gateway != "silent":
        yield unchecked(Hop.LAN, what, "the probe does not tell of it")
    elif told == "N106":
        yield wrong(Hop.LAN, what, own.said(facts, own.health(facts)))
    else:
        here = host.gateway if isinstance(host, Surroundings) else None
        if here is not None and here.mac and here.state == "reachable":
            cause = (
                f"it answers this host ({here.mac}) and not the network container, whose"
                f" MAC address is {facts.own.mac}"
            )
            found = Finding("N105", cause)
        else:
            found = Finding("N104", "does not answer ARP from its MAC address")
        yield wrong(Hop.LAN, what, advised(found, facts.own))


def _foreign(facts: Facts) -> Iterator[Checked]:
    """Without a lease there is no gateway to ask: then by who is answered by DHCP servers."""
    if facts.own.ip is not None or isinstance(facts.servers, str):
        return
    offering = [server for server in facts.servers if server.offer]
    silent = own.health(facts).finding
    if offering and silent is not None and silent.code == "N201":
        cause = (
            f"the DHCP server {offering[0].address} answers this host and not the network"
            f" container, whose MAC address is {facts.own.mac}"
        )
        yield wrong(Hop.LAN, "foreign MAC addresses", advised(Finding("N105", cause), facts.own))
