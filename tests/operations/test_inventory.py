"""Services put together from what was read: containers, ports, leases."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from netc_tui.core.lease import Event, Phase
from netc_tui.core.model import Container, Ended, Labels
from netc_tui.core.ports import Port
from netc_tui.engine import Refused
from netc_tui.operations import inventory
from netc_tui.operations.down import down
from tests.machine import run
from tests.operations.turning import on_the_lan, turn_on, world
from tests.twin import FakeEngine

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LABELS = Labels(
    schema=1,
    service="web",
    service_id="i-web",
    interface="eth0",
    network="bridge",
    lan="netc-eth0",
    target="web",
    ports="80/tcp",
    mac="02:00:00:00:00:01",
    client_id="01",
    hostname="web",
).as_docker()
LOST = {"netc.service": "lost", "netc.service-id": "i-lost"}
LEASE = Event(
    "bound",
    NOW,
    ip="10.0.0.7",
    prefix=24,
    bound_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    target="172.17.0.2",
)


def container(name: str, **facts: Any) -> Container:
    image = "netc-sidecar:0" if "labels" in facts and name.startswith("netc-") else "image"
    plain = Container(f"i-{name}", name, image, "running", "Up 2 hours", "bridge")
    return msgspec.structs.replace(plain, **facts)


def test_assembled_without_asking_anybody() -> None:
    project = {"com.docker.compose.project": "shop", "com.docker.compose.service": "api"}
    containers = (
        container("web", ports=(Port(80, "tcp"),), health="unhealthy"),
        container("netc-web", labels=LABELS),
        container("shop-api-1", labels=project),
        container("printer", network_mode="host"),
        container("off", state="exited"),
        container("netc-lost", labels=LABELS | LOST, state="exited"),
    )
    ports = {"i-printer": (Port(631, "tcp"),)}
    leases = {"i-netc-web": LEASE, "i-gone": LEASE, "i-netc-lost": None}
    found = {one.name: one for one in inventory.assemble(containers, ports, leases, NOW)}
    assert list(found) == ["lost", "printer", "shop-api-1", "web"]
    assert found["web"].health == "unhealthy"
    assert found["web"].ports == (Port(80, "tcp"),)
    assert found["printer"].ports == (Port(631, "tcp"),)
    assert (found["shop-api-1"].project, found["shop-api-1"].compose) == ("shop", "api")
    assert (found["printer"].project, found["printer"].compose) == (None, None)
    own = found["web"].network_container
    assert own is not None
    assert (own.ip, own.phase) == ("10.0.0.7", Phase.BOUND)
    lost = found["lost"]
    assert (lost.id, lost.state, lost.health) == (None, inventory.GONE, None)
    assert lost.network_container is not None
    assert lost.network_container.phase is Phase.STOPPED
    later = inventory.assemble(containers, ports, leases, NOW + timedelta(hours=2), stopped=True)
    assert [one.name for one in later] == ["lost", "off", "printer", "shop-api-1", "web"]
    expired = later[-1].network_container
    assert expired is not None
    assert expired.phase is Phase.EXPIRED


@pytest.mark.parametrize(
    "missing",
    sorted(
        set(LABELS)
        - {"netc.schema", "netc.target", "netc.rules", "netc.keeper", "netc.dns-name"}
        - {"netc.seed", "netc.moved"}
    ),
)
def test_labels_that_are_not_whole_hide_no_service(missing: str) -> None:
    labels = {key: value for key, value in LABELS.items() if key != missing}
    containers = (container("web"), container("netc-web", labels=labels))
    found = inventory.assemble(containers, {}, {"i-netc-web": LEASE}, NOW, stopped=True)
    # What is no network container is a service, whatever its labels.
    assert [one.name for one in found] == ["netc-web", "web"]
    assert [one.network_container for one in found] == [None, None]


@pytest.mark.parametrize(
    "wrong",
    [{"netc.schema": "x"}, {"netc.schema": ""}, {"netc.ports": "\0,99999/tcp,,x"}, {"netc.": "x"}],
)
def test_labels_that_make_no_sense(wrong: dict[str, str]) -> None:
    containers = (container("web"), container("netc-web", labels=LABELS | wrong))
    found = inventory.assemble(containers, {}, {}, NOW)
    assert "web" in [one.name for one in found]


def test_services_stand_in_the_order_of_their_numbers() -> None:
    containers = tuple(map(container, ("n59", "n6", "n100")))
    found = inventory.assemble(containers, {}, {}, NOW)
    assert [one.name for one in found] == ["n6", "n59", "n100"]


def test_nothing() -> None:
    assert inventory.assemble((), {}, {}, NOW) == ()


def test_whose_listing_is_silent() -> None:
    assert inventory.silent(container("printer", network_mode="host"))
    assert inventory.silent(container("behind", network_mode="container:abc"))
    assert not inventory.silent(container("web"))
    ours = container("netc-web", network_mode="host", labels=LABELS)
    assert not inventory.silent(ours)


# --- one that does not run


def test_docker_s_error_and_the_command_that_mends_it() -> None:
    linked = LABELS | {"netc.network": "bridge", "netc.target": "web"}
    for state, remedy in (
        ("running", "netc up web eth0"),
        ("exited", "docker start web && netc up web eth0"),
    ):
        containers = (
            container("web", state=state, ports=(Port(80, "tcp"),)),
            container("netc-web", labels=linked, state="exited"),
        )
        known = {"i-netc-web": Ended(128, "Cannot link to a non running container: /web")}
        (one,) = inventory.assemble(containers, {}, {}, NOW, known=known)
        own = one.network_container
        assert own is not None
        assert (own.remedy, own.ended) == (remedy, known["i-netc-web"])
        assert "Cannot link to a non running container" in str(own.health)
        assert str(own.health).count(remedy) == 1
        assert own.health.finding is not None
        assert str(own.health.finding).count(remedy) == 1, "not in the cause as well"


def test_one_that_runs_has_no_remedy() -> None:
    containers = (container("web"), container("netc-web", labels=LABELS))
    (one,) = inventory.assemble(containers, {}, {"i-netc-web": LEASE}, NOW)
    own = one.network_container
    assert own is not None
    assert (own.remedy, own.ended) == (None, None)


# --- logs that hang, fail or were cut


def held(engine: FakeEngine) -> dict[str, Any]:
    return {one.name: one.network_container for one in run(inventory.services(engine))}


def without(engine: FakeEngine, service: str, call: str) -> None:
    """This call for this one's network container hangs for ever."""
    answer = getattr(engine, call)

    async def hang(name: str, *arguments: Any) -> Any:
        if name == f"netc-{service}":
            await asyncio.sleep(1e6)
        return await answer(name, *arguments)

    setattr(engine, call, hang)


@pytest.mark.usefixtures("machine")
def test_a_log_that_hangs_is_marked_and_holds_up_no_other() -> None:
    services = [f"s{number:02}" for number in range(30)]
    engine = on_the_lan(*services)
    without(engine, "s07", "log")
    without(engine, "s07", "read_file")

    async def timed() -> tuple[Any, float]:
        began = asyncio.get_running_loop().time()
        found = await inventory.services(engine)
        return found, asyncio.get_running_loop().time() - began

    found, took = run(timed())
    assert took < 10
    by_name = {one.name: one.network_container for one in found}
    assert all(by_name[name].ip for name in services if name != "s07")
    assert by_name["s07"].ip is None
    assert "its log does not answer" in by_name["s07"].message
    assert "its log does not answer" in str(by_name["s07"].health)


@pytest.mark.usefixtures("machine")
def test_a_log_that_fails_is_marked_alone() -> None:
    engine = on_the_lan("web", "shop")

    def fail(call: tuple[str, ...]) -> None:
        if call[:2] in (("log", "netc-web"), ("read_file", "netc-web")):
            raise Refused("Docker: configured logging driver does not support reading")

    engine.before = fail
    found = held(engine)
    assert found["shop"].ip
    assert found["shop"].message is None
    assert "does not support reading" in found["web"].message


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("how", ["cut", "hangs", "fails", "rubbish"])
def test_the_state_is_known_without_the_log(how: str) -> None:
    engine = on_the_lan("web")
    before = held(engine)["web"]
    if how == "cut":
        engine.own("web").log.clear()
    elif how == "hangs":
        without(engine, "web", "log")
    elif how == "rubbish":
        engine.own("web").log = [(0.0, b"rubbish")] * 50
    else:

        def fail(call: tuple[str, ...]) -> None:
            if call[0] == "log":
                raise Refused("Docker: no such file")

        engine.before = fail
    after = held(engine)["web"]
    assert after.ip == before.ip is not None
    assert (after.message is None) == (how in ("cut", "rubbish"))


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("text", [b"", b"{", b"\xff" * 100])
def test_a_state_that_makes_no_sense_is_none(text: bytes) -> None:
    engine = on_the_lan("web")
    engine.own("web").log.clear()
    engine.own("web").files["state"] = text
    assert held(engine)["web"].ip is None


@pytest.mark.usefixtures("machine")
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
        own = by_name["web"].network_container
        assert own is not None
        assert (own.phase, own.target) == (
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
