"""What the listing says of containers, and what becomes of them."""

import pytest

from netc_tui.core.model import Ended
from netc_tui.core.ports import Port
from netc_tui.engine import Gone, LinkDown
from tests.suite.host import Host, lan, listed, net, own


async def a_container_that_runs_is_listed_with_all_that_is_its_own(host: Host) -> None:
    await host.run("web", labels={"team": "shop"})
    found = await listed(host, "web")
    assert len(found.id) == 64
    assert (found.state, found.running, found.health) == ("running", True, None)
    assert found.status.startswith("Up ")
    assert ":" not in found.image or not found.image.startswith("sha256:")
    assert found.labels["team"] == "shop"
    assert not found.ours
    assert not found.own_image
    # The word of the client on older engines, and of the engine on newer ones.
    assert found.network_mode in ("default", "bridge")
    assert list(found.addresses) == ["bridge"]
    assert found.addresses["bridge"]
    assert found.network_ids == {"bridge": (await net(host, "bridge")).id}
    assert found.ports == (Port(80, "tcp"),)


async def published_ports_are_listed_with_their_addresses(host: Host) -> None:
    await host.run("web", publish=("127.0.0.1:18080:80", "18081:80", "18053:53/udp"))
    dns, web = sorted((await listed(host, "web")).ports)
    assert (dns.port, dns.proto, web.port, web.proto) == (53, "udp", 80, "tcp")
    assert "0.0.0.0:18053" in dns.published
    assert {"127.0.0.1:18080", "0.0.0.0:18081"} <= set(web.published)
    assert web.published == tuple(sorted(web.published))


async def the_newest_is_listed_first(host: Host) -> None:
    for name in ("one", "two", "three"):
        await host.run(name)
    await host.stop("three")
    await host.rename("one", "first")
    names = [one.name for one in await host.engine.containers()]
    assert [name for name in names if name in ("first", "two", "three")] == [
        *("three", "two", "first")
    ]


async def a_container_is_found_by_its_very_name_alone(host: Host) -> None:
    await host.run("web")
    await host.run("web-2")
    found = await listed(host, "web")
    assert found.name == "web"
    for other in ("we", "eb", "web.2", found.id, found.id[:12], "nobody"):
        assert await host.engine.container(other) is None


async def one_that_was_only_created_has_no_address_and_no_ports(host: Host) -> None:
    await host.make("web")
    found = await listed(host, "web")
    assert (found.state, found.status, found.running) == ("created", "Created", False)
    assert dict(found.addresses) == {"bridge": None}
    assert found.ports == ()
    assert await host.engine.exposed("web") == (Port(80, "tcp"),)
    assert await host.engine.ended("web") == Ended(0, "")


async def one_that_was_stopped_keeps_its_networks_and_loses_its_addresses(host: Host) -> None:
    await host.run("web")
    await host.stop("web")
    found = await listed(host, "web")
    assert (found.state, found.running) == ("exited", False)
    assert found.status.startswith("Exited (0) ")
    assert dict(found.addresses) == {"bridge": None}
    assert found.network_ids == {"bridge": (await net(host, "bridge")).id}
    assert found.ports == ()
    assert await host.engine.exposed("web") == (Port(80, "tcp"),)
    await host.start("web")
    assert (await listed(host, "web")).addresses["bridge"]


async def one_that_is_paused_keeps_its_addresses(host: Host) -> None:
    await host.run("web")
    address = (await listed(host, "web")).addresses
    await host.pause("web")
    found = await listed(host, "web")
    assert (found.state, found.running, found.addresses) == ("paused", True, address)
    assert found.status.endswith("(Paused)")
    await host.unpause("web")
    assert (await listed(host, "web")).state == "running"


async def one_without_a_network_of_its_own_lists_no_ports(host: Host) -> None:
    await host.run("web")
    await host.run("printer", mode="host")
    await host.run("behind", mode="container:web")
    printer = await listed(host, "printer")
    # Its port is taken where it is, so that it may end between two looks.
    (behind,) = (one for one in await host.engine.containers() if one.name == "behind")
    alone = await host.engine.container("behind")
    assert alone is not None
    assert (alone.id, alone.addresses) == (behind.id, behind.addresses)
    assert printer.network_mode == "host"
    assert dict(printer.addresses) == {"host": None}
    assert behind.network_mode == f"container:{(await listed(host, 'web')).id}"
    assert dict(behind.addresses) == {}
    for name, found in (("printer", printer), ("behind", behind)):
        assert found.ports == ()
        assert await host.engine.exposed(name) == (Port(80, "tcp"),)


async def how_it_ended_is_told_until_it_runs_again(host: Host) -> None:
    await host.end("job", 3)
    assert await host.engine.ended("job") == Ended(3, "")
    assert (await listed(host, "job")).status.startswith("Exited (3) ")
    await host.run("web")
    assert await host.engine.ended("web") == Ended(0, "")
    await host.kill("web")
    assert await host.engine.ended("web") == Ended(137, "")
    await host.start("web")
    assert await host.engine.ended("web") == Ended(0, "")


async def what_is_not_there_is_gone(host: Host) -> None:
    engine = host.engine
    for call in (
        engine.exposed("nobody"),
        engine.ended("nobody"),
        engine.made("nobody"),
        engine.start("nobody"),
        engine.restart("nobody", 1),
        engine.put_files("nobody", {"x": "y"}),
        engine.execute("nobody", ["true"]),
        engine.connect("nobody", "bridge"),
    ):
        with pytest.raises(Gone):
            await call
    await host.run("web")
    with pytest.raises(Gone):
        await engine.connect("web", "nowhere")


async def what_is_there_already_or_gone_is_left_alone(host: Host) -> None:
    engine = host.engine
    await engine.remove("nobody", 1)
    await engine.remove_network("nowhere")
    await engine.disconnect("nobody", "bridge")
    await host.run("web")
    await engine.disconnect("web", "nowhere")
    before = await listed(host, "web")
    await engine.start("web")
    assert (await listed(host, "web")).addresses == before.addresses


async def one_that_is_removed_is_not_listed(host: Host) -> None:
    for name in ("runs", "stopped"):
        await host.run(name)
    await host.make("created")
    await host.stop("stopped")
    for name in ("runs", "stopped", "created"):
        await host.engine.remove(name, 1)
        assert await host.engine.container(name) is None
    assert not {"runs", "stopped", "created"} & {x.name for x in await host.engine.containers()}


async def a_restart_starts_what_is_stopped_too(host: Host) -> None:
    await host.run("web")
    before = await listed(host, "web")
    await host.engine.restart("web", 1)
    await host.stop("web")
    await host.engine.restart("web", 1)
    after = await listed(host, "web")
    assert (after.id, after.state) == (before.id, "running")
    assert after.addresses["bridge"]


async def what_is_linked_to_one_that_does_not_run_does_nothing(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    planned = await own(host)
    await host.stop("web")
    for call in (engine.start(planned.name), engine.restart(planned.name, 1)):
        with pytest.raises(LinkDown):
            await call
    assert not (await listed(host, planned.name)).running
    ended = await engine.ended(planned.name)
    assert "Cannot link to a non running container" in ended.error
    assert "\n" not in ended.error
    await host.start("web")
    await engine.start(planned.name)
    assert await engine.ended(planned.name) == Ended(0, "")
    await host.stop("web")
    with pytest.raises(LinkDown):
        await engine.execute(planned.name, ["true"])
    # It runs on all the same.
    assert (await listed(host, planned.name)).state == "running"


async def the_network_it_was_on_can_be_another_one_by_now(host: Host) -> None:
    """The engine remembers networks by their ids."""
    await host.run("web")
    planned = await own(host)
    await host.engine.start(planned.name)
    before = (await listed(host, planned.name)).network_ids[planned.lan]
    assert before == (await net(host, planned.lan)).id
    await host.stop(planned.name)
    await host.engine.remove_network(planned.lan)
    await lan(host)
    assert (await listed(host, planned.name)).network_ids[planned.lan] == before
    with pytest.raises(Gone):
        await host.engine.start(planned.name)
    await host.engine.disconnect(planned.name, planned.lan)
    await host.engine.connect(planned.name, planned.lan, lan=True)
    await host.engine.start(planned.name)
    after = (await listed(host, planned.name)).network_ids[planned.lan]
    assert after == (await net(host, planned.lan)).id != before
