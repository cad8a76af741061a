"""Which interfaces can carry a LAN network, and what an operator is told of the others."""

from typing import Any

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.host.interfaces import address, check_known, interfaces, links, names, unfit
from tests.machine import DOCKER, link


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


def test_this_machine_has_a_loopback() -> None:
    """What the kernel really says: no fixture."""
    real = {one.name: one for one in links()}
    assert real["lo"].loopback
    assert not real["lo"].ether
    assert set(real) == set(names())
    if real["lo"].up:
        assert "127.0.0.1/8" in real["lo"].addresses


def test_one_link_is_read_as_all_are() -> None:
    assert links("lo") == tuple(one for one in links() if one.name == "lo")
    assert links("nothing0") == ()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("name", "words"), [("eht0", "did you mean eth0?"), ("qqq", "netc interfaces"), ("", "netc")]
)
def test_an_unknown_interface(name: str, words: str) -> None:
    with pytest.raises(NetcError) as caught:
        check_known(name)
    assert caught.value.code == Exit.INTERFACE
    assert words in caught.value.message


def test_the_address_of_an_interface() -> None:
    assert address("lo") == "127.0.0.1"
    assert address("no-such-thing") is None
    assert address("a-name-that-is-far-too-long-for-an-interface") is None
