"""Links: which can carry a LAN network, what is told of the others, and what a helper on another
machine prints of them."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.links import Link, check_known, interfaces, parse, unfit
from tests.machine import DOCKER, LINKS, link, printed


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"loopback": True, "ether": False}, "loopback"),
        ({"ether": False, "kind": "wireguard"}, "no Ethernet"),
        ({"name": "docker0", "kind": "bridge"}, "made by Docker"),
        ({"name": "docker_gwbridge", "kind": "bridge"}, "made by Docker"),
        ({"master": "docker0", "master_kind": "bridge", "kind": "veth"}, "bridge docker0"),
        ({"master": "br0", "master_kind": "bridge"}, "take br0 itself"),
        ({"master": "bond0", "master_kind": "bond"}, "take bond0 itself"),
        ({"wireless": True}, "wireless"),
        ({"name": "eth9"}, "ipvlan network old"),
        ({"up": False, "carrier": False}, "ip link set eth5 up"),
        ({"carrier": False}, "no carrier"),
    ],
)
def test_unfit(facts: dict[str, Any], words: str) -> None:
    one = link(facts.pop("name", "eth5"), **facts)
    reason = unfit(one, DOCKER, {"eth9": "old"})
    assert reason is not None
    assert words in reason
    assert "\n" not in reason


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"kind": "bridge"},
        {"kind": "vlan"},
        {"kind": "bond"},
        {"kind": "veth"},
        {"master": "vrf1", "master_kind": "vrf"},
    ],
)
def test_fit(facts: dict[str, Any]) -> None:
    assert unfit(link("eth5", **facts), DOCKER, {"eth9": "old"}) is None


def test_fit_ones_come_first() -> None:
    found = interfaces(
        [link("a", carrier=False), link("z"), link("lo", loopback=True), link("b", wireless=True)],
        DOCKER,
        {},
    )
    assert [one.name for one in found] == ["z", "a", "b", "lo"]
    assert [one.unfit is None for one in found] == [True, False, False, False]
    assert found[2].kind == "wireless"


@pytest.mark.parametrize(
    ("name", "words"), [("eht0", "did you mean eth0?"), ("qqq", "netc interfaces"), ("", "netc")]
)
def test_an_unknown_interface(name: str, words: str) -> None:
    known = [one.name for one in LINKS]
    check_known("eth0", known, "on far")
    with pytest.raises(NetcError) as caught:
        check_known(name, known, "on far")
    assert caught.value.code == Exit.INTERFACE
    assert words in caught.value.message
    assert f"no interface {name!r} on far;" in caught.value.message


# --- what a helper prints

BLANKS = " \t\n\v\f\r\0/"
"""What the kernel lets nobody call a link, all of ASCII; others may be blanks to Python."""
names = st.text(st.characters(exclude_characters=BLANKS, codec="utf-8"), min_size=1, max_size=15)
octets = st.integers(0, 255)
addresses = st.builds("{}.{}.{}.{}/{}".format, *[octets] * 4, st.integers(0, 32))
KINDS = ("ethernet", "bridge", "bond", "vlan", "veth", "vrf", "macvlan", "tun", "vxlan", "wlan0")


@st.composite
def hosts(draw: st.DrawFn) -> tuple[Link, ...]:
    """The links of a host, each of any kind; some of them ports of others."""
    found: list[Link] = []
    for index, name in enumerate(draw(st.lists(names, unique=True, max_size=6)), 1):
        kind = draw(st.sampled_from(KINDS[:-1]))
        master = draw(st.sampled_from([None, *found]))
        found.append(
            Link(
                index=index,
                name=name,
                kind=kind,
                mac=draw(st.sampled_from([None, "02:00:00:00:00:01"])),
                up=draw(st.booleans()),
                loopback=draw(st.booleans()),
                ether=draw(st.booleans()),
                carrier=draw(st.booleans()),
                wireless=kind == "ethernet" and draw(st.booleans()),
                master=master.name if master is not None else None,
                master_kind=master.kind if master is not None else None,
                addresses=tuple(draw(st.lists(addresses, max_size=2))),
            )
        )
    return tuple(found)


@given(hosts())
def test_what_is_printed_of_links_is_those_links(found: tuple[Link, ...]) -> None:
    assert parse(printed(found)) == found


@given(hosts(), st.text(max_size=200))
def test_what_else_is_printed_is_passed_over(found: tuple[Link, ...], noise: str) -> None:
    noise = "\n".join(f"?{line}" for line in noise.split("\n"))
    assert parse(f"{noise}\n{printed(found)}{noise}") == found


WORDS = st.one_of(names, st.sampled_from(["link", "-", "1", "0x1", "inet", "1:", "10.0.0.1/8"]))


@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=8).map("\n".join))
def test_garbage_is_no_defect(text: str) -> None:
    parse(text)


@given(hosts(), st.data())
def test_what_was_cut_off_is_read_as_far_as_it_goes(found: tuple[Link, ...], data: Any) -> None:
    whole = printed(found)
    known = {one.name for one in found}
    assert {one.name for one in parse(whole[: data.draw(st.integers(0, len(whole)))])} <= known


ETH = "link eth0 2 2 02:00:00:00:00:02 0x1003 1 1 - - -,device"


def test_a_link_as_a_kernel_tells_it() -> None:
    lo = "link lo 1 1 00:00:00:00:00:00 0x9 772 1 - - -"
    address = "2: eth0    inet 10.0.0.2/24 brd 10.0.0.255 scope global eth0\\       valid_lft 3sec"
    to_one = "2: eth0    inet 10.9.0.1 peer 10.9.0.2/32 scope global eth0\\       valid_lft forever"
    first, second = parse(f"{ETH}\n{lo}\n{address}\n{to_one}\n")
    assert first == link("lo", 1, loopback=True, ether=False, mac="00:00:00:00:00:00")
    own = ("10.0.0.2/24", "10.9.0.1/32")
    assert second == link("eth0", 2, mac="02:00:00:00:00:02", addresses=own)


@pytest.mark.parametrize(
    ("typed", "has", "flags", "on", "kind", "wireless"),
    [
        ("-", "-,device", 0x1003, 2, "ethernet", False),
        ("wlan", "-,phy80211,wireless,device", 0x1003, 2, "ethernet", True),
        ("wlan", "-,device", 0x1003, 2, "ethernet", True),
        ("bridge", "-,bridge", 0x1003, 2, "bridge", False),
        ("bond", "-,bonding", 0x1403, 2, "bond", False),
        ("vlan", "-,lower", 0x1003, 1, "vlan", False),
        ("macvlan", "-,lower", 0x1003, 1, "macvlan", False),
        ("-", "-", 0x4C1, 2, "vrf", False),
        ("-", "-", 0x1003, 9, "veth", False),
        ("-", "-,brport", 0x1003, 9, "veth", False),
        ("-", "-,lower", 0x1003, 1, "macvlan", False),
        ("-", "-,lower", 0x1003, 2, "ethernet", False),
        ("-", "-,tun_flags", 0x1003, 2, "tun", False),
        ("wireguard", "-", 0x10C1, 2, "wireguard", False),
        ("-", "-", 0x1003, 2, "ethernet", False),
    ],
)
def test_kinds(typed: str, has: str, flags: int, on: int, kind: str, wireless: bool) -> None:
    (found,) = parse(f"link x 2 {on} - {flags:#x} 1 1 - {typed} {has}")
    assert (found.kind, found.wireless) == (kind, wireless)


def test_a_port_is_told_with_what_it_is_a_port_of() -> None:
    lines = (
        "link bond0 5 5 - 0x1403 1 1 - bond -,bonding",
        "link eth0 2 2 - 0x1803 1 1 5 - -,device",
        "link br0 6 6 - 0x1003 1 1 - bridge -,bridge",
        "link veth1 8 7 - 0x1003 1 1 6 - -,brport",
        "link blue 9 9 - 0x4c1 1 1 - - -",
        "link eth3 4 4 - 0x1003 1 1 9 - -,device",
        "link eth4 10 10 - 0x1003 1 1 77 - -,device",
    )
    found = {one.name: one for one in parse("\n".join(lines))}
    told = {name: (one.master, one.master_kind) for name, one in found.items() if one.master}
    assert told == {
        "eth0": ("bond0", "bond"),
        "veth1": ("br0", "bridge"),
        "eth3": ("blue", "vrf"),
    }
    reasons = {one.name: one.unfit for one in interfaces([*found.values()], frozenset(), {})}
    assert reasons["eth0"] == "it is a port of bond0; take bond0 itself"
    assert reasons["eth3"] is None


def test_a_link_that_is_down_tells_no_carrier() -> None:
    down = ETH.replace("0x1003 1 1", "0x1002 1 -")
    assert parse(down) == (link("eth0", mac="02:00:00:00:00:02", up=False, carrier=False),)


def test_the_same_is_judged_the_same() -> None:
    facts = frozenset({"docker0"}), {"eth2": "old"}
    assert interfaces(parse(printed(LINKS)), *facts) == interfaces(LINKS, *facts)
    wifi = msgspec.structs.replace(LINKS[1], wireless=True)
    assert unfit(parse(printed([wifi]))[0], *facts) == unfit(wifi, *facts)
