"""Private networks: the way without a link to a service on the default bridge."""

from contextlib import suppress

import msgspec
import pytest

from netc_tui.core import plan
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Network
from netc_tui.core.protocol import Env
from netc_tui.engine import Refused
from netc_tui.operations.down import down
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.private import NAME, NOTHING, steps_up, turn_on
from tests.operations.turning import Killed, kill_at, refused, world

pytestmark = pytest.mark.usefixtures("machine")


def test_the_service_is_found_by_name_on_a_network_that_only_it_is_on() -> None:
    async def scenario() -> None:
        engine = world()
        found = await turn_on(engine)
        spec = engine.own("web").spec
        assert spec is not None
        made = engine.nets[NAME]
        assert (made.internal, made.driver, made.private) == (True, "bridge", "web")
        assert (spec.network, spec.link) == (NAME, None)
        assert spec.environment[Env.LOOKUP] == "dns"
        assert spec.environment[Env.NAME] == "web"
        assert spec.environment[Env.PTR] == f"web.{NAME}"
        assert spec.environment[Env.SVC_SUBNETS] == made.subnets[0]
        assert found.target == engine.boxes["web"].addresses[NAME]
        assert set(engine.boxes["web"].networks) == {"bridge", NAME}
        # The rules know the host's address there before the network is made: nothing is to do.
        assert await steps_up(engine) == ()

    run(scenario())


@pytest.mark.parametrize("first", [True, False])
def test_the_same_call_leads_to_the_same_end_whichever_way_it_was_before(first: bool) -> None:
    async def scenario() -> None:
        engine, fresh = world(), world()
        await turn_on(engine, private_network=first)
        await turn_on(engine, private_network=not first)
        await turn_on(fresh, private_network=not first)
        assert engine.shape() == fresh.shape()
        assert (NAME in engine.nets) is not first

    run(scenario())


def test_a_service_made_anew_is_connected_and_its_network_container_kept() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine)
        kept = engine.own("web").id
        engine.anew("web")
        assert [str(step).partition(",")[0] for step in await steps_up(engine)] == ["connect web"]
        await turn_on(engine)
        assert engine.own("web").id == kept
        assert NAME in engine.boxes["web"].networks

    run(scenario())


@pytest.mark.parametrize("state", ["stopped", "gone", "renamed", "paused"])
def test_off_undoes_it_however_the_service_is(state: str) -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine)
        box = engine.boxes["web"]
        match state:
            case "stopped":
                engine.stop("web")
            case "gone":
                del engine.boxes["web"]
            case "renamed":
                box.name = "shop"
                engine.boxes["shop"] = engine.boxes.pop("web")
            case "paused":
                engine.pause("web")
        assert await down(engine, "web")
        assert engine.shape() == NOTHING
        assert set(box.networks) == {"bridge"} or state == "gone"
        if state == "stopped":  # Docker starts nothing on a network that is not there any more
            engine.start_again("web")

    run(scenario())


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("off", [True, False])
def test_killed_anywhere_and_given_again_it_leads_to_the_same_end(number: int, off: bool) -> None:
    async def scenario() -> None:
        engine, fresh = world(), world()
        await turn_on(fresh)
        if off:
            await turn_on(engine)
        with suppress(Killed):
            if off:
                await down(engine, "web", kill_at(number))
            else:
                request = Request("web", "eth0", private_network=True)
                await up(engine, request, kill_at(number))
        if off:
            await down(engine, "web")
            assert engine.shape() == NOTHING
        else:
            await turn_on(engine)
            assert engine.shape() == fresh.shape()

    run(scenario())


def test_what_a_killed_run_left_is_removed_by_the_next_for_another_service() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine)
        del engine.boxes["netc-web"]  # docker rm -f
        await turn_on(engine, "printer")
        assert NAME not in engine.nets
        assert set(engine.boxes["web"].networks) == {"bridge"}

    run(scenario())


@pytest.mark.parametrize("call", ["connect", "start", "create"])
def test_what_cannot_be_is_rolled_back(call: str) -> None:
    engine = world()

    def fail(done: tuple[str, ...]) -> None:
        if done[0] == call:
            raise Refused("Docker: no such device")

    engine.before = fail
    refused(turn_on(engine), Exit.FAILED, "no such device")
    assert engine.shape() == NOTHING


def test_a_network_pruned_while_all_was_stopped_keeps_the_service_from_starting_no_longer() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine)
        engine.stop("web")
        engine.stop("netc-web")
        del engine.nets[NAME]
        with pytest.raises(NetcError):
            engine.start_again("web")
        await down(engine, "web")
        engine.start_again("web")
        assert engine.shape() == NOTHING

    run(scenario())


def test_a_stranger_on_it_is_taken_off() -> None:
    async def scenario() -> None:
        engine = world()
        await turn_on(engine)
        engine.run("stranger")
        await engine.connect("stranger", NAME)
        await turn_on(engine)
        assert set(engine.boxes["stranger"].networks) == {"bridge"}
        assert set(engine.boxes["web"].networks) == {"bridge", NAME}

    run(scenario())


def test_services_that_need_none_are_reached_as_ever() -> None:
    async def scenario() -> None:
        engine = world()
        engine.network("front")
        engine.run("many", "bridge", "front")
        for service, over in (
            ("shop-api-1", "shop_default"),
            ("printer", "bridge"),
            ("many", "front"),
        ):
            assert (await turn_on(engine, service)).network == over
        assert not [net for net in engine.nets.values() if net.private]

    run(scenario())


def test_it_can_be_chosen_by_its_name_and_the_link_by_that_of_the_bridge() -> None:
    async def scenario() -> None:
        engine = world()
        engine.network("front")
        engine.run("many", "bridge", "front")
        by_name = {"network": "netc-private-many", "private_network": False}
        assert (await turn_on(engine, "many", **by_name)).network == "netc-private-many"
        assert await steps_up(engine, "many", **by_name) == ()
        by_id = {**by_name, "network": engine.nets["netc-private-many"].id}
        assert await steps_up(engine, "many", **by_id) == ()
        assert (await turn_on(engine, "many", network="bridge")).network == "bridge"
        # What netc connected it to is none of its own networks.
        error = "it is on: bridge, front"
        await turn_on(engine, "many", **by_name)
        with pytest.raises(NetcError, match=error):
            await steps_up(engine, "many", network="back")
        with pytest.raises(NetcError, match="not on the default bridge"):
            await steps_up(engine, "shop-api-1", network="netc-private-shop-api-1")

    run(scenario())


def test_a_service_that_uses_the_network_of_another_container() -> None:
    async def scenario() -> None:
        engine = world()
        engine.run("vpn")
        engine.run("behind", mode="container:vpn", ports=("80/tcp",))
        await turn_on(engine, "behind")
        spec = engine.own("behind").spec
        assert spec is not None
        assert spec.environment[Env.PTR] == "vpn.netc-private-behind"
        assert set(engine.boxes["vpn"].networks) == {"bridge", "netc-private-behind"}
        await down(engine, "behind")
        assert engine.shape() == NOTHING

    run(scenario())


@pytest.mark.parametrize("labels", [{}, {"netc.schema": "1", "netc.service": "other"}])
def test_a_network_of_that_name_that_is_not_netc_s_stays(labels: dict[str, str]) -> None:
    engine = world()
    engine.network(NAME, internal=True, labels=labels)
    refused(turn_on(engine), Exit.FAILED, f"docker network rm {NAME}")
    assert NAME in engine.nets


def test_forty_of_them_have_subnets_of_their_own() -> None:
    known: tuple[Network, ...] = ()
    for number in range(40):
        made = plan.private_network(f"s{number}", known)
        known = (*known, msgspec.structs.replace(made, id=str(number)))
        assert plan.private_network(f"s{number}", known) == known[-1]
    assert len({network.subnets for network in known}) == 40
    assert all(network.subnets[0].endswith("/28") for network in known)
