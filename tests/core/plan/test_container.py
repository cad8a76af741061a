"""What a network container is told, and what Compose sees of it."""

import hashlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netc_tui.operations.rules import rules
from netc_tui.operations.up import Request, preview, up
from tests.machine import LINKS, run
from tests.operations.turning import turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


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


def test_only_an_identity_from_elsewhere_is_told_of_on_the_lan() -> None:
    engine = world()
    run(up(engine, Request("web", "eth1"), links=lambda: LINKS))
    assert told(engine, "web")["TELLS"] == ""
    run(up(engine, Request("web", "eth1", seed="home"), links=lambda: LINKS))
    assert told(engine, "web")["TELLS"] == "takes", "who names it takes it"
    run(up(engine, Request("web", "eth1", ports=("81:80",)), links=lambda: LINKS))
    assert told(engine, "web")["TELLS"] == "yes"


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
        engine.network(network, gateways=gateways, bridge=f"br-{network}")
        engine.run("db", network)
        own = await turn_on(engine, "db")
        jumps = [r.match for r in await rules(engine, own) if r.target == "NETC-DNAT"]
        from_host = [f"-s {bridge}/32 -d {own.ip}/32 -i eth0"] if bridge else []
        assert jumps == [f"-d {own.ip}/32 -i eth1", *from_host]

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
