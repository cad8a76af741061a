"""Several netcs at work at once."""

import asyncio
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import Phase
from netc_tui.operations.down import down
from netc_tui.operations.move import Move, move
from tests.machine import run
from tests.operations.turning import turn_on, world
from tests.twin import LOCAL, OLD, FakeEngine, lan

pytestmark = pytest.mark.usefixtures("machine")


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


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_who_asked_for_another_interface_is_not_told_that_it_is_there(seed: int) -> None:
    async def scenario() -> None:
        engine = world()
        chance = random.Random(seed)
        engine.yields = lambda: chance.randrange(5)
        engine.dhcp_delay = 0.2
        asked = ["eth0", "eth1", "eth0", "eth1"]
        found = await asyncio.gather(
            *(turn_on(engine, "web", interface) for interface in asked), return_exceptions=True
        )
        for interface, result in zip(asked, found, strict=True):
            if isinstance(result, NetcError):
                assert "netc-web" in result.message  # two of one service cannot both have it
            else:
                assert result.interface == interface

    run(scenario())


@pytest.mark.parametrize("elsewhere", [False, True])
@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_one_move_that_is_given_twice(elsewhere: bool, seed: int) -> None:
    """In two terminals: whatever becomes of the second, the address is where it was to go."""

    async def scenario() -> None:
        engine, there = world(), FakeEngine()
        there.engine = msgspec.structs.replace(there.engine, id="OTHER", name="host2")
        there.run("web")
        engine.run("green")
        target = there if elsewhere else engine
        asked = Move("web", place="host2") if elsewhere else Move("web", "green")
        own = await turn_on(engine, "web")
        chance = random.Random(seed)
        engine.yields = there.yields = lambda: chance.randrange(5)
        came = await asyncio.gather(
            *(move(engine, target, asked) for _ in range(2)), return_exceptions=True
        )
        ends = [each if isinstance(each, BaseException) else each.ip for each in came]
        assert all(isinstance(each, NetcError) or each == own.ip for each in ends), ends
        assert own.ip in ends, ends
        heir = target.own("web" if elsewhere else "green")
        assert heir.lease["ip"] == own.ip
        assert "netc-web" not in engine.boxes

    run(scenario())
