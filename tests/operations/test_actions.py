"""The phases of turning a service on: before the lease, when it is bound, at the end."""

from typing import Any, ClassVar

import pytest

from netc_tui.core import plan, swarm_steps
from netc_tui.core.errors import Exit
from netc_tui.core.lease import Event
from netc_tui.core.plan import Step, When
from netc_tui.engine import Conflict, Refused
from netc_tui.operations.actions import Actors, do, undo
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import FakeEngine, lan

pytestmark = pytest.mark.usefixtures("machine")


class Publish(Step, frozen=True, tag=True):
    """Tell the address of a service, as a DNS record would."""

    service: str
    when: ClassVar[When] = When.BOUND

    def __str__(self) -> str:
        return f"publish {self.service}"


TOLD: list[tuple[str, str | None]] = []
"""Services and their addresses, as they were published."""
TROUBLE: list[Exception] = []
"""What publishing meets first."""


@do.register
async def _(step: Publish, actors: Actors, bound: Event | None) -> None:
    if TROUBLE:
        raise TROUBLE.pop()
    assert bound is not None
    TOLD.append((step.service, bound.ip))


@undo.register
async def _(step: Publish, actors: Actors) -> None:
    TOLD.pop()


@pytest.fixture(autouse=True)
def _published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each plan that turns a service on publishes its address, too."""
    decide = plan.up

    def with_address(world: plan.World, wanted: plan.Wanted) -> tuple[Step, ...]:
        return (*decide(world, wanted), Publish(wanted.service))

    monkeypatch.setattr(plan, "up", with_address)
    TOLD.clear()
    TROUBLE.clear()


def course(engine: FakeEngine, service: str, interface: str, **facts: Any) -> list[str]:
    """All that is done and heard, in its order."""
    found: list[str] = []
    work = up(
        engine,
        Request(service, interface, **facts),
        report=lambda step: found.append(type(step).__name__),
        heard=lambda event: found.append(event.event),
    )
    run(work)
    return found


def test_what_needs_the_address_is_done_when_it_is_bound_and_what_is_left_goes_last() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    TOLD.clear()
    found = course(engine, "web", "eth1")
    assert found == [
        *("RemoveContainer", "CreateNetwork", "CreateContainer", "Connect", "Start"),
        *("start", "target", "discover", "bound"),
        "Publish",
        "RemoveNetwork",
    ]
    assert [("web", engine.own("web").lease["ip"])] == TOLD


def test_an_address_that_is_bound_already_is_handed_on_too() -> None:
    engine = world()
    first = run(turn_on(engine, "web"))
    TOLD.clear()
    assert course(engine, "web", "eth0") == ["Publish"]
    assert [("web", first.ip)] == TOLD


def test_without_a_lease_nothing_is_published_and_what_is_left_goes_all_the_same() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    TOLD.clear()
    engine.dhcp = lambda hostname: False
    refused(turn_on(engine, "web", "eth1", timeout=5), Exit.NO_LEASE, "within 5 s")
    assert TOLD == []
    assert engine.own("web").running
    assert [net.name for net in engine.nets.values() if net.ours] == [lan("eth1")]


def test_what_moved_meanwhile_leads_to_another_plan_in_this_phase_too() -> None:
    engine = world()
    TROUBLE.extend([Conflict("somebody else's record"), Conflict("and again")])
    assert run(turn_on(engine, "web")).ip
    assert [service for service, _ in TOLD] == ["web"]
    assert [call[0] for call in engine.calls].count("create") == 1


def test_what_cannot_be_published_leaves_the_lease() -> None:
    engine = world()
    TROUBLE.append(Refused("the name server refuses"))
    refused(turn_on(engine, "web"), Exit.FAILED, "the name server refuses")
    assert engine.own("web").lease["ip"]
    assert engine.own("web").running


def test_a_network_that_came_into_use_while_the_lease_was_waited_for_is_left_alone() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.dhcp_delay = 12
    engine.calls.clear()

    async def scenario() -> None:
        def rival(event: Event) -> None:
            if event.event == "discover":
                engine.run("guest", lan("eth0"), state="exited")

        await up(engine, Request("web", "eth1"), heard=rival)

    run(scenario())
    assert lan("eth0") in engine.nets
    assert "remove_network" not in {call[0] for call in engine.calls}


def kinds(of: type[Step] = Step) -> set[type[Step]]:
    """The kinds of steps that netc has."""
    below = {kind for sub in of.__subclasses__() for kind in (sub, *kinds(sub))}
    return {kind for kind in below if kind.__module__.startswith("netc_tui.")}


def test_each_step_has_a_phase_and_an_action() -> None:
    assert len(kinds()) == 26
    assert {kind for kind in kinds() if kind.when is When.END} == {
        plan.DisconnectGuest,
        plan.RemoveNetwork,
        swarm_steps.RemoveConfig,
        swarm_steps.RemoveSwarmNetwork,
        swarm_steps.UnlabelNode,
    }
    assert not [kind for kind in kinds() if do.dispatch(kind) is do.dispatch(Step)]
