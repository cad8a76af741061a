"""Turning on, off and over: from wherever a former run was cut off, to the same end."""

import asyncio
import hashlib
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netc_tui import sidecar
from netc_tui.core import plan
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Phase
from netc_tui.core.model import Container, Network, NetworkContainer
from netc_tui.core.plan import Step, free_subnet
from netc_tui.core.ports import Forward, Port
from netc_tui.operations import inventory
from netc_tui.operations.down import down
from netc_tui.operations.down import preview as preview_down
from netc_tui.operations.renew import renew
from netc_tui.operations.rules import rules
from netc_tui.operations.up import Request, preview, up
from tests.fake_engine import LOCAL, OLD, Conflict, FakeEngine, Gone, Refused, lan
from tests.unit.conftest import LINKS, run

pytestmark = pytest.mark.usefixtures("machine")


class Killed(Exception):
    """netc was killed right here."""


def kill_at(number: int | None) -> Callable[[Step], None]:
    """Killed before the step of that number; None: never."""
    steps: list[Step] = []

    def report(step: Step) -> None:
        if len(steps) == number:
            raise Killed
        steps.append(step)

    return report


def world(engine: FakeEngine | None = None) -> FakeEngine:
    """One service on the default bridge, one on a network of a Compose project, one on the host."""
    made = engine or FakeEngine()
    made.network("shop_default", labels={"com.docker.compose.project": "shop"})
    made.run("web")
    project = {"com.docker.compose.project": "shop", "com.docker.compose.service": "api"}
    made.run("shop-api-1", "shop_default", ports=("8080/tcp", "53/udp"), labels=project)
    made.run("printer", mode="host", ports=("631/tcp",))
    return made


async def turn_on(engine: FakeEngine, service: str, interface: str = "eth0", **facts: Any) -> Any:
    return await up(engine, Request(service, interface, **facts))


async def steps_up(engine: FakeEngine, service: str, interface: str = "eth0", **facts: Any) -> Any:
    return (await preview(engine, Request(service, interface, **facts)))[1]


def refused(work: Any, code: Exit, words: str) -> NetcError:
    with pytest.raises(NetcError) as caught:
        run(work)
    assert caught.value.code == code
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    return caught.value


# --- the same end, wherever it was cut off

OP = st.fixed_dictionaries(
    {
        "service": st.sampled_from(("web", "shop-api-1", "printer")),
        "interface": st.sampled_from(("eth0", "eth1", None)),  # None: off
        "ports": st.sampled_from(((), ("80",), ("8000-8002:80-82/udp", "443"))),
        "hostname": st.sampled_from(("", "kiosk")),
        "private_network": st.booleans(),
        "killed_at": st.none() | st.integers(0, 10),
    }
)
DISTURBANCE = st.sampled_from(
    (
        *("none", "kill web", "engine restart", "host reboot", "anew", "image removed", "pruned"),
        "service restarts",
    )
)


async def do(engine: FakeEngine, op: dict[str, Any], killed_at: int | None = None) -> None:
    report = kill_at(killed_at)
    if op["interface"] is None:
        await down(engine, op["service"], report)
    else:
        request = Request(
            op["service"],
            op["interface"],
            ports=op["ports"],
            hostname=op["hostname"],
            private_network=op["private_network"],
        )
        await up(engine, request, report)


def disturb(engine: FakeEngine, what: str) -> None:
    """What happens on a Docker host between two commands."""
    own = [box for box in engine.boxes.values() if box.name.startswith("netc-")]
    match what:
        case "kill web" if "netc-web" in engine.boxes:
            engine.kill("netc-web")
        case "engine restart":
            # The default bridge is another one after it.
            for box in own:
                engine.kill(box.name)
            bridge = engine.nets["bridge"]
            engine.nets["bridge"] = msgspec.structs.replace(bridge, id=bridge.id[::-1])
        case "host reboot":
            for box in own:
                if box.running:
                    engine.kill(box.name)
                    engine.start_again(box.name)
        case "anew":
            engine.anew("web")
        case "service restarts":
            engine.stop("web")
            engine.start_again("web")
        case "image removed" if not own:
            engine.images.clear()
        case "pruned":  # docker network prune takes what nobody runs on
            for name in [n.name for n in engine.nets.values() if n.ours]:
                if not any(box.running and name in box.networks for box in engine.boxes.values()):
                    del engine.nets[name]


@given(
    st.lists(st.tuples(OP, DISTURBANCE), max_size=6),
    st.lists(OP, min_size=3, max_size=3),
    st.sampled_from((LOCAL, OLD)),
)
@settings(max_examples=40)
def test_any_history_comes_to_the_same_end(
    history: list[tuple[dict[str, Any], str]], last: list[dict[str, Any]], version: Any
) -> None:
    wanted = [
        {**op, "service": service}
        for op, service in zip(last, ("web", "shop-api-1", "printer"), strict=True)
    ]

    async def scenario() -> None:
        engine = world(FakeEngine(version))
        for op, disturbance in history:
            with suppress(Killed):
                await do(engine, op, op["killed_at"])
            disturb(engine, disturbance)
        fresh = world(FakeEngine(version))
        for op in wanted:
            await do(engine, op)
            await do(fresh, op)
        assert engine.shape() == fresh.shape()
        # And there it stays: the same again does nothing at all.
        before = engine.shape()
        for op in wanted:
            if op["interface"] is None:
                assert await preview_down(engine, op["service"]) == ()
                assert not await down(engine, op["service"])
            else:
                assert (
                    await steps_up(
                        engine,
                        op["service"],
                        op["interface"],
                        ports=op["ports"],
                        hostname=op["hostname"],
                        private_network=op["private_network"],
                    )
                    == ()
                )
                await do(engine, op)
        assert engine.shape() == before

    run(scenario())


@given(OP.filter(lambda op: op["interface"]), OP, st.integers(0, 12))
def test_off_leaves_nothing_wherever_on_was_cut(
    first: dict[str, Any], second: dict[str, Any], number: int
) -> None:
    async def scenario() -> None:
        engine = world()
        with suppress(Killed):
            await do(engine, first)
            await do(engine, {**second, "service": first["service"]}, number)
        await down(engine, first["service"])
        assert engine.shape() == {"containers": {}, "networks": {}}
        assert {"web", "shop-api-1", "printer"} == set(engine.boxes)
        assert all(box.running for box in engine.boxes.values())

    run(scenario())


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


def test_the_address_survives_off_and_on_again() -> None:
    async def scenario() -> None:
        engine = world()
        first = await turn_on(engine, "web")
        await turn_on(engine, "printer")
        await down(engine, "web")
        second = await turn_on(engine, "web")
        assert (first.ip, first.mac, first.client_id) == (second.ip, second.mac, second.client_id)
        other = await turn_on(engine, "shop-api-1")
        assert other.ip != first.ip

    run(scenario())


# --- networks and interfaces that are somebody else's


@pytest.mark.parametrize("running", [True, False])
def test_a_container_of_that_name_that_is_not_netc_s_stays(running: bool) -> None:
    engine = world()
    engine.run("netc-web", state="running" if running else "exited")
    for work in (turn_on(engine, "web"), down(engine, "web")):
        refused(work, Exit.FAILED, "netc-web is taken")
    assert engine.boxes["netc-web"].state == ("running" if running else "exited")
    assert engine.shape()["networks"] == {}


def test_ipvlan_on_the_parent_is_refused() -> None:
    engine = world()
    engine.network("theirs", "ipvlan", parent="eth0")
    refused(turn_on(engine, "web"), Exit.INTERFACE, "ipvlan network theirs")
    assert engine.shape() == {"containers": {}, "networks": {}}
    assert run(turn_on(engine, "web", "eth1")).ip


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


# --- the service is made anew


def test_on_the_default_bridge_a_new_service_needs_a_new_link() -> None:
    async def scenario() -> None:
        engine = world()
        before = await turn_on(engine, "web")
        old = engine.own("web").id
        assert await steps_up(engine, "web") == ()
        engine.anew("web")
        after = await turn_on(engine, "web")
        assert engine.own("web").id != old
        assert after.ip == before.ip

    run(scenario())


def test_on_a_network_with_names_a_new_service_is_found_by_itself() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine, "shop-api-1")
        old = engine.own("shop-api-1").id
        labels = engine.boxes["shop-api-1"].labels
        engine.anew(
            "shop-api-1", "shop_default", ports=("8080/tcp", "53/udp"), labels=labels, image="2"
        )
        assert await steps_up(engine, "shop-api-1") == ()
        await turn_on(engine, "shop-api-1")
        assert engine.own("shop-api-1").id == old

    run(scenario())


@pytest.mark.parametrize(
    "facts", [{"mode": "host"}, {"mode": "container:owner"}, {"ports": ("81/tcp",)}]
)
def test_a_service_that_is_reached_another_way_now(facts: dict[str, Any]) -> None:
    """A former link or name would lead nowhere for ever."""

    async def scenario() -> None:
        engine = FakeEngine()
        engine.run("owner")
        engine.run("web")
        await turn_on(engine, "web", ports=("80",) if "mode" in facts else ())
        engine.anew("web", **facts)
        await turn_on(engine, "web", ports=("80",) if "mode" in facts else ())
        fresh = FakeEngine()
        fresh.run("owner")
        fresh.run("web", **facts)
        await turn_on(fresh, "web", ports=("80",) if "mode" in facts else ())
        assert engine.shape() == fresh.shape()

    run(scenario())


def test_a_compose_service_s_network_container_goes_down_with_its_project() -> None:
    async def scenario() -> dict[str, str]:
        engine = world()
        await turn_on(engine, "shop-api-1")
        await turn_on(engine, "web")
        assert "com.docker.compose.project" not in engine.own("web").labels
        return engine.own("shop-api-1").labels

    labels = run(scenario())
    assert labels["com.docker.compose.project"] == "shop"
    assert labels["com.docker.compose.service"] == "api"
    assert labels["com.docker.compose.oneoff"] == "True"


def test_a_network_that_is_not_the_project_s_makes_no_one_off() -> None:
    async def scenario() -> dict[str, str]:
        engine = FakeEngine()
        engine.network("proxy")
        project = {"com.docker.compose.project": "shop", "com.docker.compose.service": "api"}
        engine.run("shop-api-1", "proxy", labels=project)
        await turn_on(engine, "shop-api-1")
        return engine.own("shop-api-1").labels

    assert not [name for name in run(scenario()) if name.startswith("com.docker.compose")]


# --- what a network container is told


def told(engine: FakeEngine, service: str) -> dict[str, str]:
    spec = engine.own(service).spec
    assert spec is not None
    return {name.removeprefix("NETC_"): value for name, value in spec.environment.items()}


def test_how_to_find_the_service_and_to_know_it_for_what_it_is() -> None:
    engine = world()
    engine.network("two", subnets=("172.30.0.0/24", "172.31.0.0/24"))
    engine.run("app", "two")
    for service in ("web", "shop-api-1", "printer", "app"):
        run(turn_on(engine, service))
    facts = {
        service: tuple(told(engine, service)[key] for key in ("NAME", "LOOKUP", "PTR"))
        for service in ("web", "shop-api-1", "printer", "app")
    }
    assert facts == {
        "web": ("netc-target", "link", ""),
        "shop-api-1": ("shop-api-1", "dns", "shop-api-1.shop_default"),
        "printer": ("netc-target", "host", ""),
        "app": ("app", "dns", "app.two"),
    }
    assert told(engine, "web")["SVC_SUBNETS"] == "172.17.0.0/16"
    assert told(engine, "app")["SVC_SUBNETS"] == "172.30.0.0/24 172.31.0.0/24"


def test_the_host_s_own_addresses_on_the_interface() -> None:
    links = tuple(
        msgspec.structs.replace(one, addresses=("192.168.77.2/24", "10.1.1.1/8"))
        if one.name == "eth1"
        else one
        for one in LINKS
    )
    engine = world()
    run(up(engine, Request("web", "eth1"), links=lambda: links))
    assert told(engine, "web")["HOST_ADDRESSES"] == "192.168.77.2/24 10.1.1.1/8"
    # They may change, and that alone makes nothing anew.
    assert run(preview(engine, Request("web", "eth1"), links=lambda: LINKS))[1] == ()


@given(st.integers(1, 3000))
@settings(max_examples=5)
def test_the_rules_are_a_file_with_its_hash_in_environment_and_labels(count: int) -> None:
    engine = world()
    ports = tuple(str(2 * number) for number in range(1, count + 1))
    run(turn_on(engine, "web", ports=ports))
    own = engine.own("web")
    digest = hashlib.sha256(own.files["rules"]).hexdigest()
    assert told(engine, "web")["RULES_SHA256"] == own.labels["netc.rules"] == digest
    assert own.files["rules"].count(b"-j DNAT") == count
    # One variable of an environment holds 128 KiB.
    assert max(map(len, told(engine, "web").values())) < 10_000


def test_rules_of_another_netc_are_replaced() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    own = engine.own("web")
    for hashed in ({"netc.rules": "0" * 64}, {}):
        own.labels = {k: v for k, v in own.labels.items() if k != "netc.rules"} | hashed
        steps = run(steps_up(engine, "web"))
        assert any("rules" in str(step) for step in steps)
        run(turn_on(engine, "web"))
        assert engine.own("web").id != own.id
        own = engine.own("web")


@pytest.mark.parametrize("cut", ["put_files", "connect", "start"])
def test_one_that_was_not_finished_is_finished(cut: str) -> None:
    """netc was killed right then: a container without its files must not be started as it is."""
    engine = world()

    def kill(call: tuple[str, ...]) -> None:
        if call[0] == cut:
            raise Killed

    engine.before = kill
    with pytest.raises(Killed):
        run(turn_on(engine, "web"))
    engine.before = lambda call: None
    assert engine.own("web").state == "created"
    found = run(turn_on(engine, "web"))
    assert found.ip
    assert engine.own("web").files["rules"].count(b"-j DNAT") == 1


# --- how a service is reached


def reached(engine: FakeEngine, service: str, **facts: Any) -> tuple[str, str | None, str, bool]:
    """Network, link, name to look up, by the host's gateway."""
    run(turn_on(engine, service, **facts))
    spec = engine.own(service).spec
    assert spec is not None
    return spec.network, spec.link, spec.environment["NETC_NAME"], spec.host_gateway


def test_ways_to_a_service() -> None:
    engine = world()
    engine.network("a-internal", internal=True)
    engine.network("z-front")
    engine.network("mac", "macvlan", parent="eth2")
    engine.run("many", "bridge", "a-internal", "z-front", "mac")
    engine.run("inner", "a-internal")
    engine.run("vpn", "z-front")
    engine.run("behind", mode="container:vpn")
    engine.run("further", mode=f"container:{engine.boxes['behind'].id}")
    assert reached(engine, "web") == ("bridge", "web", "netc-target", False)
    assert reached(engine, "printer") == ("bridge", None, "netc-target", True)
    assert reached(engine, "many") == ("z-front", None, "many", False)
    assert reached(engine, "inner") == ("a-internal", None, "inner", False)
    assert reached(engine, "behind") == ("z-front", None, "vpn", False)
    assert reached(engine, "further") == ("z-front", None, "vpn", False)


def test_a_network_can_be_chosen() -> None:
    engine = world()
    engine.network("front")
    engine.run("many", "bridge", "front")
    assert reached(engine, "many", network="bridge") == ("bridge", "many", "netc-target", False)
    chosen = engine.nets["front"].id
    assert reached(engine, "many", network=chosen) == ("front", None, "many", False)
    error = refused(turn_on(engine, "many", network="back"), Exit.FAILED, "'back'")
    assert "bridge, front" in error.message
    refused(turn_on(engine, "printer", network="front"), Exit.FAILED, "host's network")


def test_services_that_cannot_be_reached() -> None:
    engine = world()
    engine.network("mac", "macvlan", parent="eth2")
    engine.network("swarm", "overlay", attachable=False)
    engine.run("hermit", "none", mode="none")
    engine.run("direct", "mac")
    engine.run("task", "swarm")
    engine.run("orphan", mode="container:0123456789abcdef")
    engine.run("one", mode="container:two")
    engine.run("two", mode="container:one")
    for service, words in (
        ("hermit", "--network none"),
        ("direct", "mac (macvlan)"),
        ("task", "swarm (overlay)"),
        ("orphan", "0123456789ab, which is gone"),
        ("one", "gone"),
    ):
        refused(turn_on(engine, service), Exit.NO_SERVICE, words)
    del engine.nets["bridge"]
    refused(turn_on(engine, "printer"), Exit.FAILED, "no default bridge")
    assert engine.shape() == {"containers": {}, "networks": {}}


# --- errors that an operator meets


def test_an_unknown_service_offers_the_nearest() -> None:
    engine = world()
    refused(turn_on(engine, "wep"), Exit.NO_SERVICE, "did you mean web?")
    refused(turn_on(engine, "qqqqqq"), Exit.NO_SERVICE, "`netc ls`")
    refused(down(engine, "wep"), Exit.NO_SERVICE, "did you mean web?")
    refused(renew(engine, "wep"), Exit.NO_SERVICE, "did you mean web?")
    refused(turn_on(engine, "a\nb\x1b[2J"), Exit.NO_SERVICE, "no service")
    run(turn_on(engine, "web"))
    refused(turn_on(engine, "netc-web"), Exit.NO_SERVICE, "network container itself")
    refused(inventory.exposed(engine, "printer"), Exit.NO_SERVICE, "netc up printer INTERFACE")


def test_a_service_can_be_named_by_its_id() -> None:
    async def scenario() -> None:
        engine = world()
        box = engine.boxes["web"]
        found: NetworkContainer = await turn_on(engine, box.id[:12], wait=5)
        assert found.name == "netc-web"
        assert await turn_on(engine, box.id) == found
        assert (await renew(engine, box.id[:12])).ip == found.ip
        assert await down(engine, box.id[:12])
        assert "netc-web" not in engine.boxes

    run(scenario())


@pytest.mark.parametrize("state", ["exited", "created", "dead", "restarting"])
def test_a_service_that_does_not_run(state: str) -> None:
    engine = world()
    engine.run("db", state=state)
    error = refused(turn_on(engine, "db"), Exit.NO_SERVICE, f"db does not run ({state})")
    assert "docker start db" in error.message
    assert "--wait" in error.message


def test_waiting_for_a_service() -> None:
    async def scenario() -> None:
        engine = world()
        engine.run("db", state="exited")
        looks = 0

        def look(call: tuple[str, ...]) -> None:
            nonlocal looks
            looks += 1
            if looks == 3:
                engine.start_again("db")

        engine.before = look
        assert (await turn_on(engine, "db", wait=60)).ip

    run(scenario())
    engine = world()
    engine.run("db", state="exited")
    refused(turn_on(engine, "db", wait=0.02), Exit.NO_SERVICE, "does not run")


def test_a_service_without_ports() -> None:
    engine = world()
    engine.run("quiet", ports=())
    refused(turn_on(engine, "quiet"), Exit.NO_SERVICE, "--port")
    found = run(turn_on(engine, "quiet", ports=("80:8080",)))
    assert found.ports == (Forward("tcp", 80, 8080),)


def test_exactly_the_exposed_ports_also_on_the_host_s_network() -> None:
    engine = world()
    assert run(turn_on(engine, "printer")).ports == (Forward("tcp", 631, 631),)
    assert run(turn_on(engine, "shop-api-1")).ports == (
        Forward("tcp", 8080, 8080),
        Forward("udp", 53, 53),
    )


def published(engine: FakeEngine, name: str, **ports: tuple[str, ...]) -> None:
    """A service whose ports Docker publishes there: p80=("0.0.0.0:80",)."""
    box = engine.run(name, ports=())
    box.ports = tuple(Port(int(port[1:]), "tcp", on) for port, on in ports.items())


def remarks(engine: FakeEngine, service: str, **facts: Any) -> list[str]:
    found: list[str] = []
    run(up(engine, Request(service, "eth0", **facts), remark=found.append))
    return found


def test_a_port_on_the_loopback_alone_is_not_put_on_the_lan_unasked() -> None:
    engine = world()
    published(engine, "db", p80=("0.0.0.0:80",), p9000=("127.0.0.1:9000", "[::1]:9000"))
    (said,) = remarks(engine, "db")
    assert "9000/tcp on this host's loopback alone" in said
    assert "--port 9000/tcp" in said
    assert engine.own("db").labels["netc.ports"] == "80/tcp"
    # Asked for, it is, and nothing is to be said.
    assert remarks(engine, "db", ports=("80", "9000")) == []
    assert engine.own("db").labels["netc.ports"] == "80/tcp,9000/tcp"


def test_a_service_with_such_ports_alone_asks_for_them_to_be_named() -> None:
    engine = world()
    published(engine, "db", p5432=("127.0.0.1:5432",))
    refused(turn_on(engine, "db"), Exit.NO_SERVICE, "--port 5432/tcp")
    assert "netc-db" not in engine.boxes
    assert run(turn_on(engine, "db", ports=("5432",))).ip


def test_two_services_of_one_dhcp_hostname_are_told() -> None:
    engine = world()
    engine.run("my_app")
    engine.run("my-app")
    assert remarks(engine, "my_app") == []
    (said,) = remarks(engine, "my-app")
    assert "my-app and my_app both ask for the DHCP hostname my-app" in said
    assert "--hostname" in said
    assert remarks(engine, "my-app", hostname="MY-APP")
    assert remarks(engine, "my-app", hostname="other") == []
    assert remarks(engine, "web") == []


@pytest.mark.parametrize(
    "facts",
    [
        {"ports": ("http",)},
        {"ports": ("80", "80:81")},
        {"mac": "01:00:5e:00:00:01"},
        {"hostname": "a.b"},
    ],
)
def test_usage_errors_are_found_before_anything_is_asked(facts: dict[str, Any]) -> None:
    with pytest.raises(NetcError) as caught:
        Request("web", "eth0", wait=60, **facts)
    assert caught.value.code == Exit.USAGE


@pytest.mark.parametrize(
    ("interface", "words"),
    [("eth7", "no interface"), ("dark0", "no carrier"), ("lo", "loopback")],
)
def test_unfit_interfaces(interface: str, words: str) -> None:
    engine = world()
    refused(turn_on(engine, "web", interface), Exit.INTERFACE, words)
    assert engine.shape() == {"containers": {}, "networks": {}}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"host": "ssh://server", "local": False}, "remote"),
        ({"host": "unix:///run/forwarded.sock", "local": False}, "remote"),
        ({"rootless": True}, "rootless"),
        ({"desktop": True}, "Docker Desktop"),
        ({"desktop": True, "local": False}, "Docker Desktop"),
    ],
)
def test_an_engine_without_this_machine_s_interfaces(facts: dict[str, Any], words: str) -> None:
    engine = world(FakeEngine(msgspec.structs.replace(LOCAL, **facts)))
    refused(turn_on(engine, "web"), Exit.INTERFACE, words)
    assert engine.shape() == {"containers": {}, "networks": {}}


def test_no_lease_in_time() -> None:
    engine = world()
    engine.dhcp = lambda hostname: False
    error = refused(turn_on(engine, "web", timeout=20), Exit.NO_LEASE, "within 20 s")
    assert "netc down web" in error.message
    assert engine.own("web").running, "it goes on trying"


def test_a_lease_that_comes_late_is_waited_for() -> None:
    async def scenario() -> None:
        engine = world()
        engine.dhcp_delay = 12
        heard: list[str] = []
        found = await up(
            engine, Request("web", "eth0"), heard=lambda event: heard.append(event.event)
        )
        assert found.phase is Phase.BOUND
        assert heard == ["start", "target", "discover", "bound"]

    run(scenario())


def test_the_address_of_a_former_life_is_not_reported() -> None:
    """After a power cut the log still ends with it until the entry point speaks."""
    engine = world()

    async def cut() -> None:
        await turn_on(engine, "web")
        engine.kill("netc-web")
        silent = engine.own("web").log
        engine.dhcp = lambda hostname: False
        start = engine.say
        engine.say = lambda *_, **__: None  # type: ignore[method-assign]
        try:
            await turn_on(engine, "web", timeout=5)
        finally:
            engine.say = start  # type: ignore[method-assign]
            assert engine.own("web").log == silent

    refused(cut(), Exit.NO_LEASE, "within 5 s")


def test_an_entry_point_that_fails_is_quoted() -> None:
    engine = world()

    def fail(call: tuple[str, ...]) -> None:
        if call[0] == "containers" and "netc-web" in engine.boxes:
            engine.say(engine.own("web"), "failed", "this kernel has no macvlan")

    engine.dhcp = lambda hostname: False
    engine.before = fail
    refused(turn_on(engine, "web"), Exit.FAILED, "this kernel has no macvlan")
    # Docker would start it again and again.
    assert engine.shape() == {"containers": {}, "networks": {}}


def test_one_that_was_on_before_is_kept_when_it_fails() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.kill("netc-web")
    engine.own("web").files["rules"] = b"others"
    refused(turn_on(engine, "web"), Exit.FAILED, "not those that were planned")
    assert "netc-web" in engine.boxes


def test_an_image_that_cannot_be_had() -> None:
    engine = world()
    engine.registry = False
    refused(turn_on(engine, "web"), Exit.FAILED, "netc image build --base host")
    assert engine.shape() == {"containers": {}, "networks": {}}


# --- the ground moves while it works


def fail_once(engine: FakeEngine, name: str, error: Exception, times: int = 1) -> None:
    left = times

    def before(call: tuple[str, ...]) -> None:
        nonlocal left
        if call[0] == name and left:
            left -= 1
            raise error

    engine.before = before


@pytest.mark.parametrize("error", [Conflict, Gone])
@pytest.mark.parametrize("call", ["create_network", "create", "connect", "start", "build"])
def test_what_moved_meanwhile_leads_to_another_plan(call: str, error: Any) -> None:
    engine = world()
    fail_once(engine, call, error("moved"), times=2)
    assert run(turn_on(engine, "web")).ip
    fresh = world()
    run(turn_on(fresh, "web"))
    assert engine.shape() == fresh.shape()


def test_what_never_comes_to_rest_ends() -> None:
    engine = world()
    fail_once(engine, "start", Conflict("Docker: busy"), times=1000)
    refused(turn_on(engine, "web"), Exit.FAILED, "Docker: busy")
    assert len([call for call in engine.calls if call[0] == "start"]) < 20


@pytest.mark.parametrize("call", ["create", "connect", "start"])
def test_what_cannot_be_is_rolled_back(call: str) -> None:
    engine = world()
    fail_once(engine, call, Refused("Docker: no such device"))
    refused(turn_on(engine, "web"), Exit.FAILED, "no such device")
    assert engine.shape() == {"containers": {}, "networks": {}}


def test_what_was_there_before_is_not_rolled_back() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.stop("netc-web")
    fail_once(engine, "start", Refused("Docker: no such device"))
    refused(turn_on(engine, "web"), Exit.FAILED, "no such device")
    assert "netc-web" in engine.boxes


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


@given(st.integers(0, 10**6))
@settings(max_examples=4)
def test_twenty_services_at_once(seed: int) -> None:
    async def scenario() -> None:
        engine = FakeEngine()
        chance = random.Random(seed)
        engine.yields = lambda: chance.randrange(5)
        engine.dhcp_delay = 0.5
        for number in range(20):
            engine.run(f"s{number}")
        found = await asyncio.gather(*(turn_on(engine, f"s{number}") for number in range(20)))
        assert len({one.ip for one in found}) == 20
        assert all(one.phase is Phase.BOUND for one in found)
        assert len([net for net in engine.nets.values() if net.ours]) == 1
        engine.run("resident")
        await turn_on(engine, "resident", "eth1")
        await asyncio.gather(*(turn_on(engine, f"s{number}", "eth1") for number in range(20)))
        assert [net.name for net in engine.nets.values() if net.ours] == [lan("eth1")]
        await asyncio.gather(
            down(engine, "resident"), *(down(engine, f"s{number}") for number in range(20))
        )
        assert engine.shape() == {"containers": {}, "networks": {}}

    run(scenario())


@given(st.integers(0, 10**6), st.sampled_from((LOCAL, OLD)))
@settings(max_examples=15)
def test_two_interfaces_on_and_off_at_once(seed: int, version: Any) -> None:
    """Whatever comes first, each service ends as its last command says."""

    async def scenario() -> None:
        engine = FakeEngine(version)
        chance = random.Random(seed)
        engine.yields = lambda: chance.randrange(5)
        for number in range(6):
            engine.run(f"s{number}")
            if number % 3 == 0:
                await turn_on(engine, f"s{number}", f"eth{number % 2}")
        await asyncio.gather(
            *(
                down(engine, f"s{number}")
                if number % 3 == 0
                else turn_on(engine, f"s{number}", f"eth{number % 2}")
                for number in range(6)
            )
        )
        running = {box.name for box in engine.boxes.values() if box.spec and box.running}
        assert running == {"netc-s1", "netc-s2", "netc-s4", "netc-s5"}
        for box in map(engine.own, ("s1", "s2", "s4", "s5")):
            for name, recorded in box.networks.items():
                assert engine.nets[name].id == recorded

    run(scenario())


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_the_same_service_twice_at_once(seed: int) -> None:
    async def scenario() -> None:
        engine = world()
        chance = random.Random(seed)
        engine.yields = lambda: chance.randrange(5)
        found = await asyncio.gather(*(turn_on(engine, "web") for _ in range(3)))
        assert len({one.ip for one in found}) == 1
        fresh = world()
        await turn_on(fresh, "web")
        assert engine.shape() == fresh.shape()

    run(scenario())


# --- what is shown


def test_services_are_listed_with_their_network_containers() -> None:
    async def scenario() -> None:
        engine = world()
        engine.run("old", state="exited")
        engine.run("was", ports=("25/tcp",))
        await turn_on(engine, "web")
        await turn_on(engine, "was")
        engine.stop("was")
        engine.boxes.pop("shop-api-1")
        by_name = {one.name: one for one in await inventory.services(engine)}
        assert sorted(by_name) == ["printer", "was", "web"]
        assert [str(port) for port in by_name["printer"].ports] == ["631/tcp"]
        companion = by_name["web"].network_container
        assert companion is not None
        assert (companion.phase, companion.target) == (
            Phase.BOUND,
            engine.own("web").lease["target"],
        )
        assert sorted(one.name for one in await inventory.services(engine, stopped=True)) == [
            "old", "printer", "was", "web",
        ]  # fmt: skip
        engine.boxes.pop("was")
        gone = next(one for one in await inventory.services(engine) if one.name == "was")
        assert (gone.state, gone.id) == (inventory.GONE, None)
        assert await down(engine, "was")

    run(scenario())


def test_rules_are_shown_with_counters_and_without_docker_s_own() -> None:
    async def scenario() -> None:
        engine = world()
        companion = await turn_on(engine, "web", ports=("80:8080",))
        found = await rules(engine, companion)
        dnat = [rule for rule in found if rule.target.startswith("DNAT")]
        assert [rule.target for rule in dnat] == [f"DNAT --to-destination {companion.target}:8080"]
        jumps = [rule.match for rule in found if rule.target == "NETC-DNAT"]
        assert f"-d {companion.ip}/32 -i eth1" in jumps

    run(scenario())


@pytest.mark.parametrize(
    ("network", "gateways", "bridge"),
    [
        ("listed", ("172.30.0.1",), "172.30.0.1"),
        ("unlisted", (), "172.31.0.1"),  # then the interface is asked
        ("none-at-all", (), None),
    ],
)
def test_on_the_services_side_the_rules_know_the_host_alone(
    network: str, gateways: tuple[str, ...], bridge: str | None
) -> None:
    async def scenario() -> None:
        engine = world()
        engine.network(network, gateways=gateways)
        engine.run("db", network)
        companion = await turn_on(engine, "db")
        jumps = [r.match for r in await rules(engine, companion) if r.target == "NETC-DNAT"]
        from_host = [f"-s {bridge}/32 -d {companion.ip}/32 -i eth0"] if bridge else []
        assert jumps == [f"-d {companion.ip}/32 -i eth1", *from_host]

    run(scenario())


def test_renewing() -> None:
    engine = world()

    async def scenario() -> None:
        found = await turn_on(engine, "web")
        assert (await renew(engine, "web")).ip == found.ip
        engine.dhcp = lambda hostname: False
        await renew(engine, "web", 4)

    refused(scenario(), Exit.NO_LEASE, "is kept while it runs")
    engine.pause("netc-web")
    refused(renew(engine, "web"), Exit.FAILED, "docker unpause netc-web")
    engine.stop("netc-web")
    refused(renew(engine, "web"), Exit.FAILED, "netc up web eth0")


def test_a_plan_can_be_shown_without_being_done() -> None:
    engine = world()
    steps = run(steps_up(engine, "web"))
    assert [type(step) for step in steps] == [
        plan.BuildImage,
        plan.CreateNetwork,
        plan.CreateContainer,
        plan.Connect,
        plan.Start,
    ]
    assert all(str(step) and "\n" not in str(step) for step in steps)
    assert engine.shape() == {"containers": {}, "networks": {}}
    assert sidecar.image() not in engine.images


def test_the_engine_s_regular_containers_are_never_touched() -> None:
    engine = world()
    before = {name: (box.id, box.lives) for name, box in engine.boxes.items()}
    run(turn_on(engine, "web"))
    run(down(engine, "web"))
    assert {name: (box.id, box.lives) for name, box in engine.boxes.items()} == before
    touched = {call[1] for call in engine.calls if call[0] in ("remove", "start", "connect")}
    assert touched == {"netc-web"}
    assert isinstance(run(engine.container("web")), Container)
