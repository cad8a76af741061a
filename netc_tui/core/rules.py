"""iptables rules: made from ports, and read back with their counters.

The text is input for iptables-restore(8) with ``--noflush``, in chains of our own, so that
Docker's chains in the same tables stay (its DNS on user-defined networks lives in ``nat``). The
network container fills in what only it knows and leaves out each line for which it does not know
enough, so that what is forwarded is decided here alone:

``@IP@`` the leased address, ``@TARGET@`` the service's address, ``@LAN@`` and ``@SVC@`` the
interfaces.

Each rule is written as iptables-save(8) prints it, options in its order, so that what a network
container has can be compared with what was planned, line by line.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping

import msgspec

from netc_tui.core.forwarded import MOST, Direction
from netc_tui.core.ports import Forward

BASE = """\
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:NETC-FORWARD - [0:0]
:NETC-INPUT - [0:0]
-F INPUT
-F FORWARD
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i @LAN@ -p udp -m udp --sport 67 --dport 68 -j ACCEPT
-A INPUT -j NETC-INPUT
-A FORWARD -j NETC-FORWARD
COMMIT
*nat
:NETC-DNAT - [0:0]
:NETC-POSTROUTING - [0:0]
:NETC-PREROUTING - [0:0]
-F PREROUTING
-F POSTROUTING
-A PREROUTING -j NETC-PREROUTING
-A POSTROUTING -j NETC-POSTROUTING
COMMIT
"""
"""Loaded before the first packet: closed but for DHCP and replies.

It may be loaded again at any time and then leaves what a first load leaves. Docker's own rule in
POSTROUTING goes with that; it is for replies that no connection is known of, and its name server
answers without it.
"""


def forwarding(
    forwards: Iterable[Forward], bridge: str | None = None, subnets: Iterable[str] = ()
) -> str:
    """The rules for ``forwards``, loaded anew whenever the address or the target changes.

    ``bridge`` is the address that the host itself has on the service's network: of all that comes
    in there only the host's packets are DNATed, so that the service, or a neighbour of its, can
    send nothing to the LAN under a false source. Only DNATed connections are forwarded: to the
    target, from it to the LAN, and from it to the host.

    ``subnets`` are those of that network: a source of theirs is false on the LAN, and any other is
    false on the network. (The kernel's own filter is loose, and lets them pass, on a host whose
    net.ipv4.conf.default.rp_filter is 2, which systemd's own settings make it.)

    A port whose service is gone for the moment refuses, so that clients fail fast. Any other TCP
    port is dropped as the policy would drop it, and counted.

    What passes between the LAN and the target is counted by forward and direction, for the first
    MOST forwards: all packets go through these rules one by one.
    """
    forwards = tuple(forwards)
    dnat = [line for forward in forwards for line in _dnat(forward)]
    refuse = [
        f"-A NETC-INPUT -d @IP@/32 -p {forward.proto} -m {forward.proto} --dport {_match(forward)}"
        f" -j REJECT --reject-with {_REFUSAL.get(forward.proto, 'icmp-port-unreachable')}"
        for forward in forwards
    ]
    own = [str(ipaddress.IPv4Network(subnet, strict=False)) for subnet in subnets]
    false = [f"-s {subnet} -i @LAN@" for subnet in own]
    others = [f"! -s {subnet} -i @SVC@" for subnet in own] if len(own) == 1 else []
    host = [f"-s {bridge}/32 -d @IP@/32 -i @SVC@"] if bridge else []
    to_host = [f"-s @TARGET@/32 -d {bridge}/32 -i @SVC@ -o @SVC@"] if bridge else []
    to_target, to_lan = "-d @TARGET@/32 -o @SVC@", f"-s @TARGET@/32 {_WAYS[Direction.OUT]}"
    return "\n".join(
        [
            "*nat",
            ":NETC-DNAT - [0:0]",
            ":NETC-POSTROUTING - [0:0]",
            ":NETC-PREROUTING - [0:0]",
            *dnat,
            f"-A NETC-POSTROUTING {to_target} {_DNATED} -j MASQUERADE",
            *(
                f"-A NETC-PREROUTING {source} -j NETC-DNAT"
                for source in ("-d @IP@/32 -i @LAN@", *host)
            ),
            "COMMIT",
            "*filter",
            ":NETC-FORWARD - [0:0]",
            ":NETC-INPUT - [0:0]",
            *(f"-A NETC-FORWARD {source} -j DROP" for source in false),
            *(
                f"-A NETC-FORWARD {way} {_DNATED} {_known_by(forward)} -j ACCEPT"
                for way in (f"-d @TARGET@/32 {_WAYS[Direction.IN]}", to_lan)
                for forward in forwards[:MOST]
            ),
            *(
                f"-A NETC-FORWARD {way} {_DNATED} -j ACCEPT"
                for way in (to_target, to_lan, *to_host)
            ),
            *(f"-A NETC-INPUT {source} -j DROP" for source in (*false, *others)),
            *refuse,
            "-A NETC-INPUT -d @IP@/32 -p icmp -m icmp --icmp-type 8 -j ACCEPT",
            UNFORWARDED,
            "COMMIT",
            "",
        ]
    )


UNFORWARDED = "-A NETC-INPUT -d @IP@/32 -p tcp -j DROP"
"""Counts what asks for TCP ports that are not forwarded; the last rule of its chain."""
_DNATED = "-m conntrack --ctstate DNAT"
_WAYS = {Direction.IN: "-i @LAN@ -o @SVC@", Direction.OUT: "-i @SVC@ -o @LAN@"}
_REFUSAL = {"tcp": "tcp-reset"}
NUMBERS = {"tcp": 6, "udp": 17, "sctp": 132}
"""Protocols as the kernel has them."""


def _match(forward: Forward) -> str:
    return str(forward.public) if forward.count == 1 else f"{forward.public}:{forward.last}"


def _known_by(forward: Forward) -> str:
    # What the client asked for, as the connection knows it, so that the errors (ICMP) that belong
    # to it count, too.
    return f"--ctproto {NUMBERS[forward.proto]} --ctorigdstport {_match(forward)}"


def _dnat(forward: Forward) -> Iterable[str]:
    if forward.count > 1 and forward.public != forward.private:
        # The kernel would pick any port of a target range; one rule a port keeps them paired.
        for single in forward.singles():
            yield from _dnat(single)
        return
    port = "" if forward.public == forward.private else f":{forward.private}"
    yield (
        f"-A NETC-DNAT -p {forward.proto} -m {forward.proto}"
        f" --dport {_match(forward)} -j DNAT --to-destination @TARGET@{port}"
    )


def fill(template: str, known: Mapping[str, str]) -> str:
    """What the network container makes of a template, for showing: unknown lines left out."""
    lines = []
    for line in template.splitlines():
        for name, value in known.items():
            line = line.replace(f"@{name}@", value)
        if not re.search(r"@[A-Z]+@", line):
            lines.append(line)
    return "\n".join(lines)


class Rule(msgspec.Struct, frozen=True):
    """A rule as iptables-save(8) prints it, with what it has counted since it was loaded."""

    table: str
    chain: str
    packets: int
    bytes: int
    match: str
    """What it matches, as iptables options."""
    target: str
    """What happens to a packet that it matches, with the options of that."""

    @property
    def ours(self) -> bool:
        """Not one of Docker's own."""
        return "DOCKER" not in self.chain and "DOCKER" not in self.target

    @property
    def line(self) -> str:
        """Without what it counted, after its table: ``nat -A CHAIN MATCH -j TARGET``."""
        if self.match == POLICY:
            return f"{self.table} :{self.chain} {self.target}"
        target = f"-j {self.target}" if self.target else ""
        return " ".join(filter(None, (self.table, "-A", self.chain, self.match, target)))

    @classmethod
    def of(cls, line: str, packets: int = 0, octets: int = 0) -> "Rule | None":
        """The rule that has this ``line``; None when it makes no sense."""
        if policy := _POLICY.fullmatch(line):
            table, chain, target = policy.groups()
            return cls(table, chain, packets, octets, POLICY, target)
        if (found := _LINE.fullmatch(line)) is None:
            return None
        table, chain, match, target = found.groups()
        return cls(table, chain, packets, octets, match, target or "")


POLICY = "policy"
"""What the ``match`` of a chain's policy is, which is no rule and is planned all the same."""
_POLICY = re.compile(r"(\S+) :(\S+) (\S+)")
_LINE = re.compile(r"(\S+) -A (\S+) ?(.*?)(?: ?-j (.+))?")
_RULE = re.compile(r"\[(\d{1,20}):(\d{1,20})\] (-A .+)")
_CLOSED = re.compile(r"(:(?:INPUT|FORWARD) DROP) \[.*")
_PLANNED = "planned "


def parse_save(text: str) -> tuple[Rule, ...]:
    """Read what ``iptables-save -c`` prints; a line that is no rule is passed over."""
    rules, table = [], ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif match := _RULE.fullmatch(line.strip()):
            packets, octets, rule = match.groups()
            if (found := Rule.of(f"{table} {rule}", int(packets), int(octets))) is not None:
                rules.append(found)
    return tuple(rules)


class Difference(msgspec.Struct, frozen=True):
    """Between rules that were planned and those that are there, each as ``Rule.line`` has it."""

    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.added)


def difference(planned: Iterable[str], there: Iterable[str]) -> Difference:
    """What is missing and what was added; their order is that of their chains, and no matter."""
    planned, there = tuple(planned), tuple(there)
    wanted, found = set(planned), set(there)
    return Difference(
        tuple(line for line in planned if line not in found),
        tuple(line for line in there if line not in wanted),
    )


def compare(text: str) -> Difference | None:
    """How what ``protocol.COUNTERS`` prints differs from what it says was planned; None when it
    does not say that."""
    planned: list[str] = []
    there = [rule.line for rule in parse_save(text) if rule.ours]
    table = ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif line.startswith(_PLANNED):
            planned.append(line.removeprefix(_PLANNED).strip())
        elif table == "filter" and (closed := _CLOSED.fullmatch(line.strip())):
            there.append(f"{table} {closed[1]}")
    return difference(planned, there) if planned else None
