"""Which containers are network containers, and whose: whatever was renamed or made by hand."""

import shlex
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui import sidecar
from netc_tui.core.errors import Exit
from netc_tui.core.health import State
from netc_tui.core.lease import Event
from netc_tui.core.model import OWN, Container, Labels
from netc_tui.core.ownership import owned, paired, service_fault, services
from netc_tui.core.protocol import Hop
from netc_tui.operations import inventory
from netc_tui.operations.down import down
from netc_tui.operations.up import Request, preview, up
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def listed(engine: FakeEngine) -> dict[str, Any]:
    return {one.name: one for one in run(inventory.services(engine, stopped=True))}


def on(engine: FakeEngine) -> dict[str, str]:
    """Which services have which network container."""
    return {
        name: one.network_container.name
        for name, one in listed(engine).items()
        if one.network_container is not None
    }


def test_a_service_that_is_gone_is_not_another_whose_id_is_its_name() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    other = next(one.id for one in run(engine.containers()) if one.name == "web")[:12]
    engine.run(other)
    run(turn_on(engine, other))
    engine.discard(other)
    assert run(down(engine, other))
    assert on(engine) == {"web": "netc-web"}


# --- a network container that was renamed


def test_a_renamed_one_is_found_changed_and_turned_off() -> None:
    engine = world()
    made = run(turn_on(engine, "web"))
    engine.rename("netc-web", "mine")
    assert on(engine) == {"web": "mine"}
    assert "mine" not in listed(engine)
    assert run(preview(engine, Request("web", "eth0")))[1] == ()
    again = run(turn_on(engine, "web"))
    assert (again.name, again.ip) == ("mine", made.ip)
    moved = run(turn_on(engine, "web", "eth1"))
    assert (moved.name, moved.mac) == ("netc-web", made.mac)
    assert "mine" not in engine.boxes
    engine.rename("netc-web", "mine")
    assert run(down(engine, "web"))
    assert engine.shape() == {"containers": {}, "networks": {}}


def test_a_renamed_one_that_was_stopped_is_started() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.rename("netc-web", "mine")
    engine.kill("mine")
    assert run(turn_on(engine, "web")).name == "mine"
    assert engine.boxes["mine"].running


def test_two_of_one_service_become_one() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.copy("netc-web", "copy")
    assert on(engine) == {"web": "netc-web"}
    run(turn_on(engine, "web"))
    assert "copy" not in engine.boxes
    engine.copy("netc-web", "copy")
    run(down(engine, "web"))
    assert engine.shape() == {"containers": {}, "networks": {}}


# --- a service that was renamed


def test_a_renamed_service_is_found_by_its_id_and_the_way_out_is_told() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.rename("web", "shop")
    assert on(engine) == {"shop": "netc-web"}
    found = listed(engine)["shop"].network_container
    assert found.service == "shop"
    assert "web is called shop now" in found.message
    assert "netc up shop eth0" in found.message
    made = run(turn_on(engine, "shop"))
    assert (made.name, made.message) == ("netc-shop", None)
    assert on(engine) == {"shop": "netc-shop"}


@pytest.mark.parametrize("name", ["web", "shop"])
def test_a_renamed_service_is_turned_off_by_either_name(name: str) -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.rename("web", "shop")
    assert run(down(engine, name))
    assert engine.shape() == {"containers": {}, "networks": {}}


def test_a_new_service_of_the_old_name_goes_before_the_old_one() -> None:
    """Blue and green: the old container is renamed, the new one gets the name."""
    engine = world()
    run(turn_on(engine, "web"))
    engine.rename("web", "web-old")
    engine.run("web")
    assert on(engine) == {"web": "netc-web"}
    assert listed(engine)["web-old"].network_container is None
    run(turn_on(engine, "web-old"))
    assert on(engine) == {"web": "netc-web", "web-old": "netc-web-old"}
    assert run(down(engine, "web-old"))
    assert on(engine) == {"web": "netc-web"}


# --- what only looks like one


def forged(engine: FakeEngine, **facts: Any) -> dict[str, str]:
    run(turn_on(engine, "web"))
    labels = dict(engine.own("web").labels)
    run(down(engine, "web"))
    return labels | facts


@pytest.mark.parametrize("name", ["netc-web", "innocent"])
@pytest.mark.parametrize("image", ["evil:1", "nginx:1"])
def test_labels_alone_do_not_make_one(name: str, image: str) -> None:
    engine = world()
    engine.run(name, labels=forged(engine), image=image)
    assert on(engine) == {}
    assert name in listed(engine)
    if name == "netc-web":
        refused(turn_on(engine, "web"), Exit.FAILED, "netc-web is taken")
        refused(down(engine, "web"), Exit.FAILED, "netc-web is taken")
    else:
        run(turn_on(engine, "web"))
        run(down(engine, "web"))
    assert engine.boxes[name].running


def test_a_service_whose_image_has_netc_s_labels_is_a_service() -> None:
    engine = world()
    engine.run("shop", labels=forged(engine, **{"netc.service": "shop"}), image="evil:1")
    made = run(turn_on(engine, "shop"))
    assert made.service == "shop"
    assert on(engine) == {"shop": "netc-shop"}
    assert run(down(engine, "shop"))
    assert engine.boxes["shop"].running


def test_one_whose_image_gave_its_name_away_is_still_one() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    run(engine.import_image(sidecar.image(), b"", {}))
    (own,) = owned(run(engine.containers()))
    assert own.container.image.startswith("sha256:")
    assert on(engine) == {"web": "netc-web"}
    run(turn_on(engine, "web"))  # it is made anew, of the image that has the name now
    (own,) = owned(run(engine.containers()))
    assert own.container.image == sidecar.image()
    assert not engine.nameless


# --- whatever was done by hand

NAMES = st.sampled_from(("web", "shop", "netc-web", "netc-shop", "mine", "printer"))


@given(st.lists(st.tuples(NAMES, NAMES), max_size=5))
def test_whatever_was_renamed_each_container_is_one_thing(
    renames: list[tuple[str, str]],
) -> None:
    engine = world()
    run(turn_on(engine, "web"))
    run(turn_on(engine, "printer"))
    for before, after in renames:
        if before in engine.boxes and after not in engine.boxes:
            engine.rename(before, after)
    containers = run(engine.containers())
    made = {own.container.id for own in owned(containers)}
    assert len(made) == 2
    assert made | {one.id for one in services(containers)} == {one.id for one in containers}
    assert made == {own.container.id for several in paired(containers).values() for own in several}
    assert all(OWN in own.container.labels for own in owned(containers))
    # All of it can be turned off again, and nothing else is.
    others = {one.id for one in services(containers)}
    for service in list(on(engine)):
        run(down(engine, service))
    assert {box.id for box in engine.boxes.values()} == others
    assert engine.shape()["networks"] == {}


# --- what the listing knows of a service, whatever its network container has heard


def network_container(**labels: str) -> Container:
    known = Labels(
        schema=1, service="web", service_id="id-web", interface="eth0", network="bridge",
        lan="netc-lan-eth0", target="web", ports="80/tcp", mac="02:00:00:00:00:01",
        client_id="01", hostname="web",
    )  # fmt: skip
    as_labels = msgspec.structs.replace(known, **labels).as_docker()
    return Container("id-netc", "netc-web", sidecar.image(), "running", "Up", "bridge",
                     labels=as_labels, own_image=True)  # fmt: skip


def service(name: str = "web", state: str = "running", **facts: Any) -> Container:
    facts = {"id": "id-web", "addresses": {"bridge": "172.17.0.2"}, **facts}
    return Container(name=name, image="i", state=state, status="", network_mode="bridge", **facts)


def test_two_services_that_took_each_others_names_were_not_made_anew() -> None:
    containers = (network_container(), service(id="other"), service("old", id="id-web"))
    fault = str(service_fault(owned(containers)[0], containers))
    assert "web is another container now, and the former one is called old" in fault


@pytest.mark.parametrize(
    ("labels", "there", "words"),
    [
        ({}, service(), None),
        ({}, service(state="exited"), "web does not run (exited); start it with: docker start web"),
        ({}, service(state="restarting"), "what it says is in its log: docker logs --tail 20 web"),
        ({}, service(state="paused"), "web is paused; let it go on with: docker unpause web"),
        ({}, service("other", id="x"), "web is gone; end this with: netc down web"),
        ({}, service(id="another"), "web was made anew"),
        ({"network": "own"}, service(id="another", addresses={"own": "10.0.0.2"}), None),
        ({"network": "own"}, service(), "it is on bridge; follow it with: netc up web eth0"),
        (
            {"network": "own"},
            service(addresses={}),
            "put it back with: docker network connect own web",
        ),
        ({"target": ""}, service(id="another", addresses={}), None),
        ({"target": "owner"}, service(), "owner is gone"),
    ],
)
def test_a_service_that_cannot_be_reached_is_told_with_the_way_out(
    labels: dict[str, str], there: Container, words: str | None
) -> None:
    containers = (network_container(**labels), there)
    (own,) = owned(containers)
    fault = service_fault(own, containers)
    assert fault is words is None or words in str(fault)
    healthy = Event("checked", datetime.now(UTC), ip="10.77.0.5", target="172.17.0.2",
                    health="healthy")  # fmt: skip
    found = inventory.standing(own, healthy, containers=containers).health
    assert (found.state, found.hop) == (
        (State.HEALTHY, None) if words is None else (State.BROKEN, Hop.SERVICE)
    )
    # What is broken before the service is told first.
    silent = Event("health", datetime.now(UTC), health="broken", hop="lan", reason="no carrier")
    assert inventory.standing(own, silent, containers=containers).health.hop == Hop.LAN


# --- the command that makes it anew


def request_of(text: str) -> Request:
    """What a command line asks for."""
    netc, up, service, interface, *options = shlex.split(text)
    assert (netc, up) == ("netc", "up")
    given: dict[str, Any] = {"ports": ()}
    while options:
        name = options.pop(0).removeprefix("--").replace("-", "_")
        match name:
            case "private_network":
                given[name] = True
            case "port":
                given["ports"] += (options.pop(0),)
            case _:
                given[name] = options.pop(0)
    return Request(service, interface, **given)


@pytest.mark.parametrize(
    ("service", "chosen", "said"),
    [
        ("web", {}, ""),
        ("shop-api-1", {}, ""),
        (
            "web",
            {"ports": ("8080:80", "9000-9009:5000-5009/udp")},
            " --port 8080:80/tcp --port 9000",
        ),
        ("web", {"hostname": "shop"}, " --hostname shop"),
        ("web", {"mac": "02:00:00:00:00:07"}, " --mac 02:00:00:00:00:07"),
        ("web", {"seed": "home"}, " --seed home"),
        ("web", {"private_network": True}, " --private-network"),
        ("both", {"network": "side"}, " --network side"),
        ("host", {"ports": ("80",)}, " --port 80/tcp"),
    ],
)
def test_what_was_chosen_is_said_again(service: str, chosen: dict[str, Any], said: str) -> None:
    engine = world()
    engine.network("side")
    engine.run("both", "bridge", "side", ports=("80/tcp",))
    engine.run("host", mode="host")
    run(up(engine, Request(service, "eth0", **chosen)))
    own = listed(engine)[service].network_container
    assert own.again.startswith(f"netc up {service} eth0{said}")
    assert own.again == f"netc up {service} eth0" or said
    assert run(preview(engine, request_of(own.again)))[1] == (), "and so nothing changes"
    # Of one that does not run nobody knows the ports.
    engine.stop(own.name)
    engine.stop(service)
    own = listed(engine)[service].network_container
    assert own.remedy.endswith(own.again)
    engine.boxes[service].state = "running"
    steps = run(preview(engine, request_of(own.again)))[1]
    assert [type(step).__name__ for step in steps if type(step).__name__ == "RemoveContainer"] == []
