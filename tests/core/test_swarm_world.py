"""The names of what is made in a Swarm, and what is known of its nodes."""

import ipaddress
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import swarm_world as world_of
from netc_tui.core.errors import Exit, NetcError
from tests.core.test_swarm_plan import world

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)


@given(NAMES, NAMES)
def test_the_name_of_a_config_has_room_and_is_another_for_other_rules(name: str, text: str) -> None:
    found = world_of.config_name(name, text)
    assert len(found) <= 64
    assert found != world_of.config_name(name, text + "x")
    assert found != world_of.config_name(name + "x", text)


@given(st.from_regex(r"[A-Za-z0-9_.:@-]{1,15}", fullmatch=True))
def test_an_interface_is_named_by_a_label_or_refused(interface: str) -> None:
    if re.search("[:@]", interface):
        with pytest.raises(NetcError) as caught:
            world_of.node_label(interface)
        assert caught.value.code == Exit.INTERFACE
    else:
        assert world_of.node_label(interface) == f"netc.lan.{interface}"


def test_a_node_that_is_in_no_swarm_any_more_is_told() -> None:
    with pytest.raises(NetcError, match="in no Swarm any more") as caught:
        assert world(nodes=()).here
    assert caught.value.code == Exit.ENGINE


@given(st.text(max_size=20))
def test_what_is_no_subnet_on_a_label_is_passed_over(text: str) -> None:
    free = world_of.lan_subnet(world(), "eth1")
    nodes = world().nodes
    labelled = tuple(
        msgspec.structs.replace(node, labels={"netc.lan.eth1": text}) for node in nodes
    )
    found = world_of.lan_subnet(world(nodes=labelled), "eth1")
    assert found in (free, text)
    assert ipaddress.ip_network(found)
