"""Networks: what is said of them, what can be made, and who is on them."""

import ipaddress

import msgspec
import pytest

from netc_tui.core.model import FOR, OWN
from netc_tui.core.plan import CreateNetwork, CreatePrivateNetwork
from netc_tui.engine import Conflict, Refused
from tests.suite.host import Host, lan, listed, net

PRIVATE = CreatePrivateNetwork(
    "netc-private-web", "web", "198.18.0.16/28", "198.18.0.17", {OWN: "1", FOR: "web"}
)


async def those_of_every_engine_are_listed(host: Host) -> None:
    found = {one.name: one for one in await host.engine.networks()}
    assert [found[name].driver for name in ("bridge", "host", "none")] == ["bridge", "host", "null"]
    (subnet,) = found["bridge"].subnets
    assert found["bridge"].gateways == (str(ipaddress.ip_network(subnet)[1]),)
    assert found["bridge"].bridge == "docker0"
    assert found["host"].subnets == found["none"].subnets == ()
    for one in found.values():
        assert len(one.id) == 64
        assert one.attachable
        assert not one.ours


async def a_bridge_network_of_somebody_s(host: Host) -> None:
    await host.network("side", "172.30.7.0/24", labels={"team": "shop"})
    found = await net(host, "side")
    assert (found.driver, found.subnets) == ("bridge", ("172.30.7.0/24",))
    assert found.labels["team"] == "shop"
    assert found.bridge == f"br-{found.id[:12]}"
    assert (found.parent, found.internal, found.icc, found.private) == (None, False, True, None)


async def a_gateway_is_named_where_the_engine_chose_the_subnet_too(host: Host) -> None:
    await host.network("side")
    found = await net(host, "side")
    (subnet,) = found.subnets
    assert found.gateways == (str(ipaddress.ip_network(subnet)[1]),)
    await host.network("chosen", "172.30.7.0/24")
    assert (await net(host, "chosen")).gateways == ()


async def a_lan_network(host: Host) -> None:
    found = await lan(host)
    assert (found.driver, found.parent) == ("macvlan", host.interface)
    assert found.ours
    assert found.private is None
    assert found.bridge is None
    assert not found.internal
    # Engines before 28.0 make none without an address pool.
    assert bool(found.subnets) is not host.engine.engine.addressless_links


async def a_private_network(host: Host) -> None:
    await host.engine.create_network(PRIVATE)
    found = await net(host, PRIVATE.name)
    assert (found.driver, found.subnets, found.gateways) == (
        *("bridge", (PRIVATE.subnet,)),
        (PRIVATE.gateway,),
    )
    assert found.internal
    assert found.private == "web"
    assert found.bridge == f"br-{found.id[:12]}"
    assert dict(found.labels) == PRIVATE.labels


async def a_name_is_taken_once(host: Host) -> None:
    await host.network("side", "172.30.7.0/24")
    for taken in ("side", "bridge"):
        with pytest.raises(Conflict):
            await host.engine.create_network(msgspec.structs.replace(PRIVATE, name=taken))


async def a_subnet_is_taken_once(host: Host) -> None:
    await host.engine.create_network(PRIVATE)
    other = msgspec.structs.replace(PRIVATE, name="other")
    with pytest.raises(Conflict):
        await host.engine.create_network(other)
    for number, subnet in enumerate(("198.18.0.0/24", "198.18.0.24/29")):
        pool = CreateNetwork(f"lan{number}", host.interface, subnet, {})
        with pytest.raises(Conflict):
            await host.engine.create_network(pool)
    await host.engine.remove_network(PRIVATE.name)
    await host.engine.create_network(other)


async def an_interface_has_one_macvlan_network_on_older_engines(host: Host) -> None:
    await host.engine.create_network(CreateNetwork("lan1", host.interface, "198.18.4.0/22", {}))
    another = CreateNetwork("lan2", host.interface, "198.18.8.0/22", {})
    # Many from engine 27.0.1 on, which speaks 1.46.
    if host.engine.engine.api >= (1, 46):
        await host.engine.create_network(another)
    else:
        with pytest.raises(Conflict):
            await host.engine.create_network(another)
    elsewhere = CreateNetwork("lan3", host.other_interface, "198.18.12.0/22", {})
    await host.engine.create_network(elsewhere)


async def one_without_addresses_is_for_newer_engines(host: Host) -> None:
    await host.engine.create_network(CreateNetwork("lan1", host.interface, None, {}))
    # The others take it for one whose addresses are theirs to choose.
    assert bool((await net(host, "lan1")).subnets) is not host.engine.engine.addressless_links


async def one_in_use_stays(host: Host) -> None:
    await host.network("side", "172.30.7.0/24")
    await host.run("web", network="side")
    with pytest.raises(Conflict):
        await host.engine.remove_network("side")
    await host.stop("web")
    # Who does not run does not use it.
    await host.engine.remove_network("side")
    assert "side" not in [one.name for one in await host.engine.networks()]
    # It remembers it all the same.
    assert list((await listed(host, "web")).addresses) == ["side"]


async def those_of_every_engine_stay(host: Host) -> None:
    for name in ("bridge", "host", "none"):
        with pytest.raises(Conflict):
            await host.engine.remove_network(name)


async def a_service_that_runs_is_connected_and_disconnected(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    await engine.create_network(PRIVATE)
    before = await listed(host, "web")
    await engine.connect("web", PRIVATE.name)
    found = await listed(host, "web")
    address = found.addresses[PRIVATE.name]
    assert address is not None
    assert ipaddress.ip_address(address) in ipaddress.ip_network(PRIVATE.subnet)
    assert address != PRIVATE.gateway
    assert found.network_ids[PRIVATE.name] == (await net(host, PRIVATE.name)).id
    assert found.addresses["bridge"] == before.addresses["bridge"]
    # Once more changes nothing.
    await engine.connect("web", PRIVATE.name)
    assert (await listed(host, "web")).addresses == found.addresses
    await engine.disconnect("web", PRIVATE.name)
    await engine.disconnect("web", PRIVATE.name)
    after = await listed(host, "web")
    assert (after.addresses, after.network_ids) == (before.addresses, before.network_ids)


async def one_that_does_not_run_is_on_it_from_its_start(host: Host) -> None:
    engine = host.engine
    await host.make("web")
    await engine.create_network(PRIVATE)
    await engine.connect("web", PRIVATE.name)
    await engine.connect("web", PRIVATE.name)
    assert (await listed(host, "web")).addresses == {"bridge": None, PRIVATE.name: None}
    await engine.start("web")
    assert all((await listed(host, "web")).addresses.values())
    await host.stop("web")
    found = await listed(host, "web")
    assert (found.state, found.addresses) == ("exited", {"bridge": None, PRIVATE.name: None})
    await engine.disconnect("web", PRIVATE.name)
    assert (await listed(host, "web")).addresses == {"bridge": None}


async def one_without_a_network_of_its_own_is_connected_to_none(host: Host) -> None:
    await host.run("printer", mode="host")
    await host.engine.create_network(PRIVATE)
    with pytest.raises(Refused):
        await host.engine.connect("printer", PRIVATE.name)
