"""The rules, judged by what they do to packets: a small netfilter interprets them."""

import ipaddress
import re
import shlex
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.core.forwarded import MOST
from netc_tui.core.ports import PROTOCOLS, Forward
from netc_tui.core.rules import (
    BASE,
    Difference,
    Rule,
    compare,
    difference,
    fill,
    forwarding,
    parse_save,
)
from tests.core.strategies import PORT, PROTO, forwards

IP, TARGET, OTHER, BRIDGE = "192.168.77.9", "172.17.0.2", "172.17.0.3", "172.17.0.1"
LAN_MACHINE, SUBNET = "192.168.77.50", "172.17.0.0/16"
KNOWN = {"IP": IP, "TARGET": TARGET, "LAN": "eth1", "SVC": "eth0"}
BUILT_IN = {"PREROUTING", "POSTROUTING", "INPUT", "OUTPUT", "FORWARD"}


@dataclass(frozen=True)
class Packet:
    dst: str
    proto: str
    dport: int = 0
    sport: int = 40000
    src: str = LAN_MACHINE
    into: str = "eth1"
    out: str = ""
    state: frozenset[str] = frozenset({"NEW"})
    icmp: str = ""
    asked: tuple[str, int] = ("", 0)
    """What the client asked for, as the connection knows it."""


@dataclass
class Netfilter:
    """``iptables-restore --noflush`` and the way of a packet, as far as our rules go."""

    chains: dict[tuple[str, str], list[list[str]]] = field(default_factory=dict)
    policy: dict[tuple[str, str], str] = field(default_factory=dict)

    def load(self, text: str) -> "Netfilter":
        table = ""
        for line in text.splitlines():
            if line.startswith("*"):
                table = line[1:]
            elif line.startswith(":"):
                chain, policy = line[1:].split()[:2]
                if chain in BUILT_IN:
                    self.policy[table, chain] = policy
                else:
                    assert policy == "-"
                    self.chains[table, chain] = []
            elif line.startswith("-F"):
                self.chains[table, line.removeprefix("-F ")] = []
            elif line.startswith("-A"):
                _, chain, *words = shlex.split(line)
                assert chain in BUILT_IN or (table, chain) in self.chains, line
                self.chains.setdefault((table, chain), []).append(words)
            else:
                assert line == "COMMIT"
        return self

    def walk(self, table: str, chain: str, packet: Packet) -> list[str] | None:
        """The target with its options that decides on the packet; None: the chain's end."""
        for words in self.chains.get((table, chain), []):
            at = words.index("-j")
            target = words[at + 1 :]
            if not _matches(words[:at], packet):
                continue
            if (table, target[0]) in self.chains:
                deeper = self.walk(table, target[0], packet)
                if deeper is not None:
                    return deeper
            else:
                return target
        policy = self.policy.get((table, chain))
        return [policy] if policy else None

    def hits(self, table: str, chain: str, packet: Packet) -> int:
        return sum(
            _matches(words[: words.index("-j")], packet) for words in self.chains[table, chain]
        )

    def arrive(self, packet: Packet) -> tuple[str, Packet]:
        """What becomes of a packet that comes in: its verdict, and how it goes on."""
        target = self.walk("nat", "PREROUTING", packet)
        if target is not None:
            assert target[:2] == ["DNAT", "--to-destination"], target
            address, _, port = target[2].partition(":")
            packet = replace(
                packet,
                dst=address,
                dport=int(port or packet.dport),
                state=packet.state | {"DNAT"},
                asked=(packet.proto, packet.dport),
            )
        if packet.dst == IP:
            return " ".join(self.walk("filter", "INPUT", packet) or ["ACCEPT"]), packet
        packet = replace(packet, out=_way(packet.dst))
        verdict = " ".join(self.walk("filter", "FORWARD", packet) or ["ACCEPT"])
        if verdict == "ACCEPT" and self.walk("nat", "POSTROUTING", packet) == ["MASQUERADE"]:
            verdict += " MASQUERADE"
        return verdict, packet


def _way(address: str) -> str:
    return "eth0" if address.startswith("172.17.") else "eth1"


def _matches(words: list[str], packet: Packet) -> bool:
    if words[:1] == ["!"]:
        return not _matches(words[1:3], packet) and _matches(words[3:], packet)
    options = list(zip(words[::2], words[1::2], strict=True))
    return all(_match(option, value, packet) for option, value in options)


def _match(option: str, value: str, packet: Packet) -> bool:
    match option:
        case "-s":
            return ipaddress.ip_address(packet.src) in ipaddress.ip_network(value)
        case "-d":
            return ipaddress.ip_address(packet.dst) in ipaddress.ip_network(value)
        case "-p":
            return packet.proto == value
        case "-m":
            assert value in (*PROTOCOLS, "icmp", "conntrack")
            return True
        case "-i":
            return packet.into == value
        case "-o":
            return packet.out == value
        case "--dport" | "--sport":
            first, _, last = value.partition(":")
            port = packet.dport if option == "--dport" else packet.sport
            return int(first) <= port <= int(last or first)
        case "--ctstate":
            return bool(packet.state & set(value.split(",")))
        case "--ctproto":
            return {"tcp": 6, "udp": 17, "sctp": 132}.get(packet.asked[0]) == int(value)
        case "--ctorigdstport":
            first, _, last = value.partition(":")
            return int(first) <= packet.asked[1] <= int(last or first)
        case "--icmp-type":
            return packet.icmp == value
    raise AssertionError(f"the interpreter does not know {option}")


def loaded(several: tuple[Forward, ...], bridge: str | None = BRIDGE, **known: str) -> Netfilter:
    known = known or KNOWN
    base = fill(BASE, {"LAN": "eth1", "SVC": "eth0"})
    return Netfilter().load(base).load(fill(made(several, bridge), known))


def made(several: tuple[Forward, ...], bridge: str | None = BRIDGE) -> str:
    return forwarding(several, bridge, (SUBNET,))


def edges(several: tuple[Forward, ...]) -> set[tuple[str, int]]:
    """Ports at which something could be off by one."""
    near = {
        (proto, port + step)
        for one in several
        for proto in PROTOCOLS
        for port in (one.public, (one.public + one.last) // 2, one.last)
        for step in (-1, 0, 1)
    }
    return {(proto, port) for proto, port in near if 1 <= port <= 65535}


@given(forwards(), PROTO, PORT)
@example((Forward("udp", 1000, 30000, 256),), "udp", 1100)
@example((Forward("tcp", 1, 1, 65535),), "tcp", 65535)
def test_each_public_port_leads_to_its_private_port_and_no_other_does(
    several: tuple[Forward, ...], proto: str, port: int
) -> None:
    net = loaded(several)
    for proto_, port_ in edges(several) | {(proto, port)}:
        packet = Packet(IP, proto_, port_)
        meant = [
            one.private + port_ - one.public
            for one in several
            if one.proto == proto_ and one.public <= port_ <= one.last
        ]
        assert net.hits("nat", "NETC-DNAT", packet) == len(meant) <= 1
        verdict, after = net.arrive(packet)
        if meant:
            assert verdict == "ACCEPT MASQUERADE"
            assert (after.dst, after.dport) == (TARGET, meant[0])
        else:
            assert verdict == "DROP"


def counting(net: Netfilter, packet: Packet) -> list[str]:
    """The ports that a packet that is forwarded counts for."""
    rules = net.chains["filter", "NETC-FORWARD"]
    first = next(words for words in rules if _matches(words[: words.index("-j")], packet))
    assert first[-1] == "ACCEPT"
    at = first.index("--ctproto") if "--ctproto" in first else None
    return [" ".join(first[at + 1 : at + 4 : 2])] if at is not None else []


@given(forwards())
@example((Forward("tcp", 80, 80), Forward("tcp", 8080, 80), Forward("udp", 80, 80)))
def test_what_passes_counts_for_its_own_forward_each_way(several: tuple[Forward, ...]) -> None:
    net = loaded(several)
    numbers = {"tcp": "6", "udp": "17", "sctp": "132"}
    for proto, port in edges(several):
        there = [one for one in several if one.proto == proto and one.public <= port <= one.last]
        if not there:
            continue
        only = there[0]
        ports = str(only.public) if only.count == 1 else f"{only.public}:{only.last}"
        meant = [f"{numbers[proto]} {ports}"]
        _, into = net.arrive(Packet(IP, proto, port))
        assert counting(net, into) == meant
        back = Packet(
            *(LAN_MACHINE, proto, 40000, into.dport, TARGET, "eth0", "eth1"),
            state=frozenset({"ESTABLISHED", "DNAT"}),
            asked=(proto, port),
        )
        assert counting(net, back) == meant
        error = replace(back, proto="icmp", state=frozenset({"RELATED", "DNAT"}))
        assert counting(net, error) == meant, "its errors are part of it"
        _, hosts = net.arrive(Packet(IP, proto, port, src=BRIDGE, into="eth0"))
        assert counting(net, hosts) == [], "what the host sends never was on the LAN"


def test_of_very_many_forwards_the_first_are_counted_and_all_lead_to_the_service() -> None:
    several = tuple(Forward("tcp", 1000 + 2 * number, 80) for number in range(MOST + 5))
    net = loaded(several)
    rules = net.chains["filter", "NETC-FORWARD"]
    assert sum("--ctorigdstport" in words for words in rules) == 2 * MOST
    for number, forward in enumerate(several):
        verdict, into = net.arrive(Packet(IP, "tcp", forward.public))
        assert verdict == "ACCEPT MASQUERADE"
        assert bool(counting(net, into)) == (number < MOST)


@given(forwards(), st.sampled_from((TARGET, OTHER, "10.0.0.1")), st.sampled_from(("eth0", "eth1")))
def test_who_routes_through_it_gets_nothing(
    several: tuple[Forward, ...], dst: str, into: str
) -> None:
    net = loaded(several)
    for proto, port in {*edges(several), ("tcp", 80)}:
        packet = Packet(dst, proto, port, into=into)
        for out in ("eth0", "eth1"):
            assert net.walk("filter", "FORWARD", replace(packet, out=out)) == ["DROP"]
        assert net.arrive(packet)[0] == "DROP"
        # Its neighbours are not masqueraded either.
        assert net.walk("nat", "POSTROUTING", replace(packet, out="eth0")) is None


@given(forwards(), st.sampled_from((OTHER, TARGET, LAN_MACHINE, "10.0.0.1")), st.booleans())
def test_on_the_services_side_only_the_host_is_forwarded(
    several: tuple[Forward, ...], src: str, known: bool
) -> None:
    """The service and its neighbours send nothing to the LAN, whatever source they take."""
    net = loaded(several, BRIDGE if known else None)
    for proto, port in edges(several):
        packet = Packet(IP, proto, port, src=src, into="eth0")
        verdict, after = net.arrive(packet)
        assert after.dst == IP
        named = any(one.proto == proto and one.public <= port <= one.last for one in several)
        refused = named and src in (OTHER, TARGET)
        assert verdict.split()[0] == ("REJECT" if refused else "DROP"), "refused, not left to wait"
        verdict, _ = net.arrive(replace(packet, src=BRIDGE))
        assert (verdict == "ACCEPT MASQUERADE") == (named and known)


@given(forwards(), st.sampled_from((BRIDGE, OTHER, TARGET, "172.17.255.254")))
def test_a_source_of_the_services_network_is_false_on_the_lan(
    several: tuple[Forward, ...], src: str
) -> None:
    net, away = loaded(several), loaded(several, IP=IP, LAN="eth1", SVC="eth0")
    for proto, port in edges(several):
        packet = Packet(IP, proto, port, src=src)
        assert net.arrive(packet)[0] == away.arrive(packet)[0] == "DROP", "not refused either"
    assert net.arrive(Packet(IP, "icmp", icmp="8", src=src))[0] == "DROP"


def test_subnets_are_written_as_the_kernel_has_them() -> None:
    """Engines before 25.0 keep a subnet as it was typed."""
    text = forwarding((), None, ("172.17.0.5/16", "10.1.0.0/24"))
    assert "-A NETC-INPUT -s 172.17.0.0/16 -i @LAN@ -j DROP\n" in text
    assert "-A NETC-INPUT -s 10.1.0.0/24 -i @LAN@ -j DROP\n" in text
    assert "!" not in text, "of two subnets neither is all there is"


@given(forwards(), st.sampled_from((TARGET, OTHER)), st.sampled_from(("NEW", "ESTABLISHED")))
def test_answers_go_from_the_target_to_the_lan_and_to_the_host_alone(
    several: tuple[Forward, ...], src: str, state: str
) -> None:
    net = loaded(several)
    for dst in (LAN_MACHINE, "10.0.0.1", BRIDGE, OTHER, "172.17.0.77"):
        answer = Packet(dst, "tcp", 40000, 80, src, into="eth0", out=_way(dst))
        dnated = replace(answer, state=frozenset({state, "DNAT"}))
        meant = src == TARGET and (dst == BRIDGE or _way(dst) == "eth1")
        assert net.walk("filter", "FORWARD", dnated) == ["ACCEPT" if meant else "DROP"]
        # What it begins by itself goes nowhere.
        assert net.walk("filter", "FORWARD", replace(answer, state=frozenset({state}))) == ["DROP"]


@given(forwards())
def test_what_was_dnated_elsewhere_goes_only_to_the_target(several: tuple[Forward, ...]) -> None:
    """Docker's own DNAT, or a former target's connection, opens nothing."""
    net = loaded(several)
    packet = Packet(OTHER, "tcp", 80, out="eth0", state=frozenset({"NEW", "DNAT"}))
    assert net.walk("filter", "FORWARD", packet) == ["DROP"]


@given(forwards())
def test_a_port_whose_service_is_away_refuses(several: tuple[Forward, ...]) -> None:
    net = loaded(several, IP=IP, LAN="eth1", SVC="eth0")
    for proto, port in edges(several):
        named = any(one.proto == proto and one.public <= port <= one.last for one in several)
        verdict, after = net.arrive(Packet(IP, proto, port))
        assert after.dst == IP
        if not named:
            assert verdict == "DROP"
        elif proto == "tcp":
            assert verdict == "REJECT --reject-with tcp-reset"
        else:
            assert verdict == "REJECT --reject-with icmp-port-unreachable"


@given(forwards(), st.booleans())
def test_without_an_address_nothing_is_forwarded(
    several: tuple[Forward, ...], target_known: bool
) -> None:
    known = {"LAN": "eth1", "SVC": "eth0"} | ({"TARGET": TARGET} if target_known else {})
    net = loaded(several, **known)
    for proto, port in edges(several):
        for dst in (IP, TARGET, OTHER):
            verdict, after = net.arrive(Packet(dst, proto, port))
            assert verdict == "DROP"
            assert after.dst == dst


def test_what_it_needs_itself_comes_in_and_nothing_else() -> None:
    net = loaded(())
    reply = frozenset({"ESTABLISHED"})
    assert net.arrive(Packet(IP, "icmp", icmp="8"))[0] == "ACCEPT"
    assert net.arrive(Packet(IP, "icmp", icmp="5"))[0] == "DROP"
    assert net.walk("filter", "INPUT", Packet("172.17.0.9", "icmp", icmp="8")) == ["DROP"], (
        "ping only on its LAN address"
    )
    assert net.arrive(Packet(IP, "udp", 68, 67))[0] == "ACCEPT"
    assert net.arrive(Packet(IP, "udp", 68, 67, into="eth0"))[0] == "DROP"
    assert net.arrive(Packet(IP, "udp", 68, 53))[0] == "DROP"
    assert net.arrive(Packet(IP, "tcp", 22))[0] == "DROP"
    assert net.arrive(Packet(IP, "tcp", 50000, 53, state=reply))[0] == "ACCEPT"
    answer = Packet(
        LAN_MACHINE, "tcp", 50000, 80, TARGET, into="eth0", state=reply | frozenset({"DNAT"})
    )
    assert net.arrive(answer)[0].startswith("ACCEPT")


@given(forwards(), forwards())
def test_loading_again_leaves_nothing_of_the_former_rules(
    before: tuple[Forward, ...], after: tuple[Forward, ...]
) -> None:
    twice = loaded(before).load(fill(made(after), KNOWN))
    assert twice == loaded(after)


@given(forwards())
def test_the_base_can_be_loaded_again(several: tuple[Forward, ...]) -> None:
    base = fill(BASE, {"LAN": "eth1", "SVC": "eth0"})
    again = loaded(several).load(base).load(fill(made(several), KNOWN))
    assert again == loaded(several)
    assert loaded(several).load(base) == Netfilter().load(base), "closed until the ports are there"


@given(forwards())
def test_a_port_is_one_rule_of_dnat_with_or_without_the_host(several: tuple[Forward, ...]) -> None:
    def count(text: str) -> int:
        return text.count("-j DNAT")

    assert (
        count(forwarding(several, BRIDGE))
        == count(forwarding(several))
        == sum(1 if one.public == one.private else one.count for one in several)
    )


@given(forwards())
def test_only_chains_of_our_own_are_declared(several: tuple[Forward, ...]) -> None:
    text = made(several)
    declared = re.findall(r"^:(\S+) (\S+)", BASE + text, re.M)
    policies = {chain: policy for chain, policy in declared if not chain.startswith("NETC-")}
    assert policies == {"INPUT": "DROP", "FORWARD": "DROP", "OUTPUT": "ACCEPT"}
    # Built-in chains are the base's; what is loaded for each change touches ours alone.
    again = re.findall(r"^(?::|-A )(\S+)", text, re.M)
    assert all(chain.startswith("NETC-") for chain in again)
    assert not re.search(r"^-[FXDIR]\b", text, re.M)
    emptied = re.findall(r"^-([FXDIR]) (\S+)", BASE, re.M)
    assert emptied == [("F", name) for name in ("INPUT", "FORWARD", "PREROUTING", "POSTROUTING")], (
        "never OUTPUT of nat, where the way to Docker's name server is"
    )


@given(
    st.lists(st.sampled_from(("-A X -d @IP@ -j A", "-A X -o @SVC@ -d @TARGET@", "*nat", "x@y"))),
    st.dictionaries(st.sampled_from(sorted(KNOWN)), st.sampled_from(("1.2.3.4", "eth0"))),
)
def test_fill_leaves_out_what_it_does_not_know(lines: list[str], known: dict[str, str]) -> None:
    filled = fill("\n".join(lines), known).splitlines()
    complete = [line for line in lines if set(re.findall(r"@([A-Z]+)@", line)) <= set(known)]
    assert len(filled) == len(complete)
    for made, line in zip(filled, complete, strict=True):
        for name, value in known.items():
            line = line.replace(f"@{name}@", value)
        assert made == line


SAVED = """\
# Generated by iptables-save v1.8.9 (nf_tables) on Sat Nov 22 10:00:00 2026
*nat
:PREROUTING ACCEPT [5:300]
:DOCKER_OUTPUT - [0:0]
:NETC-PREROUTING - [0:0]
:NETC-POSTROUTING - [0:0]
[5:300] -A PREROUTING -j NETC-PREROUTING
[1:71] -A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
[1:71] -A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:4
[3:180] -A NETC-PREROUTING -d 192.168.77.9/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2
[3:180] -A NETC-POSTROUTING -d 172.17.0.2/32 -o eth0 -m conntrack --ctstate DNAT -j MASQUERADE
COMMIT
# Completed on Sat Nov 22 10:00:00 2026
*filter
:INPUT DROP [7:18446744073709551615]
[0:0] -A INPUT -i lo -j ACCEPT
[18446744073709551615:18446744073709551615] -A NETC-INPUT -d 192.168.77.9/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset
COMMIT
"""  # noqa: E501


def test_counters_are_read_back() -> None:
    rules = parse_save(SAVED)
    assert [(r.table, r.chain, r.packets, r.bytes) for r in rules if r.ours] == [
        ("nat", "PREROUTING", 5, 300),
        ("nat", "NETC-PREROUTING", 3, 180),
        ("nat", "NETC-POSTROUTING", 3, 180),
        ("filter", "INPUT", 0, 0),
        ("filter", "NETC-INPUT", 2**64 - 1, 2**64 - 1),
    ]
    dnat = next(r for r in rules if r.chain == "NETC-PREROUTING")
    assert dnat.match == "-d 192.168.77.9/32 -p tcp -m tcp --dport 80"
    assert dnat.target == "DNAT --to-destination 172.17.0.2"
    assert rules[0].match == ""
    assert len(rules) - len([r for r in rules if r.ours]) == 2


@given(forwards())
def test_all_that_is_made_is_read_back(several: tuple[Forward, ...]) -> None:
    filled = fill(made(several), KNOWN).splitlines()
    rules = [line for line in filled if line.startswith("-A")]
    saved = "\n".join(
        f"[{filled.index(line)}:0] {line}" if line.startswith("-A") else line for line in filled
    )
    read = parse_save(saved)
    assert [f"-A {r.chain} {r.match} -j {r.target}" for r in read] == rules
    assert all(r.ours for r in read)


@pytest.mark.parametrize(
    "line",
    [
        "[" + "9" * 5000 + ":0] -A X -j Y",
        "[1:2 -A X -j Y",
        "[-1:2] -A X -j Y",
        "[1:2] -A",
        "-A X -j Y",
        "*",
        "",
        "\x1b[2J",
        "iptables-save: Permission denied",
    ],
)
def test_a_line_that_is_no_rule_is_passed_over(line: str) -> None:
    assert parse_save(f"*nat\n{line}\n") == ()


@given(st.text())
@example("[1:2] -A X -j Y")
def test_any_text_can_be_read(text: str) -> None:
    for rule in parse_save(text):
        assert rule.packets >= 0
        assert "\n" not in rule.match + rule.target


def test_a_rule_that_only_counts_is_one() -> None:
    (found,) = parse_save("*filter\n[1:2] -A INPUT -p tcp\n")
    assert (found.chain, found.match, found.target) == ("INPUT", "-p tcp", "")
    assert found.line == "filter -A INPUT -p tcp"


@given(forwards())
def test_a_line_says_all_of_a_rule_but_its_counters(several: tuple[Forward, ...]) -> None:
    saved = fill(made(several), KNOWN).replace("-A ", "[1:60] -A ")
    for rule in parse_save(saved):
        assert Rule.of(rule.line, 1, 60) == rule
    policy = Rule.of("filter :INPUT DROP")
    assert policy is not None
    assert policy.line == "filter :INPUT DROP"
    assert Rule.of("no rule") is None


LINES = st.lists(st.sampled_from("abcdef"), max_size=6, unique=True)


@given(LINES, LINES)
def test_what_is_there_is_the_plan_without_what_is_missing_and_with_what_was_added(
    planned: list[str], there: list[str]
) -> None:
    found = difference(planned, there)
    assert set(there) == set(planned) - set(found.missing) | set(found.added)
    assert set(found.missing) <= set(planned)
    assert not set(found.added) & set(planned)
    assert bool(found) == (set(planned) != set(there))


COUNTED = """\
*filter
:INPUT {policy} [7:9]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [5:5]
:NETC-INPUT - [0:0]
[5:300] -A INPUT -i lo -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
[1:60] -A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
COMMIT
planned filter :INPUT DROP
planned filter :FORWARD DROP
planned filter -A INPUT -i lo -j ACCEPT
"""


def test_what_is_planned_is_compared_with_what_is_there() -> None:
    as_planned = COUNTED.format(policy="DROP")
    assert compare(as_planned) == Difference()
    policy = compare(COUNTED.format(policy="ACCEPT"))
    assert policy == Difference(missing=("filter :INPUT DROP",))
    gone = compare(as_planned.replace("[5:300] -A INPUT -i lo -j ACCEPT\n", ""))
    assert gone == Difference(missing=("filter -A INPUT -i lo -j ACCEPT",))
    added = compare(
        as_planned.replace("COMMIT\n*nat", "[0:0] -A INPUT -p tcp -j ACCEPT\nCOMMIT\n*nat")
    )
    assert added == Difference(added=("filter -A INPUT -p tcp -j ACCEPT",))
    older = as_planned.partition("planned")[0]
    assert compare(older) is None, "it does not say what was planned"
