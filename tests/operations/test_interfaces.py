"""Interfaces and engines that cannot carry a LAN network are refused, here and on another machine,
whose interfaces a helper tells."""

from typing import Any

import msgspec
import pytest

from netc_tui import sidecar
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Image, Network
from netc_tui.core.plan import Step
from netc_tui.core.ports import Port
from netc_tui.core.protocol import Env
from netc_tui.engine import NoImage, Refused
from netc_tui.operations.interfaces import interfaces, links, place, require_local, seen
from netc_tui.operations.up import Request, preview, up
from tests.machine import link, run
from tests.operations.turning import refused, steps_up, turn_on, world
from tests.twin import LOCAL, FakeEngine
from tests.twin.swarm import member

pytestmark = pytest.mark.usefixtures("machine")
FAR = msgspec.structs.replace(LOCAL, host="ssh://far", name="far", local=False)
NOTHING: dict[str, Any] = {"containers": {}, "networks": {}}
IMAGE = sidecar.image()


def far(built: bool = True) -> FakeEngine:
    """Another machine, whose interfaces are others than this one's."""
    engine = world(FakeEngine(FAR))
    engine.links = (
        link("lo", 1, loopback=True, ether=False),
        link("lan0", 2, addresses=("10.5.0.2/24",)),
        link("lan1", 3),
        link("wifi0", 4, wireless=True),
        link("dark0", 5, carrier=False),
        link("docker0", 6, kind="bridge", addresses=("172.17.0.9/16",)),
    )
    if built:
        engine.images[IMAGE] = Image("sha256:x", {"netc.image.base": "alpine:3.22"})
    return engine


def looks(engine: FakeEngine) -> int:
    return sum(call[0] == "on_host" for call in engine.calls)


@pytest.mark.parametrize(
    ("interface", "words"),
    [("eth7", "no interface"), ("dark0", "no carrier"), ("lo", "loopback")],
)
def test_unfit_interfaces(interface: str, words: str) -> None:
    engine = world()
    refused(turn_on(engine, "web", interface), Exit.INTERFACE, words)
    assert engine.shape() == NOTHING


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"rootless": True}, "this Docker engine runs rootless"),
        ({"rootless": True, "local": False}, "that Docker engine runs rootless"),
        ({"desktop": True}, "Docker Desktop"),
        ({"desktop": True, "local": False}, "Docker Desktop"),
    ],
)
def test_an_engine_without_a_host_s_interfaces(facts: dict[str, Any], words: str) -> None:
    engine = world(FakeEngine(msgspec.structs.replace(LOCAL, **facts)))
    refused(turn_on(engine, "web"), Exit.INTERFACE, words)
    refused(links(engine), Exit.INTERFACE, words)
    assert engine.shape() == NOTHING


def test_of_this_machine_no_helper_is_asked() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    run(interfaces(engine))
    assert looks(engine) == 0


# --- on another machine


def test_its_interfaces_are_judged_as_this_machine_s_are() -> None:
    found = {each.name: each.unfit for each in run(interfaces(far()))}
    assert list(found)[:2] == ["lan0", "lan1"]
    assert found["docker0"] == "it was made by Docker for its own containers"
    assert "wireless" in (found["wifi0"] or "")


@pytest.mark.parametrize(
    ("interface", "words"),
    [
        ("lan7", "no interface 'lan7' on far; did you mean lan"),
        ("eth0", "no interface 'eth0' on far"),
        ("dark0", "interface dark0 is unfit: it has no carrier"),
        ("wifi0", "wireless"),
    ],
)
def test_one_of_them_that_is_unknown_or_unfit_is_refused(interface: str, words: str) -> None:
    engine = far()
    refused(turn_on(engine, "web", interface), Exit.INTERFACE, words)
    assert engine.shape() == NOTHING


def test_a_service_there_is_turned_on_with_one_look() -> None:
    engine = far()
    assert run(turn_on(engine, "web", "lan0")).ip
    spec = engine.boxes["netc-web"].spec
    assert spec is not None
    assert spec.environment[Env.HOST_ADDRESSES] == "10.5.0.2/24"
    assert looks(engine) == 1


def test_the_bridge_s_address_is_the_other_machine_s() -> None:
    """Some engines do not list the gateway of the default bridge."""
    engine = far()
    bridge = engine.nets["bridge"]
    engine.nets["bridge"] = msgspec.structs.replace(bridge, gateways=())
    wanted, _ = run(preview(engine, Request("web", "lan0")))
    assert wanted.bridge == "172.17.0.9"


def test_links_that_are_known_are_not_looked_at_again() -> None:
    engine = far()
    known = engine.links
    run(preview(engine, Request("web", "lan0"), lambda: known))
    assert looks(engine) == 0


def test_without_netc_s_image_a_look_says_how_to_have_it() -> None:
    engine = far(built=False)
    for work in (links(engine), interfaces(engine)):
        error = refused(work, Exit.INTERFACE, "of far are not known before netc's image is there")
        assert "netc image build" in error.message
        assert isinstance(error, NoImage)


def test_without_it_the_plan_says_what_is_not_checked_and_builds_it() -> None:
    engine = far(built=False)
    wanted, steps = run(preview(engine, Request("web", "lan7")))
    assert [type(step).__name__ for step in steps][:2] == ["BuildImage", "CreateNetwork"]
    (remark,) = wanted.remarks
    assert remark.startswith("not checked whether lan7 can carry it: ")
    assert engine.images == {}


def test_turning_on_builds_it_and_looks_before_anything_else_is_made() -> None:
    engine = far(built=False)
    done: list[str] = []
    said: list[str] = []

    def note(step: Step) -> None:
        done.append(type(step).__name__)

    async def work(interface: str) -> Any:
        return await up(engine, Request("web", interface), note, remark=said.append)

    refused(work("lan7"), Exit.INTERFACE, "no interface 'lan7' on far")
    assert done == ["BuildImage"]
    assert engine.shape() == NOTHING
    assert run(work("lan0")).ip
    assert done.count("BuildImage") == 1
    assert said == [], "it was checked"


def test_so_it_is_for_a_service_of_a_swarm() -> None:
    engine = far(built=False)
    engine.engine = msgspec.structs.replace(FAR, swarm=member())
    engine.network("over", "overlay", subnets=("10.0.1.0/24",))
    engine.swarm.run("job", "over", ports=(Port(80, "tcp"),))
    before = engine.shape()
    done: list[str] = []
    said: list[str] = []

    async def work(interface: str) -> Any:
        return await up(
            *(engine, Request("job", interface), lambda step: done.append(type(step).__name__)),
            remark=said.append,
        )

    refused(work("lan7"), Exit.INTERFACE, "no interface 'lan7' on far")
    assert done == ["BuildImage"]
    assert engine.shape() == before
    assert not engine.swarm.there["n1"].labels
    assert run(work("lan0")).ip
    assert done.count("BuildImage") == 1
    assert looks(engine) == 2
    assert not [text for text in said if "not checked" in text]


def test_what_is_refused_anyhow_builds_nothing() -> None:
    engine = far(built=False)
    refused(turn_on(engine, "wbe", "lan0"), Exit.NO_SERVICE, "did you mean web?")
    assert engine.images == {}


def test_the_image_of_another_netc_will_do_to_look() -> None:
    engine = far()
    run(turn_on(engine, "web", "lan0"))
    box = engine.boxes["netc-web"]
    box.image = "netc-sidecar:older"
    engine.images = {"netc-sidecar:older": engine.images[IMAGE]}
    assert "lan0" in [each.name for each in run(links(engine))]


def test_a_look_that_is_refused_is_told_in_one_line() -> None:
    engine = far()

    def before(call: tuple[str, ...]) -> None:
        if call[0] == "on_host":
            raise Refused("Docker: no space left on device")

    engine.before = before
    refused(links(engine), Exit.INTERFACE, "interfaces of far cannot be seen: Docker: no space")
    engine.away = "gone"
    refused(links(engine), Exit.ENGINE, "gone")


def test_what_is_on_already_is_looked_at_once() -> None:
    engine = far()
    run(turn_on(engine, "web", "lan0"))
    engine.calls.clear()
    assert run(steps_up(engine, "web", "lan0")) == ()
    assert looks(engine) == 1


def test_what_is_this_machine_s_own_is_told_so() -> None:
    require_local(LOCAL, "a route")
    with pytest.raises(NetcError) as caught:
        require_local(FAR, "a route is this host's own")
    assert caught.value.code == Exit.INTERFACE
    said = "a route is this host's own, and the engine at ssh://far is a remote one (far);"
    assert said in caught.value.message
    assert (place(LOCAL), place(FAR)) == ("this machine", "far")


def test_the_addresses_there() -> None:
    there = run(seen(far()))
    assert run(there.address("lan1")) is None
    assert run(there.address("nothing")) is None
    assert run(there.address("lan0")) == "10.5.0.2"
    assert run(there.check("lan0", ())) == ("10.5.0.2/24",)
    old = Network("id", "old", "ipvlan", parent="lan0")
    refused(there.check("lan0", (old,)), Exit.INTERFACE, "the ipvlan network old")
