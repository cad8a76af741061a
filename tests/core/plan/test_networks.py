"""The networks of netc's own, and those that are somebody else's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Network
from netc_tui.core.plan import free_subnet
from netc_tui.operations.down import down
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import LOCAL, OLD, FakeEngine, lan

pytestmark = pytest.mark.usefixtures("machine")


def test_moving_takes_the_old_network_along_only_with_its_last_user() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine, "web", "eth0")
        await turn_on(engine, "printer", "eth0")
        await turn_on(engine, "web", "eth1")
        assert {lan("eth0"), lan("eth1")} <= set(engine.nets)
        await turn_on(engine, "printer", "eth1")
        assert lan("eth0") not in engine.nets
        await down(engine, "web")
        assert lan("eth1") in engine.nets
        await down(engine, "printer")
        assert lan("eth1") not in engine.nets

    run(scenario())


def test_ipvlan_on_the_parent_is_refused() -> None:
    engine = world()
    engine.network("theirs", "ipvlan", parent="eth0")
    refused(turn_on(engine, "web"), Exit.INTERFACE, "ipvlan network theirs")
    assert engine.shape() == {"containers": {}, "networks": {}}
    assert run(turn_on(engine, "web", "eth1")).ip


@pytest.mark.parametrize(("version", "shared"), [(OLD, True), (LOCAL, False)])
def test_on_older_engines_what_a_swarm_has_on_an_interface_is_used(
    version: Any, shared: bool
) -> None:
    """It would be in the way there as soon as a task comes to this node, which nothing tells."""
    engine = world(FakeEngine(version))
    facts = {"parent": "eth0", "subnets": ("198.19.0.0/22",), "config_only": True}
    engine.network("here", "null", **facts)
    engine.network("of-swarm", "macvlan", subnets=(), config_from="here")
    assert run(turn_on(engine, "web")).ip
    environment = engine.own("web").spec.environment  # type: ignore[union-attr]
    assert ("of-swarm" in engine.own("web").networks) is shared
    assert (environment["NETC_LAN_SUBNET"] == "198.19.0.0/22") is shared
    run(down(engine, "web"))
    assert "of-swarm" in engine.nets


@pytest.mark.parametrize("version", [LOCAL, OLD])
def test_a_macvlan_network_of_theirs_is_used_and_left(version: Any) -> None:
    async def scenario() -> None:
        engine = world(FakeEngine(version))
        engine.network("theirs", "macvlan", parent="eth0", subnets=("192.168.77.0/24",))
        for service in ("web", "printer"):
            assert (await turn_on(engine, service)).ip
        assert "theirs" in engine.own("web").networks
        environment = engine.own("web").spec.environment  # type: ignore[union-attr]
        assert environment["NETC_LAN_SUBNET"] == "192.168.77.0/24"
        assert lan("eth0") not in engine.nets
        await turn_on(engine, "web", "eth1")
        await down(engine, "web")
        await down(engine, "printer")
        assert "theirs" in engine.nets
        assert not [net for net in engine.nets.values() if net.ours]

    run(scenario())


def test_our_own_network_goes_before_theirs() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine, "web")
        engine.network("a-theirs", "macvlan", parent="eth0")
        await turn_on(engine, "printer")
        assert lan("eth0") in engine.own("printer").networks

    run(scenario())


SUBNET = st.builds(
    lambda octet, other, length: f"198.{18 + octet}.{other}.0/{length}",
    st.integers(0, 1),
    st.integers(0, 255),
    st.integers(16, 28),
)


HOST_BITS = st.builds(
    lambda address, length: f"{address}/{length}", st.ip_addresses(v=4), st.integers(1, 32)
)


@given(st.text(min_size=1, max_size=15), st.lists(SUBNET | HOST_BITS, max_size=30))
def test_a_free_subnet_overlaps_no_other(interface: str, taken: list[str]) -> None:
    import ipaddress

    networks = [Network(str(n), str(n), "bridge", (subnet,)) for n, subnet in enumerate(taken)]
    pools = [ipaddress.ip_network(subnet, strict=False) for subnet in taken]
    try:
        found = ipaddress.ip_network(free_subnet(interface, networks))
    except NetcError:
        # Then there is really none.
        every = ipaddress.ip_network("198.18.0.0/15").subnets(new_prefix=22)
        assert all(any(one.overlaps(pool) for pool in pools) for one in every)
        return
    assert found.subnet_of(ipaddress.ip_network("198.18.0.0/15"))  # type: ignore[arg-type]
    assert not any(found.overlaps(pool) for pool in pools)
    assert str(found) == free_subnet(interface, networks)


def test_an_old_engine_gets_a_throw_away_subnet_and_a_new_one_none() -> None:
    async def scenario(engine: FakeEngine) -> tuple[str, ...]:
        await turn_on(engine, "web")
        return engine.nets[lan("eth0")].subnets

    assert run(scenario(world(FakeEngine(LOCAL)))) == ()
    (subnet,) = run(scenario(world(FakeEngine(OLD))))
    assert subnet.startswith(("198.18.", "198.19."))


def test_a_network_removed_by_a_rival_is_made_again() -> None:
    """``netc down`` of another service takes the network for an orphan."""
    engine = world()
    done = False

    def rival(call: tuple[str, ...]) -> None:
        nonlocal done
        if call[0] == "connect" and not done:
            done = True
            del engine.nets[lan("eth0")]

    engine.before = rival
    assert run(turn_on(engine, "web")).ip
    assert lan("eth0") in engine.nets


def test_a_network_that_came_into_use_stays() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine, "web")

        def rival(call: tuple[str, ...]) -> None:
            if call[0] == "remove_network":
                engine.run("guest", lan("eth0"))

        engine.before = rival
        assert await down(engine, "web")
        assert lan("eth0") in engine.nets

    run(scenario())
