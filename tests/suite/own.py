"""A network container from its creation to its removal, and what it says on the way."""

import ipaddress
import json

import msgspec
import pytest

from netc_tui.core import lease
from netc_tui.core.model import Labels
from netc_tui.core.protocol import STATE
from netc_tui.engine import Conflict, Gone, Refused
from tests.suite.host import Host, bound, lan, listed, net, own, said, spec


async def it_is_listed_as_it_was_planned(host: Host) -> None:
    await host.run("web")
    network = await lan(host)
    planned = await spec(host, "web")
    await host.engine.create(planned)
    found = await listed(host, planned.name)
    assert (found.state, found.image, found.network_mode) == ("created", host.image, "bridge")
    assert found.ours
    assert not found.own_image
    labels = Labels.of(found)
    assert labels is not None
    assert labels.as_docker() == planned.labels
    assert found.addresses == {"bridge": None}
    await host.engine.connect(planned.name, network.name, lan=True)
    await host.engine.connect(planned.name, network.name, lan=True)
    assert (await listed(host, planned.name)).addresses == {"bridge": None, network.name: None}


async def what_netc_chose_of_it_is_told_and_nothing_of_others(host: Host) -> None:
    await host.run("web")
    planned = await own(host)
    found = await host.engine.made(planned.name)
    assert found.image.startswith("sha256:")
    assert found.environment == planned.environment
    assert found.links == (f"/web:/{planned.name}/netc-target",)
    assert found.mounts == ("volume /lease",)
    assert (found.limits["Privileged"], found.limits["ReadonlyRootfs"]) == (False, True)
    assert found.limits["NetworkMode"] == "bridge"
    assert found.state["Status"] == "created"
    service = await host.engine.made("web")
    assert (service.environment, service.links, service.mounts) == ({}, (), ())


async def it_has_an_address_on_each_network_that_has_some(host: Host) -> None:
    await host.run("web")
    planned = await own(host)
    await host.engine.start(planned.name)
    found = await listed(host, planned.name)
    assert found.state == "running"
    assert found.network_ids == {
        name: (await net(host, name)).id for name in ("bridge", planned.lan)
    }
    for name in ("bridge", planned.lan):
        address, subnets = found.addresses[name], (await net(host, name)).subnets
        assert bool(address) is bool(subnets)
        if address:
            assert ipaddress.ip_address(address) in ipaddress.ip_network(subnets[0])
    assert found.ports == ()
    before = found.addresses
    await host.engine.start(planned.name)
    assert (await listed(host, planned.name)).addresses == before


async def one_on_a_network_of_the_service_s_own_has_no_link(host: Host) -> None:
    await host.network("side", "172.30.7.0/24")
    await host.run("web", network="side")
    planned = await own(host, on="side")
    assert planned.link is None
    await host.engine.start(planned.name)
    assert (await listed(host, planned.name)).network_mode == "side"
    await host.stop("web")
    await host.engine.restart(planned.name, 5)
    assert (await listed(host, planned.name)).state == "running"


async def its_name_is_taken_once(host: Host) -> None:
    await host.run("web")
    planned = await own(host)
    with pytest.raises(Conflict):
        await host.engine.create(planned)
    await host.engine.remove(planned.name, 1)
    await host.engine.create(planned)


async def what_it_is_made_from_must_be_there(host: Host) -> None:
    await host.run("web")
    await lan(host)
    planned = await spec(host, "web")
    nothing = "netc-sidecar:never-built"
    with pytest.raises(Gone):
        await host.engine.create(msgspec.structs.replace(planned, image=nothing))
    with pytest.raises(Refused):
        await host.engine.create(msgspec.structs.replace(planned, link="nobody"))
    assert await host.engine.container(planned.name) is None


async def it_says_how_it_comes_to_its_lease(host: Host) -> None:
    await host.run("web")
    planned = await bound(host)
    lines = await host.engine.log(planned.name)
    names = [json.loads(line)["event"] for line in lines]
    assert names[0] == "start"
    assert {"target", "discover"} < set(names[: names.index("bound")])
    event = lease.parse(lines[names.index("bound")])
    assert event is not None
    assert event.ip
    assert event.prefix
    assert event.server
    assert event.bound_at is not None
    assert event.renew_at is not None
    assert event.rebind_at is not None
    assert event.expires_at is not None
    assert event.bound_at < event.renew_at < event.rebind_at < event.expires_at
    last = lease.parse((await host.engine.log(planned.name, 1))[0])
    kept = await host.engine.read_file(planned.name, STATE)
    assert last is not None
    assert kept is not None
    assert lease.parse(kept) is not None


async def its_target_is_the_address_of_the_service(host: Host) -> None:
    await host.run("web")
    planned = await bound(host)
    event = lease.parse((await host.engine.log(planned.name, 1))[0])
    assert event is not None
    assert event.target == (await listed(host, "web")).addresses["bridge"]


async def it_releases_its_lease_when_it_is_stopped(host: Host) -> None:
    await host.run("web")
    planned = await bound(host)
    await host.stop(planned.name)
    event = lease.parse((await host.engine.log(planned.name, 1))[0])
    assert event is not None
    assert (event.event, event.ip) == ("stopped", None)
    assert (await host.engine.ended(planned.name)).exit_code == 0


async def it_has_the_same_address_after_a_restart(host: Host) -> None:
    await host.run("web")
    planned = await bound(host)
    first = lease.parse((await host.engine.log(planned.name, 1))[0])
    await host.engine.restart(planned.name, 5)
    assert (await listed(host, planned.name)).state == "running"
    await host.engine.remove(planned.name, 5)
    await host.engine.create(planned)
    await host.engine.connect(planned.name, planned.lan, lan=True)
    await host.engine.start(planned.name)
    again = lease.parse((await said(host, planned.name, "bound"))[-1])
    assert first is not None
    assert again is not None
    assert first.ip == again.ip
