"""Turning on, off and over: from wherever a former run was cut off, to the same end."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netc_tui.operations.down import down
from netc_tui.operations.down import preview as preview_down
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.turning import Killed, kill_at, steps_up, world
from tests.twin import LOCAL, OLD, FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


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
