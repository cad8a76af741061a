"""Turning a service on: what an operator asks for, and the errors that are met."""

import asyncio
from typing import Any

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import NetworkContainer
from netc_tui.core.ports import Forward, Port
from netc_tui.operations import inventory
from netc_tui.operations.down import down
from netc_tui.operations.renew import renew
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


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


@pytest.mark.parametrize(
    ("had", "interface", "asks"),
    [
        (b"192.168.77.10 192.168.77.1\n", "eth0", b"192.168.77.10\n"),
        (b"192.168.77.10 192.168.77.1\n", "eth1", None),
        (b"$(reboot) \xff\n", "eth0", None),
        (None, "eth0", None),
    ],
    ids=["of it", "of another LAN", "no address", "unknown"],
)
def test_one_that_is_made_anew_asks_for_the_address_that_it_had(
    had: bytes | None, interface: str, asks: bytes | None
) -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine, "web")
        old = engine.own("web")
        old.files.pop("address")
        if had is not None:
            old.files["address"] = had
        await up(engine, Request("web", interface, ports=("8080:80",)))
        assert engine.own("web").id != old.id
        assert engine.own("web").files.get("former-address") == asks

    run(scenario())


def test_an_unknown_service_offers_the_nearest() -> None:
    engine = world()
    refused(turn_on(engine, "wep"), Exit.NO_SERVICE, "did you mean web?")
    refused(turn_on(engine, "qqqqqq"), Exit.NO_SERVICE, "`netc ls`")
    refused(down(engine, "wep"), Exit.NO_SERVICE, "did you mean web?")
    refused(renew(engine, "wep"), Exit.NO_SERVICE, "did you mean web?")
    refused(turn_on(engine, "a\nb\x1b[2J"), Exit.NO_SERVICE, "no service")
    run(turn_on(engine, "web"))
    refused(turn_on(engine, "netc-web"), Exit.NO_SERVICE, "network container itself")
    refused(inventory.turned_on(engine, "printer"), Exit.NO_SERVICE, "netc up printer INTERFACE")


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


def test_an_image_that_cannot_be_had() -> None:
    engine = world()
    engine.registry = False
    refused(turn_on(engine, "web"), Exit.FAILED, "netc image build --base host")
    assert engine.shape() == {"containers": {}, "networks": {}}


def test_a_move_that_is_broken_off_leaves_no_network_behind() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine, "web", interface="eth0")
        engine.dhcp = lambda hostname: False
        moving = asyncio.create_task(up(engine, Request("web", "eth1", timeout=600)))
        await asyncio.sleep(3)
        assert "netc-lan-eth1" in engine.boxes["netc-web"].networks
        moving.cancel()
        await asyncio.gather(moving, return_exceptions=True)
        assert "netc-lan-eth0" not in engine.nets
        assert "netc-lan-eth1" in engine.nets

    run(scenario())
