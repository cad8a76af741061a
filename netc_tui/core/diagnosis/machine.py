"""The host: what is the same for all paths on it, whoever's they are."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec

from netc_tui.core.diagnosis.facts import Server, at_odds
from netc_tui.core.findings import HOST, Finding
from netc_tui.core.keeping import Written, at_work, silence
from netc_tui.core.model import DEFAULT_BRIDGE, Engine, Interface, Network
from netc_tui.core.path import Check, Checked, ok, unchecked, wrong
from netc_tui.core.words import clock, command, span


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about it."""

    engine: Engine | str
    """Or why it does not answer."""
    networks: Sequence[Network] = ()
    interfaces: Sequence[Interface] | str = ""
    """All of its interfaces, or why they are not known."""
    elsewhere: str = ""
    """Why its own kernel was not asked for what only programs on it can see; empty: it was."""
    used: Sequence[str] = ()
    """The interfaces that network containers are on."""
    image: str | None = None
    """What netc's image on the engine is built on; None: it is not there yet."""
    macvlan: bool | None = None
    """Has its kernel that? None: it does not tell."""
    nf_tables: bool | None = None
    docker_rules: bool | None = None
    """Are Docker's own iptables rules there? None: nobody could look."""
    filters: Sequence[str] = ()
    """Bridges among the interfaces whose packets its own iptables filter."""
    virtual: str | None = None
    """The hypervisor that it runs on."""
    put: timedelta = timedelta()
    """By how much its clock was put since the network containers spoke last."""
    servers: Mapping[str, tuple[Server, ...] | str] = msgspec.field(default_factory=dict)
    """The DHCP servers on the LAN of each interface, or why nobody asked."""
    written: Written | None = None
    """What is written down on the engine; None: nobody asked it."""
    unfollowed: Sequence[str] = ()
    """The services that are off because nobody follows their labels."""


FILTERS = "a bridge whose packets this host's PREROUTING rules see"


def diagnose(machine: Machine) -> Check:
    """One look at a host."""
    return Check(
        (
            *_engine(machine),
            *_swarm(machine),
            *_kernel(machine),
            *_interfaces(machine),
            *_networks(machine),
            *_clock(machine),
            *_servers(machine),
            *_automation(machine),
        )
    )


def no_engine(why: str) -> Finding:
    """The engine is the first hop of all."""
    if "; " in why or ": " in why:  # it says what to do: start it, join a group
        return Finding("N801", why)
    return Finding(
        "N801", why, "does dockerd run? If it hangs, as root", "systemctl restart docker"
    )


def _engine(machine: Machine) -> Iterator[Checked]:
    engine = machine.engine
    if isinstance(engine, str):
        yield wrong(HOST, "engine", no_engine(engine))
    else:
        yield ok(HOST, "engine", f"{engine.version} at {engine.host}")
    if isinstance(engine, str):
        yield unchecked(HOST, "engine's rules", "the engine does not answer")
    elif machine.docker_rules is False:
        finding = Finding(
            "N803",
            "Docker's own iptables rules are not there",
            "let the engine manage iptables: take `iptables` out of its settings, then",
            "systemctl restart docker",
        )
        yield wrong(HOST, "engine's rules", finding)
    elif engine.rootless:
        yield unchecked(HOST, "engine's rules", "a rootless engine has them to itself")
    elif machine.docker_rules is None:
        yield unchecked(HOST, "engine's rules", machine.elsewhere or "it needs root")
    else:
        yield ok(HOST, "engine's rules", "there")
    if isinstance(engine, str):
        yield unchecked(HOST, "image", "the engine does not answer")
    else:
        image = "not there yet; the first `netc up` builds it"
        built = f"built on {machine.image}" if machine.image is not None else image
        yield ok(HOST, "image", built)


def _swarm(machine: Machine) -> Iterator[Checked]:
    """What it can do of services of its Swarm, if it is in one. One that cannot go on without a
    node of it is as it was made, and not broken."""
    if isinstance(machine.engine, str) or (member := machine.engine.swarm) is None:
        return
    if not member.manager:
        yield unchecked(HOST, "Swarm", "this engine is a worker of it: its managers know it")
    elif not member.cluster:
        finding = Finding(
            "N831",
            "it has no leader: too few of its managers are there, and nothing is started anew",
            "which are there is shown by",
            "docker node ls",
        )
        yield wrong(HOST, "Swarm", finding)
    else:
        yield ok(HOST, "Swarm", member.frail or f"one of its {member.managers} managers")


def _kernel(machine: Machine) -> Iterator[Checked]:
    if machine.macvlan is False:
        cause = "it has no macvlan, which links network containers to the LAN"
        yield wrong(
            HOST, "kernel", Finding("N802", cause, "load it, as root, with", "modprobe macvlan")
        )
    elif machine.macvlan:
        yield ok(HOST, "kernel", "has macvlan")
    else:
        why = machine.elsewhere or "it does not tell"
        yield unchecked(HOST, "macvlan in the kernel", why)
    if machine.nf_tables is False:
        yield ok(HOST, "iptables", "over xtables; the kernel has no nf_tables")
    if machine.virtual:
        said = f"{machine.virtual}: it must let further MAC addresses pass (promiscuous mode)"
        yield ok(HOST, "virtual machine", said)


def _interfaces(machine: Machine) -> Iterator[Checked]:
    found = machine.interfaces
    if isinstance(found, str):
        yield unchecked(HOST, "interfaces", found)
        return
    fit = [interface for interface in found if interface.unfit is None]
    if not fit:
        how = "why not is shown by"
        cause = "none can carry a LAN network"
        yield wrong(HOST, "interfaces", Finding("N804", cause, how, "netc interfaces"))
    for interface in fit:
        addresses = ", ".join(interface.addresses) or "without an address"
        filters = "" if interface.name not in machine.filters else f", {FILTERS}"
        yield ok(HOST, f"interface {interface.name}", f"fit, {addresses}{filters}")
    for interface in found:
        if interface.name in machine.used and interface.unfit is not None:
            cause = f"network containers are on it, and {interface.unfit}"
            finding = Finding("N109", cause, "the others are shown by", "netc interfaces")
            yield wrong(HOST, f"interface {interface.name}", finding)


def _networks(machine: Machine) -> Iterator[Checked]:
    if isinstance(machine.interfaces, str):
        return
    lans = [
        (interface.name, ipaddress.IPv4Interface(address).network)
        for interface in machine.interfaces
        if interface.unfit is None
        for address in interface.addresses
    ]
    for network in machine.networks:
        if network.driver != "bridge":
            continue
        for subnet in network.subnets:
            mine = ipaddress.IPv4Network(subnet, strict=False)
            for name, lan in lans:
                if mine.overlaps(lan):
                    finding = Finding(
                        "N811",
                        f"the Docker network {network.name} has {subnet}, and {name} is in {lan}",
                        "give it another subnet; what is on it is shown by",
                        command("docker", "network", "inspect", network.name),
                    )
                    yield wrong(HOST, f"network {network.name}", finding)
        if network.name == DEFAULT_BRIDGE and not network.icc:
            finding = Finding(
                "N815",
                "containers on it may not talk to each other",
                "reach services on it with",
                "netc up SERVICE INTERFACE --private-network",
            )
            yield wrong(HOST, "default bridge", finding)


def _clock(machine: Machine) -> Iterator[Checked]:
    if machine.put:
        way = "forward" if machine.put > timedelta() else "back"
        cause = f"it was put {way} by {span(machine.put.total_seconds())}"
        finding = Finding("N812", cause, "is the time right now? Look with", "timedatectl")
        yield wrong(HOST, "clock", finding)


def _servers(machine: Machine) -> Iterator[Checked]:
    for name, found in machine.servers.items():
        what = f"DHCP on {name}"
        if isinstance(found, str):
            yield unchecked(HOST, what, found)
        elif at_odds(found):
            finding = Finding(
                "N813",
                "; ".join(map(str, found)),
                "find the stranger by its MAC address, and unplug it; what it answers is shown by",
                command("tcpdump", "-eni", name, "udp", "port", "67"),
            )
            yield wrong(HOST, what, finding)
        elif found:
            yield ok(HOST, what, "; ".join(map(str, found)))
        elif name in machine.used:
            finding = Finding(
                "N814",
                "no server answers",
                "is it up, and on this LAN? The link is shown by",
                command("ip", "link", "show", "dev", name),
            )
            yield wrong(HOST, what, finding)
        else:
            yield ok(HOST, what, "no server answers; nothing of netc is on it")


def _automation(machine: Machine) -> Iterator[Checked]:
    """What follows labels here, if anything does."""
    written, what = machine.written, "netc watch"
    if written is None:
        return
    if written.unread:
        yield unchecked(HOST, what, written.absent)
        return
    watcher = written.watcher
    if watcher is None:
        if machine.unfollowed:
            finding = Finding(
                "N817",
                f"labels ask for {_listed(machine.unfollowed)}, and none runs here",
                "a unit for systemd is printed by",
                "netc watch --unit",
            )
            yield wrong(HOST, what, finding)
        else:
            yield ok(HOST, what, "none runs here, and none is asked for")
        return
    if said := silence(watcher, written.at):
        look = command("systemctl", "status", "netc-watch")
        since = f"{watcher.version}, at work since {clock(watcher.since, written.at)}"
        finding = Finding("N816", f"{said} ({since})", "is it dead? Look with", look)
        yield wrong(HOST, what, finding)
        return
    yield ok(HOST, what, at_work(watcher, written.at))
    for trouble in watcher.troubles:
        finding = Finding(
            "N818",
            f"{trouble.service}: {trouble.why}",
            "what would be done now, and why, is shown by",
            "netc plan",
        )
        yield wrong(HOST, "labels", finding)
    if watcher.more:
        yield unchecked(HOST, "labels", f"{watcher.more} more services have trouble")


_NAMED = 4


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
