"""Findings: what can be wrong on a path or on a host, each with a code that never changes.

A kind of finding is declared once, in ``KINDS``; ``netc doctor --explain CODE`` prints it. A
``Finding`` is one that was found: the kind, with the cause in words, and what to do.

The first digit of a code is the hop: 1 LAN, 2 address, 3 rules, 4 service, 5 port, 6 client and the
way back, 7 the network container itself, 8 the host, 9 its name.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.protocol import Hop

PORT = "port"
"""The hop after those of ``protocol.Hop``: the service answers on its port."""
CLIENT = "client"
"""The last hop: the answers come back, and clients look in the right place."""
CONTAINER = "network container"
"""In place of a hop: the network container itself. Without it there is no path."""
HOST = "host"
"""In place of a hop: the machine, and what is the same for all paths on it."""
NAME = "name"
"""In place of a hop: what its address is called. The path works without."""
TWIN = "N210"
"""What is found at one that stands by, since another machine has its identity."""
HOPS: tuple[str, ...] = (*Hop, PORT, CLIENT)
"""All hops in the order in which a packet from the LAN meets them, and its answer."""


class Severity(StrEnum):
    """What a finding means for the path."""

    BROKEN = "broken"
    """Nobody gets through, or not to what was asked for."""
    DOUBTFUL = "doubtful"
    """It works for some, or will not for long."""


class FindingKind(msgspec.Struct, frozen=True):
    """What can be wrong."""

    code: str
    hop: str
    severity: Severity
    title: str
    """Five words at most."""
    explanation: str
    """How it comes about, how it was found out, and how it is mended."""


class Finding(msgspec.Struct, frozen=True):
    """What is wrong."""

    code: str
    cause: str
    """One sentence about this very case, without a full stop."""
    how: str = ""
    """What to do, as a clause; what ``remedy`` does when there is one."""
    remedy: str = ""
    """A command to be copied; empty where none can mend it."""

    @property
    def kind(self) -> FindingKind:
        """What it is one of."""
        return KINDS[self.code]

    @property
    def advice(self) -> str:
        """What to do: ``start it with: docker start web``."""
        return ": ".join(filter(None, (self.how, self.remedy)))

    def __str__(self) -> str:
        """Cause and advice in one line."""
        return "; ".join(filter(None, (self.cause, self.advice)))


GENERAL: Mapping[str, str] = {
    Hop.LAN: "N108",
    Hop.ADDRESS: "N219",
    Hop.RULES: "N301",
    Hop.SERVICE: "N407",
}
"""The code for what is wrong at a hop, of a network container that tells none: an older netc made
it."""


def explain(code: str) -> FindingKind:
    """The kind of a code, in upper or lower case. Raises NetcError (usage) when there is none."""
    found = KINDS.get(code.upper())
    if found is None:
        raise NetcError(
            f"no finding has the code {code!r}; `netc doctor --explain all` prints all of them",
            Exit.USAGE,
        )
    return found


def _kinds(hop: str, severity: Severity, *told: tuple[str, str, str]) -> dict[str, FindingKind]:
    return {code: FindingKind(code, hop, severity, title, text) for code, title, text in told}


_BROKEN, _DOUBTFUL = Severity.BROKEN, Severity.DOUBTFUL

KINDS: dict[str, FindingKind] = {
    # --- N1: the LAN
    **_kinds(
        Hop.LAN,
        _BROKEN,
        (
            "N101",
            "The interface is down",
            "The host's interface that the network container is on was set down, so that nothing"
            " passes in either direction. Set it up; the network container notices within seconds"
            " and asks for its lease again.",
        ),
        (
            "N102",
            "The interface has no carrier",
            "The interface is up, but nothing is connected at its other end: look at the cable,"
            " the switch port, or the hypervisor's virtual switch. The lease is kept until it"
            " runs out.",
        ),
        (
            "N103",
            "The interface is gone",
            "The host no longer has an interface of that name: a USB adapter was unplugged, or"
            " the interface was renamed at boot. Docker cannot start the network container until"
            " it is back. Bring the interface back, or turn the service on over another one.",
        ),
        (
            "N104",
            "The gateway does not answer",
            "The gateway that the DHCP server handed out does not answer ARP from the network"
            " container, so clients on other networks get no answers. Either the gateway is down,"
            " or the DHCP server hands out the wrong one (option 3).",
        ),
        (
            "N105",
            "Foreign MACs do not pass",
            "The host itself reaches the gateway, but its network container does not: something"
            " in between drops frames of other MAC addresses. Access points do that, switches"
            " with port security, and hypervisors until promiscuous mode and forged transmits are"
            " allowed for the virtual machine.",
        ),
        (
            "N106",
            "The gateway is this host",
            "The DHCP server names the Docker host itself as the gateway. The kernel keeps a"
            " macvlan link apart from its parent, so the network container cannot reach it, and"
            " clients on other networks get no answers. Have the DHCP server hand out another"
            " gateway, or run the gateway on another machine.",
        ),
        (
            "N107",
            "A route is missing",
            "A route that came with the lease is missing in the network container: somebody"
            " removed it, or the kernel refused it. It is put back within seconds where it can"
            " be.",
        ),
        (
            "N108",
            "The LAN link is down",
            "The network container's own link to the LAN was set down or taken away, though the"
            " host's interface is there. One that is down is set up again within seconds; one"
            " that was taken away (docker network disconnect) is put back by `netc up`.",
        ),
        (
            "N109",
            "The interface cannot carry it",
            "Macvlan cannot work on this interface: it is wireless, a port of a bridge or a"
            " bond, or no Ethernet at all. Turn the service on over another interface.",
        ),
    ),
    # --- N2: the address
    **_kinds(
        Hop.ADDRESS,
        _BROKEN,
        (
            "N201",
            "No DHCP server answers",
            "The network container asks for an address, and nobody answers. Either there is no"
            " DHCP server on this LAN (is it the right interface, the right VLAN?), or it does"
            " not serve this client, or it has no address left (see N202).",
        ),
        (
            "N202",
            "The address pool is empty",
            "A DHCP server is there and answers questions, but offers no address: its pool is"
            " used up, or it serves known clients only. Enlarge the pool, shorten its leases, or"
            " turn something off.",
        ),
        (
            "N204",
            "The server refuses the address",
            "The DHCP server answers with a NAK again and again: it takes the network container"
            " to be on another network, or two servers disagree.",
        ),
        (
            "N205",
            "Somebody else has the address",
            "Another machine answers ARP for the leased address, so clients reach one or the"
            " other by chance. Usually that machine was given the address by hand, out of the"
            " server's pool. The network container defends the address once and then asks for"
            " another (RFC 5227).",
        ),
        (
            "N206",
            "The offer cannot be used",
            "The DHCP server granted an address that cannot be used here: it is in one of"
            " Docker's networks, is the host's own, or is none that a machine can have. It was"
            " refused.",
        ),
        (
            "N209",
            "The lease ran out",
            "The server did not renew the lease before its end, so the network container gave"
            " the address up, as it must. It goes on asking for one.",
        ),
        (
            "N210",
            "A twin has its identity",
            "Another machine on the LAN has the network container's MAC address and its lease. It"
            " was moved there, perhaps while this host was cut off from the LAN; or that is a clone"
            " of this host, with the same engine id, and needs a seed of its own (netc up SERVICE"
            " INTERFACE --seed TEXT). This network container stands by until the other one is"
            " silent, and has not released the lease.",
        ),
        (
            "N211",
            "The address was taken away",
            "Somebody removed the leased address from the network container's link. It is put back"
            " within seconds.",
        ),
        (
            "N219",
            "It has no address",
            "The network container has no lease; the cause is what it says itself.",
        ),
    ),
    **_kinds(
        Hop.ADDRESS,
        _DOUBTFUL,
        (
            "N203",
            "Several DHCP servers answer",
            "More than one DHCP server answers on this LAN. Unless they are meant to share the"
            " work (and agree on gateway and netmask), one is a stranger: a router that somebody"
            " plugged in, or a virtual machine. A client takes its address from whichever is"
            " faster.",
        ),
        (
            "N207",
            "Netmask differs from the host's",
            "The lease has another netmask than the host's own address on the same network. One"
            " of the two is wrong: some neighbours are then looked for behind the gateway, or"
            " those behind the gateway are taken for neighbours.",
        ),
        (
            "N208",
            "The address is elsewhere",
            "The leased address is in none of the networks that the host has on the interface."
            " On some LANs that is meant to be so; more often another DHCP server answered, or"
            " the wire belongs to another VLAN.",
        ),
        (
            "N212",
            "The lease is not renewed",
            "The time to renew has passed, and the server did not answer. The address is kept"
            " until the lease runs out; from T2 on other servers are asked, too.",
        ),
    ),
    # --- N3: the rules
    **_kinds(
        Hop.RULES,
        _BROKEN,
        (
            "N301",
            "Rules are not as planned",
            "The iptables rules in the network container are not the ones that it was given:"
            " somebody flushed or changed them, or the kernel refuses one. They are loaded again"
            " within seconds, unless another program undoes that.",
        ),
        (
            "N302",
            "The rules cannot be read",
            "iptables does not work in the network container: the kernel lacks a module, or"
            " another program holds the lock.",
        ),
    ),
    **_kinds(
        Hop.RULES,
        _DOUBTFUL,
        (
            "N303",
            "Rules were changed from outside",
            "Within the last minutes somebody changed the rules in the network container, and it"
            " mended them. As long as that goes on, connections break.",
        ),
    ),
    # --- N4: the service
    **_kinds(
        Hop.SERVICE,
        _BROKEN,
        ("N401", "The service does not run", "Its container is stopped. Start it."),
        (
            "N402",
            "The service is paused",
            "Its container is paused: the kernel still accepts connections for it, but nobody"
            " answers.",
        ),
        (
            "N403",
            "The service is gone",
            "There is no container of that name any more. Turn the network container off, or"
            " start the service again under the same name: it is found by that.",
        ),
        (
            "N404",
            "It left its network",
            "The service is no longer on the Docker network over which its network container"
            " reaches it.",
        ),
        (
            "N405",
            "The link does not follow",
            "On the default bridge a network container finds its service by a legacy link, which"
            " does not follow a service that was made anew. Turn it on again, or use"
            " --private-network, which follows.",
        ),
        (
            "N406",
            "A stranger has its place",
            "Another container has taken the name or the address that the service had. The path"
            " is closed, so that nobody is served by the wrong one.",
        ),
        (
            "N407",
            "The service is not found",
            "The network container does not see its service on the network that they share: the"
            " service does not answer ARP, or Docker's name server does not know it.",
        ),
        (
            "N408",
            "Docker's name server is silent",
            "The network container asks Docker's name server for its service and gets no answer:"
            " dockerd is down or hangs.",
        ),
        (
            "N409",
            "Its bridge link is gone",
            "The network container was disconnected from the service's network. No restart"
            " connects it again; `netc up` makes it anew.",
        ),
    ),
    **_kinds(
        Hop.SERVICE,
        _DOUBTFUL,
        (
            "N411",
            "Its health check fails",
            "Docker runs the service's own health check, and it fails: the service may still"
            " answer, with errors.",
        ),
    ),
    # --- N5: the port
    **_kinds(
        PORT,
        _BROKEN,
        (
            "N501",
            "Nothing listens there",
            "The service refuses connections on the port: no program in its container listens"
            " there. It may still be starting, or listen on another port.",
        ),
        (
            "N502",
            "It listens on loopback only",
            "The program in the service listens on 127.0.0.1, where only its own container"
            " reaches it. Have it listen on 0.0.0.0: that is a setting of the program (bind"
            " address, host).",
        ),
        (
            "N503",
            "It listens, but is silent",
            "A program in the service listens on the port, but does not answer the network"
            " container: a firewall in its container drops packets, or the program hangs and its"
            " queue is full.",
        ),
        (
            "N504",
            "The port does not answer",
            "The service neither accepts nor refuses connections on the port.",
        ),
        (
            "N505",
            "The port is refused",
            "The service refuses connections on the port, and why is not certain: what listens"
            " in it could not be looked at, or a program does listen there, on another of its"
            " addresses or behind a firewall that rejects.",
        ),
    ),
    # --- N6: the client, and the way back
    **_kinds(
        CLIENT,
        _DOUBTFUL,
        (
            "N601",
            "This host cannot reach it",
            "A program on the Docker host itself tried to reach the LAN address. The kernel"
            " keeps a macvlan link apart from its parent, so the host is the one machine that"
            " cannot reach it; a route over the service's network leads there.",
        ),
        (
            "N602",
            "A neighbour remembers another MAC",
            "A machine on the LAN sends packets for the leased address to another MAC address: it"
            " remembers who had the address before, or was told for good. The network container"
            " announces its address when it is bound, and at each look; who does not heed that has"
            " to forget the entry.",
        ),
        (
            "N603",
            "Answers do not come back",
            "Clients open connections, and the answers do not reach them: the client or the"
            " gateway has no route back to the LAN address, or another router takes the answers.",
        ),
        (
            "N604",
            "The MTU is smaller there",
            "Small packets reach the gateway, and packets of full size do not: something in"
            " between has a smaller MTU and drops larger ones without a word. Connections open"
            " and then hang.",
        ),
        (
            "N605",
            "Another port is asked for",
            "Clients ask the LAN address for TCP ports that are not forwarded. The ports that"
            " Docker publishes are those of the host's own address; at its LAN address a service"
            " has its own.",
        ),
    ),
    # --- N7: the network container itself
    **_kinds(
        CONTAINER,
        _BROKEN,
        (
            "N701",
            "The network container is stopped",
            "The network container exists, and does not run; its log or Docker says why.",
        ),
        (
            "N702",
            "It starts again and again",
            "The network container fails at each start, and Docker tries again at ever longer"
            " intervals.",
        ),
    ),
    **_kinds(
        CONTAINER,
        _DOUBTFUL,
        (
            "N703",
            "The network container is paused",
            "Packets still pass, but nothing renews the lease or checks the path.",
        ),
        (
            "N704",
            "Nothing is heard of it",
            "The network container gives a sign of life every five minutes, and none has come.",
        ),
        (
            "N705",
            "IPv6 is not filtered",
            "ip6tables does not work in the network container, so IPv6 is not closed there.",
        ),
    ),
    # --- N8: the host
    **_kinds(
        HOST,
        _BROKEN,
        (
            "N801",
            "The engine does not answer",
            "The Docker engine accepts the connection and does not answer, or nothing listens"
            " there. Containers go on running; nothing can be looked at or changed.",
        ),
        (
            "N802",
            "The kernel lacks macvlan",
            "The kernel has no macvlan module, so no network container can be linked to the LAN."
            " Some kernels for containers and cloud machines are built without it.",
        ),
        (
            "N803",
            "The engine leaves iptables alone",
            "The engine runs with iptables=false, or somebody removed its rules: containers on"
            " its bridges may not reach each other or the outside.",
        ),
        (
            "N804",
            "No interface is fit",
            "No interface of this machine can carry a LAN network; `netc interfaces` says why.",
        ),
    ),
    **_kinds(
        HOST,
        _DOUBTFUL,
        (
            "N811",
            "A Docker network hides it",
            "A Docker network on this host uses addresses of the LAN itself: packets for the LAN"
            " go into one of Docker's bridges.",
        ),
        (
            "N812",
            "The clock was put",
            "The host's clock was put forward or back since the network container last spoke."
            " Leases go by the time since boot and are not harmed; times in the log from before"
            " are off by that much.",
        ),
        (
            "N813",
            "Several DHCP servers answer",
            "See N203.",
        ),
        (
            "N814",
            "No DHCP server answers",
            "No DHCP server answers on this interface now. Network containers on it keep their"
            " leases until those run out, and new ones get none.",
        ),
        (
            "N815",
            "Default bridge is closed",
            "Containers on the default bridge may not talk to each other (icc=false): services"
            " on it are reached over a network of their own, with --private-network.",
        ),
        (
            "N816",
            "netc watch is silent",
            "A watcher followed labels here, and has not been heard of for eleven minutes; every"
            " five it writes down that it is at work. It was killed, or hangs. Network containers"
            " go on by themselves; what labels ask for since then is not done until it is started"
            " again. Where none is to run any more: docker volume rm netc-watch.",
        ),
        (
            "N817",
            "Nobody follows the labels",
            "The labels of services ask for network containers, and no netc watch runs here that"
            " would turn them on. `netc watch --unit` prints a systemd unit for one; `netc watch"
            " --once` does what is to be done now.",
        ),
        (
            "N818",
            "Labels ask for what fails",
            "What the labels of a service ask for is more than the operator lets labels ask for, or"
            " it failed. What is refused is not tried again until the labels or the settings are"
            " others; what failed is tried again ever more seldom.",
        ),
        (
            "N831",
            "The Swarm has no leader",
            "Fewer than half of the Swarm's managers are there. What runs goes on, network"
            " containers too; nothing is started anew, on no node, and nothing can be turned on or"
            " off until more managers are back.",
        ),
    ),
    # --- N9: the name
    **_kinds(
        NAME,
        _DOUBTFUL,
        (
            "N901",
            "The name is taken",
            "The name stands in the DNS already, and netc did not put it there for this service: a"
            " record that somebody made by hand, another DHCP client's, another host's service of"
            " that name. Nobody else's record is ever changed. Choose another name, or remove the"
            " record where it is kept.",
        ),
        (
            "N902",
            "Its address is called otherwise",
            "The reverse record (PTR) of the leased address, or a port's (SRV), leads to somebody"
            " else: left by whoever had the address before, or made by hand. It is not netc's and"
            " is left alone. Remove it where it is kept.",
        ),
        (
            "N903",
            "Not the zone's server",
            "The name server that is to take the record is not in charge of the zone, or does not"
            " take updates of it: the zone is another one, or another server is its primary. A"
            " reverse zone that nobody has made is the most frequent case.",
        ),
        (
            "N904",
            "The key is refused",
            "The server does not take the key or the password, or the one who has it may not change"
            " this name. BADKEY: the server knows no key of that name. BADSIG: it has another"
            " secret, or another algorithm. REFUSED: its update-policy or ACL does not let the key"
            " do that.",
        ),
        (
            "N905",
            "The clocks differ",
            "An update is signed with the time, and the server takes none that is more than five"
            " minutes off. Set the clock of the machine that is wrong (chrony, systemd-timesyncd).",
        ),
        (
            "N906",
            "The name server is away",
            "The server that takes the names does not answer, or answers that it cannot do it now."
            " What is published stays until its time runs out.",
        ),
        (
            "N907",
            "Its certificate is not trusted",
            "The TLS certificate of the server is not one of the authority that is configured, is"
            " for another name, or has run out; or the server does not take ours.",
        ),
        (
            "N908",
            "Names are nested",
            "In etcd a name answers with all that lies below it: a.web would be an answer for web."
            " So no name may lie below another one, nor below dns, where a name server looks for"
            " the zone's own address, its name servers, and whom to ask for other zones. Choose a"
            " name beside it.",
        ),
        (
            "N909",
            "The name leads elsewhere",
            "The LAN's DNS has another address for the name than the lease, or besides it. A DHCP"
            " server tells a client nothing when the name that it asks for is taken: somebody else"
            " has it, or its old record has not gone yet.",
        ),
        (
            "N910",
            "The LAN's DNS lacks it",
            "Names are published here, and the name server that the DHCP server tells the LAN has"
            " none for this service: it is not published yet, or that server does not ask the one"
            " that takes the names. Clients then reach the service by its address alone.",
        ),
    ),
}
